/** Plays a script from its first step to the calm after the last, and says what came of it. */
import type { Policy } from '../../server/policy/policy-rules.ts';
import { ACTS } from './acts.ts';
import { BOOKS } from './books.ts';
import { checkEnd, checkStep, timersAreNotLate } from './checks.ts';
import { Game } from './game.ts';
import { coverWays } from './handing-out.ts';
import type { Script } from './script.ts';
import { CALM } from './sim-network.ts';
import type { Plant } from './sim-server.ts';

export interface Outcome {
  violations: string[];
  /** Everything that happened, line by line. */
  trace: string[];
  coverage: Map<string, number>;
}

const QUICK_DELAYS = { default: [0, 5, 20] };
const QUICK = {
  delays: { premium: QUICK_DELAYS, standard: QUICK_DELAYS },
  clearSeconds: { hot: 20, warm: 40, cold: 60 },
  hardLimitSeconds: { hot: 60, warm: 120, cold: 180 },
};

/** After the last fault everything must be well again within this. */
const CALM_MS = 40_000;
/** Between two looks at the timers, and how many there are at most in one step. */
const LOOK_MS_MIN = 2_000;
const LOOKS_MAX = 12;
const SETUP_MS = 60_000;

export async function play(script: Script, plant: Plant = {}): Promise<Outcome> {
  const game = new Game(script, plant);
  try {
    await setUp(game, script);
    for (const { afterMs, kind, picks } of script.steps) {
      await pass(game, afterMs);
      game.say('step', kind, picks);
      game.cover('steps');
      ACTS[kind](game, picks);
      await pass(game, game.idleMs);
      game.idleMs = 0;
      checkStep(game);
      // One violation is enough: what follows from it would only hide it.
      if (game.violations.length > 0) break;
    }
    if (game.violations.length === 0) await comeToRest(game);
    coverWays(game);
  } catch (error) {
    game.violate(`the simulation itself failed: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    game.disk.giveBack();
  }
  const { violations, trace, coverage } = game;
  return { violations, trace, coverage };
}

/** Time goes by, with a look at the clock's own work now and then. */
async function pass(game: Game, ms: number): Promise<void> {
  const { timeline } = game;
  const untilMs = timeline.nowMs + ms;
  const lookMs = Math.max(LOOK_MS_MIN, ms / LOOKS_MAX);
  do {
    await timeline.run(Math.min(untilMs, timeline.nowMs + lookMs));
    timersAreNotLate(game);
  } while (timeline.nowMs < untilMs && game.violations.length === 0);
}

/** The company before the first step: its rules, its reps, each with a device or two. */
async function setUp(game: Game, { settings }: Script): Promise<void> {
  const { timeline } = game;
  void game.start();
  await timeline.run(timeline.nowMs + SETUP_MS, () => game.server?.state === 'serving');
  const done = begin(game, settings);
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  await timeline.run(timeline.nowMs + SETUP_MS, () => isDone);
  if (!isDone) throw new Error('the company could not be set up');
  game.network.weather = settings.weather;
  game.faults.commitMs = () => settings.commitMs;
}

async function begin(game: Game, settings: Script['settings']): Promise<void> {
  const { office } = game;
  await office.put('/policy', { preset: settings.preset }, { ifMatch: '*' });
  const document = await office.get<Policy>('/policy');
  const quick = settings.isQuick ? QUICK : {};
  const competition = { ...document.competition, dailyCap: settings.dailyCap, ...quick };
  await office.put('/policy', BOOKS[settings.book]({ ...document, competition }), { ifMatch: '*' });
  for (let at = 0; at < settings.reps; at++) {
    const person = await game.addPerson(1 + (at % 3));
    if (person === null) throw new Error('a rep could not be added');
    game.addDevice(person);
    if (at < settings.pairs) game.addDevice(person);
  }
  if (settings.book === 'accounts') await office.put('/accounts', { company: 'PT 1', ownerId: game.people[0]?.repId });
}

/** A rate counts from the first claim, as in a recount. */
async function showEveryRate({ office }: Game): Promise<void> {
  const document = await office.get<{ leaderboard: object }>('/policy');
  const leaderboard = { ...document.leaderboard, rateMinClaims: 1 };
  await office.put('/policy', { ...document, leaderboard }, { ifMatch: '*' });
}

/** No more faults, everybody back: then every question has an answer and everything adds up. */
async function comeToRest(game: Game): Promise<void> {
  const { timeline } = game;
  game.say('step', 'calm');
  game.faults.disarm();
  game.network.weather = CALM;
  if (game.far !== null) game.far.isAway = false;
  game.comeBack();
  // What the weather's own end would put back.
  await timeline.run(timeline.nowMs + CALM_MS);
  game.faults.disarm();
  game.network.weather = CALM;
  game.comeBack();
  for (const device of game.devices) if (!device.connection.isLive || device.isShortLived) void game.signIn(device);
  void game.attempt('the last rules', () => showEveryRate(game));
  await timeline.run(timeline.nowMs + CALM_MS);
  await checkEnd(game);
}
