/** What a probe of the arbiter works with: an arbiter whose time stands until it is set. */
import { AssertionError } from 'node:assert';
import type {
  ArbiterControl,
  ArbiterOffer,
  ClaimRequest,
  Judgement,
  Limit,
  ProvisionalWin,
} from '../../server/claims/arbiter.ts';

export interface Bench {
  arbiter: ArbiterControl;
  /** Sets the arbiter's clock, forward only. */
  setTime(nowMs: number): Promise<void>;
  /** SCRIPT FLUSH, where there are scripts. */
  loseScripts(): Promise<void>;
  end(): Promise<void>;
}

export type MakeBench = () => Promise<Bench>;

/** One rule, tried on a fresh bench; throws when the arbiter breaks it. */
export interface Probe {
  title: string;
  run(bench: Bench): Promise<void>;
}

/** When every bench starts: a whole minute, so that no attempt window turns by surprise. */
export const T0 = Date.parse('2026-11-23T03:00:00.000Z');

export function offerOf(given: Partial<ArbiterOffer> = {}): ArbiterOffer {
  return {
    offerId: 'offer_1',
    leadId: 'lead_1',
    lanes: [{ opensAtMs: T0, repIds: ['ani', 'budi', 'citra'] }],
    closesAtMs: T0 + 60_000,
    limits: [],
    increments: [{ counter: 'day', by: 1 }],
    attemptRate: null,
    ...given,
  };
}

let requests = 0;

/** A claim with a request id of its own, by name of the offer unless told otherwise. */
export function claimOf(repId: string, given: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    leadId: 'lead_1',
    offerId: 'offer_1',
    repId,
    requestId: `request-${++requests}`,
    deadlineMs: Number.MAX_SAFE_INTEGER,
    ...given,
  };
}

export function cap(max: number, given: Partial<Limit> = {}): Limit {
  return { rule: 'dailyCap', terms: [{ counter: 'day', coefficient: 1 }], max, ...given };
}

/** The win of a judgement that must be one. */
export function winOf(judgement: Judgement): ProvisionalWin {
  if (judgement.kind !== 'pending' || !judgement.mine) {
    throw new AssertionError({ message: `not a win: ${JSON.stringify(judgement)}` });
  }
  return judgement.claim;
}

/** Claims, wins and settles as committed. */
export async function winFor(
  { arbiter }: Bench,
  repId: string,
  given: Partial<ClaimRequest> = {},
): Promise<ProvisionalWin> {
  const win = winOf(await arbiter.claim(claimOf(repId, given)));
  await arbiter.settle(win, { outcome: 'committed' });
  return win;
}
