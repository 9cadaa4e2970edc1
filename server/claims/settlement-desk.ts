/**
 * Where claims wait for a win that is on its way to the disk. Both the winner and those who met its
 * pending win wait here, and hear together, after the commit (contract 5).
 */
import type { GoneReason, LeadView } from '../../client-sdk/protocol/verdict.ts';
import type { Clock } from '../kernel/clock.ts';

/** How one provisional win ended; `order` tells it from an earlier one of the same offer. */
export type SettledNotice =
  | {
      offerId: string;
      order: string;
      outcome: 'committed';
      winnerId: string;
      winnerName: string | null;
      claimedAtMs: number;
      claimSpeedMs: number;
    }
  /** Nobody has won it: what it was held for is on disk. */
  | { offerId: string; order: string; outcome: 'closed'; reason: GoneReason }
  /** `wonBefore`: the offer of this lead that the same request had won before: it wins no second one. */
  | { offerId: string; order: string; outcome: 'reopened'; wonBefore?: string };

/** With the lead, contacts and all, where this process has it at hand: for its winner alone, and never kept. */
export type HeardNotice = SettledNotice & { lead?: LeadView };

export interface SettlementDesk {
  /** Resolves with the notice, or with null after `timeoutMs`. */
  wait(offerId: string, order: string, timeoutMs: number): Promise<HeardNotice | null>;
  resolve(notice: SettledNotice, lead?: LeadView): void;
  /** Wins that somebody waits for now. */
  waiting(): number;
}

/** A gateway may hear of a settlement before the script's reply: it remembers this many. */
const REMEMBERED_MAX = 2_000;

export function createSettlementDesk(clock: Clock): SettlementDesk {
  const waiters = new Map<string, Set<(notice: HeardNotice) => void>>();
  const heard = new Map<string, SettledNotice>();
  const keyOf = (offerId: string, order: string) => `${offerId} ${order}`;

  return {
    wait(offerId, order, timeoutMs) {
      const key = keyOf(offerId, order);
      const known = heard.get(key);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        const settle = (notice: HeardNotice) => {
          timer.cancel();
          resolve(notice);
        };
        const timer = clock.after(timeoutMs, () => {
          waiters.get(key)?.delete(settle);
          if (waiters.get(key)?.size === 0) waiters.delete(key);
          resolve(null);
        });
        const set = waiters.get(key) ?? new Set();
        set.add(settle);
        waiters.set(key, set);
      });
    },
    resolve(notice, lead) {
      const key = keyOf(notice.offerId, notice.order);
      heard.set(key, notice);
      if (heard.size > REMEMBERED_MAX) heard.delete(heard.keys().next().value as string);
      const set = waiters.get(key);
      if (set === undefined) return;
      waiters.delete(key);
      const told = lead === undefined ? notice : { ...notice, lead };
      for (const settle of set) settle(told);
    },
    waiting: () => waiters.size,
  };
}
