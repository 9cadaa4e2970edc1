/** Whom an offer has reached so far: told from its lanes, and from what phones said of its alert. Pure. */
import type { OpenOffer } from './open-offers.ts';

/** One lane as a manager sees it; who was let in one by one counts in the lane of the own admission. */
export interface ReachedLane {
  lane: number;
  opensAtMs: number;
  /** Null until its alert is out. */
  sentAtMs: number | null;
  tiers: readonly number[];
  reps: number;
}

export interface Reach {
  reps: number;
  alerted: number;
  /** A phone that showed the alert has had it, whatever became of the receipt. */
  delivered: number;
  seen: number;
}

export function reachOf(
  offer: Pick<OpenOffer, 'lanes' | 'admissions'>,
  receipts: readonly { repId: string; kind: 'delivered' | 'seen' }[],
): { reach: Reach; lanes: ReachedLane[] } {
  const lanes = offer.lanes.map(({ lane, opensAtMs, sentAtMs, tiers }) => ({
    lane,
    opensAtMs,
    sentAtMs,
    tiers,
    reps: 0,
  }));
  const alertedOf = new Map<string, boolean>();
  const place = (repId: string, lane: number, sentAtMs: number | null) => {
    if (alertedOf.has(repId)) return;
    alertedOf.set(repId, sentAtMs !== null);
    const shown = lanes.find((one) => one.lane === lane);
    if (shown !== undefined) shown.reps++;
  };
  for (const [repId, { lane, sentAtMs }] of offer.admissions) place(repId, lane, sentAtMs);
  for (const { lane, sentAtMs, repIds } of offer.lanes) for (const repId of repIds) place(repId, lane, sentAtMs);

  const alerted = (repId: string) => alertedOf.get(repId) === true;
  const among = (of: typeof receipts) => new Set(of.map(({ repId }) => repId).filter(alerted)).size;
  return {
    reach: {
      reps: alertedOf.size,
      alerted: [...alertedOf.values()].filter(Boolean).length,
      delivered: among(receipts),
      seen: among(receipts.filter(({ kind }) => kind === 'seen')),
    },
    lanes,
  };
}
