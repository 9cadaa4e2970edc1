/**
 * `npm run demo`: a whole evening of sales on this machine, played by a simulated team against a real
 * server on a throw-away file, and checked at its end.
 */
import { networkInterfaces } from 'node:os';
import { Command, CommanderError } from 'commander';
import { createChance } from '../server/kernel/chance.ts';
import { type Clock, createSystemClock } from '../server/kernel/clock.ts';
import { percentile, tenths } from '../server/kernel/percentile.ts';
import { type Verification, verifyFile } from '../server/ledger/verify.ts';
import { wholeNumber } from './commands/command.ts';
import { Chaos } from './demo/chaos.ts';
import { type Act, KEYS, listenForKeys } from './demo/keys.ts';
import { lanAddress } from './demo/lan.ts';
import { Match } from './demo/match.ts';
import type { Race } from './simulation/race-book.ts';
import { ServerProcess } from './simulation/server-process.ts';
import { color } from './terminal/color.ts';
import { createOutput, mark, type Output, table } from './terminal/output.ts';
import { qrLines } from './terminal/qr.ts';

interface Options {
  seconds?: number;
  json: boolean;
  lan: boolean;
  port: number;
  seed: string;
}

interface Summary {
  ok: boolean;
  races: number;
  claims: number;
  doubleWins: number;
  wrongNames: number;
  allRacesEnded: boolean;
  boardMatchesFresh: boolean;
  boardDeltas: number;
  boardGaps: number;
  verdicts: number;
  unanswered: number;
  verdictP50Ms: number;
  verdictP99Ms: number;
  reconnects: number;
  seconds: number;
  verify: { ok: boolean; violations: Verification['violations'] };
}

/** The exit code of a process that a second Ctrl-C ended: 128 + SIGINT. */
const INTERRUPTED = 130;
/** npm passes a Ctrl-C on that the terminal has sent already: two signals this close are one wish. */
const SAME_KEYSTROKE_MS = 500;

function readOptions(argv: string[]): Options {
  return new Command('demo')
    .description('Plays a live claim race on a throw-away server, and checks it at the end.')
    .option('--seconds <n>', 'stop by itself after this many seconds', wholeNumber(1, 86_400))
    .option('--json', 'one JSON object as the last line; everything else goes to standard error', false)
    .option('--lan', "let phones of this network in, and draw a code for the rep's link", false)
    .option('--port <n>', 'the port to serve on; any other one when it is taken', wholeNumber(0, 65_535), 3000)
    .option('--seed <text>', 'other people, companies and reaction times', 'sambar')
    .exitOverride()
    .parse(argv, { from: 'user' })
    .opts<Options>();
}

/** Resolves at Ctrl-C, at a polite kill, when the reader of our output leaves, or after `seconds`. */
function untilStopped(
  clock: Clock,
  seconds: number | undefined,
): { stopped: Promise<void>; ask(): void; startTimer(): void } {
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let askedAtMs: number | null = null;
  const ask = () => {
    const nowMs = clock.monotonicMs();
    if (askedAtMs !== null && nowMs - askedAtMs > SAME_KEYSTROKE_MS) process.exit(INTERRUPTED);
    askedAtMs ??= nowMs;
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  process.stdout.on('error', stop);
  return {
    stopped,
    ask,
    startTimer() {
      if (seconds !== undefined) clock.after(seconds * 1000, stop);
    },
  };
}

/** @param address of this machine in its network; null: phones cannot reach it */
function printLinks(output: Output, serverUrl: string, { seats }: Match, address: string | null): void {
  const url = address === null ? serverUrl : `http://${address}:${new URL(serverUrl).port}`;
  const repLink = `${url}/rep/#token=${seats.guest.token}`;
  output.line(`Rep        ${repLink}`);
  output.line(`Wallboard  ${url}/wall/#token=${seats.screen.token}`);
  output.line(`Manager    ${url}/manage/#token=${seats.manager.token}`);
  if (address === null) {
    output.line(
      color.dim('Open the first one on a phone-sized window and tap KLAIM: you race against eight simulated reps.'),
    );
  } else {
    for (const line of qrLines(repLink)) output.line(`  ${line}`);
    output.line('Scan it with a phone in this network and tap KLAIM: you race against eight simulated reps.');
    output.line(color.dim('Without HTTPS the page cannot be installed, keep the screen on, or be woken by a push.'));
  }
  output.line(color.dim('The data lies in a temporary folder and goes with this demo. Ctrl-C ends it.'));
}

function printKeys(output: Output): void {
  output.line(color.dim(KEYS.map(({ key, about }) => `${key} ${about}`).join(' · ')));
}

function raceLine(match: Match, race: Race, company: string, nowMs: number, chaos: Chaos | null): string {
  const time = new Date(nowMs).toTimeString().slice(0, 8);
  const head = `${color.dim(time)}  ${company.padEnd(30)}`;
  if (race.winner === null) return `${head} ${color.dim('taken out of the race')}`;
  const winner = match.nameOf(race.winner.id);
  const speed = race.claimSpeedMs === null ? '' : `${race.claimSpeedMs} ms`;
  const margin =
    race.second === null ? 'nobody else' : `${race.second.byMs} ms before ${match.nameOf(race.second.repId)}`;
  const weather = chaos?.isOn === true ? color.yellow(`  chaos, ${match.reconnects} reconnects`) : '';
  return `${head} ${color.green(winner.padEnd(20))} ${speed.padStart(8)}  ${color.dim(`${margin}, ${race.tries} tried`)}${weather}`;
}

function printEnd(output: Output, match: Match, summary: Summary): void {
  output.line();
  output.line(color.bold('Points this week'));
  const rows = match.follower.rows.map(({ rank, repId, value }) => [rank, match.nameOf(repId), value]);
  for (const line of table(rows)) output.line(`  ${line}`);
  output.line();
  const { races, claims, doubleWins, wrongNames, verdicts, reconnects } = summary;
  output.line(
    `${races} races, ${claims} claimed, ${verdicts} verdicts in ${summary.seconds} s, ${reconnects} reconnects`,
  );
  output.line(`verdict: half within ${summary.verdictP50Ms} ms, 99 of 100 within ${summary.verdictP99Ms} ms`);
  output.line(
    `one winner a race, same for all    ${mark(doubleWins === 0 && wrongNames === 0 && summary.allRacesEnded)}`,
  );
  output.line(`wallboard equals a fresh snapshot  ${mark(summary.boardMatchesFresh)}`);
  output.line(`every invariant holds in the file  ${mark(summary.verify.ok)}`);
  for (const { name, detail } of summary.verify.violations) output.line(`  ${name}: ${detail}`);
}

async function summarize(match: Match, file: string, seconds: number): Promise<Summary> {
  const allRacesEnded = await match.finish();
  const boardMatchesFresh = await match.follower.matchesFresh();
  const { ok, violations } = verifyFile(file);
  const { races, claims, doubleWins, wrongNames, unanswered, verdictMs } = match.book;
  return {
    ok: doubleWins === 0 && wrongNames === 0 && allRacesEnded && boardMatchesFresh && ok,
    races,
    claims,
    doubleWins,
    wrongNames,
    allRacesEnded,
    boardMatchesFresh,
    boardDeltas: match.follower.deltas,
    boardGaps: match.follower.gaps,
    verdicts: verdictMs.length,
    unanswered,
    verdictP50Ms: tenths(percentile(verdictMs, 0.5)),
    verdictP99Ms: tenths(percentile(verdictMs, 0.99)),
    reconnects: match.reconnects,
    seconds: Math.round(seconds),
    verify: { ok, violations },
  };
}

interface Played {
  match: Match;
  chaos: Chaos | null;
  output: Output;
  quit(): void;
}

function runKey(act: Act, { match, chaos, output, quit }: Played): void {
  if (act === 'quit') quit();
  else if (act === 'help') printKeys(output);
  else if (act === 'lead') match.leadNow();
  else if (chaos !== null) {
    chaos.switch(!chaos.isOn);
    output.line(color.yellow(chaos.isOn ? 'chaos: links are slow, and drop' : 'calm again'));
  }
}

async function run(options: Options): Promise<number> {
  const clock = createSystemClock();
  const output = createOutput(options.json);
  const { stopped, ask, startTimer } = untilStopped(clock, options.seconds);
  const address = options.lan ? lanAddress(networkInterfaces()) : null;
  if (options.lan && address === null) throw new Error('this machine is in no network that a phone could reach it by');
  const server = await ServerProcess.start({ port: options.port, isOpen: options.lan });
  let match: Match | undefined;
  let chaos: Chaos | null = null;
  let leaveKeys: (() => void) | null = null;
  try {
    const { url, adminKey } = server;
    const hasKeys = process.stdin.isTTY === true && !options.json;
    chaos = hasKeys ? await Chaos.over(url, clock, createChance(`${options.seed} chaos`)) : null;
    const weather = chaos;
    const playing = await Match.seat({
      url,
      repsUrl: chaos?.url,
      adminKey,
      clock,
      seed: options.seed,
      chance: createChance(options.seed),
      onRace: (race, company) => output.line(raceLine(playing, race, company, clock.nowMs(), weather)),
    });
    match = playing;
    printLinks(output, url, playing, address);
    if (hasKeys) printKeys(output);
    output.line();
    const beganAtMs = clock.monotonicMs();
    await playing.play();
    const played = { match: playing, chaos, output, quit: ask };
    if (hasKeys) leaveKeys = listenForKeys(process.stdin, (act) => runKey(act, played));
    startTimer();
    await stopped;
    chaos?.switch(false);
    const summary = await summarize(playing, server.databaseFile, (clock.monotonicMs() - beganAtMs) / 1000);
    printEnd(output, playing, summary);
    output.json(summary);
    return summary.ok ? 0 : 1;
  } finally {
    leaveKeys?.();
    await match?.leave();
    await chaos?.close();
    await server.remove();
  }
}

async function main(): Promise<void> {
  try {
    process.exitCode = await run(readOptions(process.argv.slice(2)));
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
  // A socket that is being closed or a signal handler must not keep the terminal waiting.
  process.exit();
}

void main();
