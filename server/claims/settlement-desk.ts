/**
 * Where claims wait for a win that is on its way to the disk. Both the winner and those who met its
 * pending win wait here, and hear together, after the commit (contract 5).
 */
import type { GoneReason, LeadView } from '../../client-sdk/protocol/verdict.ts';
import type { Clock, Timer } from '../kernel/clock.ts';
import { RecentMap } from '../kernel/recent-map.ts';

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
  /** Resolves with the notice, or with null `timeoutMs` after the first who waits for this win began to, at the latest. */
  wait(offerId: string, order: string, timeoutMs: number): Promise<HeardNotice | null>;
  resolve(notice: SettledNotice, lead?: LeadView): void;
  /** Wins that somebody waits for now. */
  waiting(): number;
  /**
   * Whether a win that was waited for in vain is still not settled: what is granted now would not be on disk in
   * time either. A gateway knows the ledger's backlog by this alone. Believed for `BEHIND_BELIEVED_MS` after the
   * last wait in vain, then claims are let in again to find out.
   */
  isBehind(): boolean;
}

/** A gateway may hear of a settlement before the script's reply: it remembers this many, and at most twice as many. */
const REMEMBERED = 2_000;
/** A notice may have been lost with the link. */
const BEHIND_BELIEVED_MS = 5_000;

/** Those who wait for one win, and until when: as long as the first of them may. */
interface Waiting {
  tell: ((notice: HeardNotice | null) => void)[];
  timer: Timer;
}

export function createSettlementDesk(clock: Clock): SettlementDesk {
  const waiting = new Map<string, Waiting>();
  const heard = new RecentMap<SettledNotice>(REMEMBERED);
  const inVain = new Set<string>();
  let lastInVainMs = 0;
  const keyOf = (offerId: string, order: string) => `${offerId} ${order}`;

  function tell(key: string, notice: HeardNotice | null): void {
    const those = waiting.get(key);
    if (those === undefined) return;
    waiting.delete(key);
    those.timer.cancel();
    for (const one of those.tell) one(notice);
  }

  function giveUp(key: string): void {
    inVain.add(key);
    lastInVainMs = clock.monotonicMs();
    tell(key, null);
  }

  return {
    wait(offerId, order, timeoutMs) {
      const key = keyOf(offerId, order);
      const known = heard.get(key);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        const those = waiting.get(key);
        if (those === undefined) {
          waiting.set(key, { tell: [resolve], timer: clock.after(timeoutMs, () => giveUp(key)) });
        } else {
          those.tell.push(resolve);
        }
      });
    },
    resolve(notice, lead) {
      const key = keyOf(notice.offerId, notice.order);
      heard.set(key, notice);
      inVain.delete(key);
      tell(key, lead === undefined ? notice : { ...notice, lead });
    },
    waiting: () => waiting.size,
    isBehind() {
      if (clock.monotonicMs() - lastInVainMs >= BEHIND_BELIEVED_MS) inVain.clear();
      return inVain.size > 0;
    },
  };
}
