/**
 * FAIR-23 as a property: whatever is tried, in whatever order, what is counted is early tries and repeats, and a first
 * claim on an offer that is open to the rep is never refused for its rate.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { cap, claimOf, type MakeBench, offerOf, T0 } from './arbiter-bench.ts';

interface Tap {
  repId: string;
  offer: number;
  afterMs: number;
}

const REPS = ['ani', 'budi'];
const OFFERS = 4;
/** The reps' counter stands above the cap on odd offers, so that claims there meet the limit and may repeat. */
const isCapped = (offer: number) => offer % 2 === 1;
const opensAtMs = (offer: number) => T0 + offer * 1_500;

const taps = fc.array(
  fc.record({
    repId: fc.constantFrom(...REPS),
    offer: fc.nat(OFFERS - 1),
    afterMs: fc.constantFrom(0, 0, 0, 1, 120, 400, 999),
  }),
  { minLength: 20, maxLength: 60 },
);
const rate = fc.record({ perSecond: fc.integer({ min: 0, max: 3 }), perMinute: fc.integer({ min: 0, max: 8 }) });

/** How often each kind of tap was judged, so that a run that met none of a kind is seen. */
export interface Met {
  first: number;
  early: number;
  repeat: number;
  refused: number;
}

/** Runs the property on fresh benches; throws with the shrunk taps when an arbiter breaks it. */
export async function attemptRateProperty(makeBench: MakeBench, runs: number): Promise<Met> {
  const met: Met = { first: 0, early: 0, repeat: 0, refused: 0 };
  const property = fc.asyncProperty(taps, rate, async (tapped, attemptRate) => {
    const { arbiter, setTime, end } = await makeBench();
    try {
      for (let offer = 0; offer < OFFERS; offer++) {
        const lanes = [{ opensAtMs: opensAtMs(offer), repIds: REPS }];
        const limits = isCapped(offer) ? [cap(-1)] : [];
        const named = { offerId: `offer_${offer}`, leadId: `lead_${offer}` };
        await arbiter.open(offerOf({ ...named, lanes, limits, increments: [], attemptRate }));
      }
      await judgeAll(tapped, attemptRate, met, { arbiter, setTime });
    } finally {
      await end();
    }
  });
  await fc.assert(property, { numRuns: runs, seed: 23 });
  return met;
}

/** A plain count beside the arbiter: of each rep, the instants of what FAIR-23 counts. */
async function judgeAll(
  tapped: Tap[],
  rates: { perSecond: number; perMinute: number },
  met: Met,
  { arbiter, setTime }: Pick<Awaited<ReturnType<MakeBench>>, 'arbiter' | 'setTime'>,
): Promise<void> {
  const counted = new Map(REPS.map((repId) => [repId, [] as number[]]));
  const metALimit = new Set<string>();
  let nowMs = T0;
  for (const { repId, offer, afterMs } of tapped) {
    nowMs += afterMs;
    await setTime(nowMs);
    const judged = await arbiter.claim(claimOf(repId, { offerId: `offer_${offer}`, leadId: `lead_${offer}` }));
    // Decided above the rate: the own win, or another's.
    if (judged.kind === 'pending' && !isCapped(offer)) {
      met.first += 1;
      continue;
    }
    const isEarly = nowMs < opensAtMs(offer);
    const place = `${repId} ${offer}`;
    if (!isEarly && !metALimit.has(place)) {
      expect(judged, 'a first claim on an open offer is judged on its merits').toMatchObject({ rule: 'dailyCap' });
      metALimit.add(place);
      met.first += 1;
      continue;
    }
    const instants = counted.get(repId) as number[];
    const within = (ms: number) => instants.filter((at) => Math.floor(at / ms) === Math.floor(nowMs / ms)).length;
    const isOver = within(1_000) >= rates.perSecond || within(60_000) >= rates.perMinute;
    met[isOver ? 'refused' : isEarly ? 'early' : 'repeat'] += 1;
    if (isOver) expect(judged).toMatchObject({ kind: 'refused', rule: 'attemptRate' });
    else expect(judged).toMatchObject(isEarly ? { kind: 'early' } : { kind: 'refused', rule: 'dailyCap' });
    if (!isOver) instants.push(nowMs);
  }
}
