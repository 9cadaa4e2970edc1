/**
 * A whole house, the very one that serves, in memory and under simulated time: nothing of it reaches a disk, a
 * network or the clock of the machine. What is tried here is therefore decided by the server's own rules.
 */
import type { Announcer } from '../alerts/announcer.ts';
import { createEmbeddedArbiter } from '../claims/embedded-arbiter.ts';
import type { SettledNotice } from '../claims/settlement-desk.ts';
import { putRaceUp } from '../flow/start.ts';
import { createTransactions, type Transactions } from '../flow/transactions/transactions.ts';
import type { World } from '../flow/world.ts';
import { type DecidingHouse, openHouse } from '../house.ts';
import { createSeededRandom } from '../kernel/chance.ts';
import { ProcessClock, Timeline, WallClock } from '../kernel/timeline.ts';
import { createInlineLedger } from '../ledger/ledger.ts';
import type { Log } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import type { Connection } from '../platform/sqlite.ts';

export interface TrialHouse {
  house: DecidingHouse;
  clock: ProcessClock;
  timeline: Timeline;
}

/** The tried house went where the served one would have ended or logged an error: its figures mean nothing. */
export class TrialFailed extends Error {
  override name = 'TrialFailed';
  readonly code = 'trialFailed';
}

const GENERATION = 1;
const DAY_MS = 86_400_000;

/** @param scratch a database in memory with its people and policies; it is this house's from now on */
export async function openTrialHouse(
  scratch: Connection,
  options: {
    startMs: number;
    seed: string;
    emit: Announcer['emit'];
    settled(notice: SettledNotice): void;
    lot?: World['lot'];
  },
): Promise<TrialHouse> {
  const { startMs, seed, emit, settled, lot } = options;
  const timeline = new Timeline();
  const clock = new ProcessClock(timeline, new WallClock(timeline, startMs));
  scratch.sqlite.prepare("INSERT INTO cell (key, value) VALUES ('generation', ?)").run(String(GENERATION));
  const house = await openHouse({
    clock,
    random: createSeededRandom(`house ${seed}`),
    log: STRICT_LOG,
    metrics: createMetrics({ processMetrics: false }),
    db: scratch.db,
    ledger: createInlineLedger<Transactions>({
      connection: scratch,
      transactions: createTransactions(scratch.db),
      generation: GENERATION,
      nowMs: () => clock.nowMs(),
      onUnknownOutcome: (error) => fail('a commit failed', error),
    }),
    arbiter: createEmbeddedArbiter({ clock }),
    announcer: { emit, closeToken: () => undefined },
    settled,
    boardsMustWait: () => false,
    adminApiKey: null,
    appSecret: 'nobody signs in to a house that is only tried',
    openRace: putRaceUp,
    ...(lot && { lot }),
    // Nobody else writes to this memory.
    longestSleepMs: DAY_MS,
  });
  // Nobody watches.
  house.world.wall.stop();
  return { house, clock, timeline };
}

function fail(message: string, error: unknown): never {
  throw new TrialFailed(`${message}: ${error instanceof Error ? error.message : String(error)}`);
}

const STRICT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (message, _fields, error) => fail(message, error),
};
