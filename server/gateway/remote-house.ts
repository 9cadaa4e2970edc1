/**
 * The deciding process as a gateway sees it: asked over HTTP, at the address it keeps saying in Redis.
 * Receipts and losing attempts are gathered and handed over every half second: a crash may lose that much.
 */

import type { BoardState, PoolSnapshot, WallFeed } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { BoardAsked, House } from '../alerts/house.ts';
import type { ClaimAttempt, ClaimRecord } from '../claims/claims.ts';
import type { AttemptNote } from '../claims/race-notes.ts';
import type { VerdictDeps } from '../claims/verdicts.ts';
import type { Clock, Timer } from '../kernel/clock.ts';
import { isDebt } from '../kernel/messages.ts';
import { BOARD_LEASE_MS } from './link-routes.ts';
import type { RegistryReader } from './registry.ts';

const CALL_TIMEOUT_MS = 2_000;
const HAND_OVER_EVERY_MS = 500;
/** What is gathered while the ledger is away; more is lost, and only of the notes. */
const GATHERED_MAX = 10_000;

export class LedgerAwayError extends Error {
  override name = 'LedgerAwayError';
  readonly code = 'ledgerAway';
}

export interface RemoteHouse extends House {
  record: ClaimRecord;
  attempt(offerId: string, note: AttemptNote): void;
  owed: VerdictDeps['owed'];
  /** Another ledger process may answer now, which knows of no watcher: its boards are asked for anew and shown. */
  watchAgain(): void;
  stop(): Promise<void>;
}

export function createRemoteHouse(deps: {
  registry: RegistryReader;
  clock: Clock;
  /** Names this gateway among others, as a watcher of boards. */
  gateway: string;
  streamOf(asked: BoardAsked): string;
  /** A watched board as it stands, for all its watchers. */
  shown(state: BoardState): void;
  onFault(error: unknown): void;
}): RemoteHouse {
  const boards = new Map<string, { asked: BoardAsked; watchers: Set<string> }>();
  let attempts: { offerId: string; note: AttemptNote }[] = [];
  let receipts: { repId: string; kind: 'delivered' | 'seen'; offerIds: string[] }[] = [];
  let stopped = false;
  let handing: Timer;
  let renewing: Timer;

  async function ask<T>(path: string, body: unknown): Promise<T> {
    const ledger = await deps.registry.ledger().catch(() => null);
    if (ledger === null) throw new LedgerAwayError('no ledger process has spoken lately');
    const response = await fetch(`${ledger.url}/internal/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sambar-link': ledger.secret },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    if (!response.ok) throw new LedgerAwayError(`the ledger answered ${response.status}`);
    return ((await response.json()) as { answer: T }).answer;
  }

  async function handOver(): Promise<void> {
    if (attempts.length === 0 && receipts.length === 0) return;
    const batch = { attempts: attempts.splice(0, GATHERED_MAX), receipts: receipts.splice(0, GATHERED_MAX) };
    try {
      await ask('notes', batch);
    } catch (error) {
      deps.onFault(error);
      attempts = [...batch.attempts, ...attempts].slice(-GATHERED_MAX);
      receipts = [...batch.receipts, ...receipts].slice(-GATHERED_MAX);
    }
  }

  function scheduleHandOver(): void {
    handing = deps.clock.after(HAND_OVER_EVERY_MS, () => {
      void handOver().finally(() => !stopped && scheduleHandOver());
    });
  }

  const watch = (asked: BoardAsked) => ask<BoardState | null>('boards/watch', { asked, gateway: deps.gateway });

  function scheduleRenewal(): void {
    renewing = deps.clock.after(BOARD_LEASE_MS / 3, () => {
      const renewed = [...boards.values()].map(({ asked }) => watch(asked));
      void Promise.allSettled(renewed).finally(() => !stopped && scheduleRenewal());
    });
  }

  /** What fails here comes with the next renewal: its first delta shows another epoch. */
  async function showAgain(asked: BoardAsked): Promise<void> {
    const state = await watch(asked);
    if (state !== null) deps.shown(state);
  }

  const record: ClaimRecord = {
    judge: (attempt: ClaimAttempt) => ask<Verdict | null>('claims/judge', attempt),
    won: (notice) => ask<Verdict>('claims/won', { offerId: notice.offerId, repId: notice.winnerId }),
  };
  scheduleHandOver();
  scheduleRenewal();

  return {
    record,
    async owed(rule, offerId, repId) {
      if (!isDebt(rule)) return null;
      // A verdict without the figure is better than none.
      return ask<number | null>('claims/owed', { rule, offerId, repId }).catch(() => null);
    },
    snapshot: (repId) => ask<PoolSnapshot>('snapshot', { repId }),
    streamOf: deps.streamOf,
    async watchBoard(asked, watcher) {
      const stream = deps.streamOf(asked);
      const board = boards.get(stream) ?? { asked, watchers: new Set() };
      boards.set(stream, board);
      board.watchers.add(watcher);
      return watch(asked);
    },
    releaseBoard(stream, watcher) {
      const board = boards.get(stream);
      board?.watchers.delete(watcher);
      // The lease at the ledger runs out by itself.
      if (board?.watchers.size === 0) boards.delete(stream);
    },
    watcherGone(watcher) {
      for (const [stream, board] of boards) {
        board.watchers.delete(watcher);
        if (board.watchers.size === 0) boards.delete(stream);
      }
    },
    wallFeed: () => ask<WallFeed>('wall', {}),
    receipt(repId, kind, offerIds) {
      if (receipts.length < GATHERED_MAX) receipts.push({ repId, kind, offerIds });
    },
    attempt(offerId, note) {
      if (attempts.length < GATHERED_MAX) attempts.push({ offerId, note });
    },
    watchAgain() {
      for (const { asked } of boards.values()) showAgain(asked).catch(deps.onFault);
    },
    async stop() {
      stopped = true;
      handing.cancel();
      renewing.cancel();
      await handOver();
    },
  };
}
