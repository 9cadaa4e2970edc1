/** What breaks in a simulation, step by step. */
import type { Act } from './acts.ts';
import type { StepKind } from './script.ts';
import { CALM } from './sim-network.ts';

const pick = <T>(items: readonly T[], at: number): T => items[Math.floor(at * items.length)]!;

/** Mostly seconds; sometimes long enough for an offer's time to run out. */
export const downMs = (how: number) => Math.floor(how < 0.9 ? how * 5_000 : how * 900_000);

const JUMPS_MS = [120_000, -300_000, 3_600_000, -3_600_000, 2_000, -2_000];

/** Everybody wants the newest at once. */
export const rush: Act = (game, picks) => {
  for (const [at, device] of game.devices.entries()) {
    const card = device.feed.pool.offers.at(-1);
    if (card === undefined) continue;
    const delayMs = Math.floor(picks[0] * 300 * ((at * 7 + picks[1] * 10) % 3));
    device.clock.after(delayMs, () => void game.tap(device, card.leadId, card.offerId));
  }
};

/** The office gives the newest lead that is up to somebody, out of its race. */
const assignNewest: Act = (game, [, who]) => {
  const card = game.devices.flatMap(({ feed }) => feed.pool.offers.at(-1) ?? []).at(-1);
  if (card === undefined || game.people.length === 0) return;
  const body = { repId: pick(game.people, who).repId, reason: 'knows them' };
  void game.attempt('an assignment', () => game.office.post(`/leads/${card.leadId}/assignments`, body));
};

export const MISHAPS: Partial<Record<StepKind, Act>> = {
  cut(game, [who]) {
    if (game.devices.length === 0) return;
    game.cover('link: cut');
    pick(game.devices, who).connection.cut();
  },
  freeze(game, [who]) {
    if (game.devices.length === 0) return;
    game.cover('link: frozen');
    pick(game.devices, who).connection.freeze();
  },
  storm(game) {
    game.cover('link: all cut');
    for (const device of game.devices) device.connection.cut();
  },
  weather(game, [delay, how]) {
    const before = game.network.weather;
    const delayMs = Math.floor(delay * 2_000);
    game.network.weather = how < 0.5 ? { ...CALM, delayMs } : { ...before, delayMs, loses: how / 4, doubles: how / 4 };
    game.timeline.after(how * 20_000, () => {
      game.network.weather = before;
    });
  },

  restart(game, picks) {
    rush(game, picks);
    // Somewhere in the middle of it.
    game.timeline.after(picks[1] * 100, () => game.restart(downMs(picks[0])));
  },
  kill: (game, [how]) => game.kill(downMs(how)),
  /** The wall clock is set while the server runs, and read when it starts the next time. */
  jump(game, [how, then, down]) {
    game.setWall(pick(JUMPS_MS, how));
    if (then < 0.4) game.restart(downMs(down));
    else if (then < 0.8) game.kill(downMs(down));
  },

  away(game, picks) {
    const { far } = game;
    if (far === null) return;
    far.isAway = true;
    rush(game, picks);
    game.cover('arbiter: away');
    game.timeline.after(picks[0] * 8_000, () => {
      far.isAway = false;
      game.wellSinceMs = game.timeline.nowMs;
    });
  },
  forgets(game, picks) {
    rush(game, picks);
    game.timeline.after(picks[0] * 300, () => {
      if (game.far !== null) game.struck('the arbiter forgot');
      game.far?.forget();
      game.wellSinceMs = game.timeline.nowMs;
    });
  },

  full(game, picks) {
    const [how, , asked] = picks;
    game.faults.isFull = true;
    if (asked < 0.5) assignNewest(game, picks);
    rush(game, picks);
    game.timeline.after(how * 20_000, () => {
      game.faults.isFull = false;
      game.wellSinceMs = game.timeline.nowMs;
    });
  },
  slow(game, picks) {
    const [how, long] = picks;
    rush(game, picks);
    const { commitMs } = game.faults;
    game.cover('disk: slow');
    game.faults.commitMs = () => Math.floor(how * how * 4_000);
    game.timeline.after(long * 20_000, () => {
      game.faults.commitMs = commitMs;
      game.wellSinceMs = game.timeline.nowMs;
    });
  },
  broken(game, picks) {
    const [how] = picks;
    rush(game, picks);
    game.faults.breaksNext = how < 0.5 ? 'brokenKept' : 'brokenLost';
  },
};
