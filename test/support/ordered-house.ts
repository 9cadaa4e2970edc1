/** The deciding process for a race in a drawn order (claim-orders.ts): the real house, without its edges. */
import type { DownEvents } from '../../client-sdk/protocol/down.ts';
import type { ArbiterControl } from '../../server/claims/arbiter.ts';
import { createClaims } from '../../server/claims/claims.ts';
import { createEmbeddedArbiter } from '../../server/claims/embedded-arbiter.ts';
import type { Scripts } from '../../server/claims/redis-scripts.ts';
import { createSettlementDesk, type SettledNotice } from '../../server/claims/settlement-desk.ts';
import { createTransactions, type Transactions } from '../../server/flow/transactions/transactions.ts';
import type { World } from '../../server/flow/world.ts';
import { openHouse } from '../../server/house.ts';
import type { Clock } from '../../server/kernel/clock.ts';
import { createInlineLedger, type Ledger } from '../../server/ledger/ledger.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import type { Connection } from '../../server/platform/sqlite.ts';
import { seededRandom } from './seeded-random.ts';

/** What a mutant may replace. */
export const REAL_PARTS = {
  createClaims,
  createEmbeddedArbiter,
  createSettlementDesk,
  createTransactions,
  openHouse,
  /** Of Redis, in place of the real ones. */
  scripts: {} as Partial<Scripts>,
};

export type Parts = typeof REAL_PARTS;

export interface OrderedHouseDeps {
  connection: Connection;
  clock: Clock;
  arbiter: ArbiterControl;
  openRace(world: World): Promise<void>;
  settled(notice: SettledNotice): void;
  emit(event: string, rooms: string[], payload: unknown): void;
  /** Stands before the ledger: takes the steps to the disk and back. */
  ledger(write: (name: string, args: unknown) => Promise<unknown>): (name: string, args: unknown) => Promise<unknown>;
}

const quiet = () => undefined;

export async function openOrderedHouse(parts: Parts, deps: OrderedHouseDeps) {
  const { connection, clock } = deps;
  const real = createInlineLedger<Transactions>({
    connection,
    transactions: parts.createTransactions(connection.db),
    generation: 1,
    nowMs: () => clock.nowMs(),
    onUnknownOutcome: (error) => {
      throw error;
    },
  });
  const write = deps.ledger((name, args) => real.write(name as never, args as never));
  return parts.openHouse({
    clock,
    random: seededRandom(`ids at ${clock.nowMs()}`),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    metrics: createMetrics({ processMetrics: false }),
    db: connection.db,
    ledger: { ...real, write: write as Ledger<Transactions>['write'] },
    arbiter: deps.arbiter,
    announcer: {
      emit: <E extends keyof DownEvents>(event: E, rooms: string[], payload: unknown) =>
        deps.emit(event, rooms, payload),
      closeToken: quiet,
    },
    settled: deps.settled,
    adminApiKey: null,
    appSecret: 'a secret of the tests, long enough',
    boardsMustWait: () => false,
    openRace: deps.openRace,
  });
}
