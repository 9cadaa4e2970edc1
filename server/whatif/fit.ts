/** People's times, as the record has them: one distribution a rep, that of all where a rep was seen too seldom. */
import { DEFAULT_HABITS, fitSpread, type Habits, type SeenTimes, type Spread } from './habits-rules.ts';
import type { TheRecord } from './record.ts';

export interface Fitted {
  habitsOf(repId: string): Habits;
  told: {
    /** Reps by where their reaction times are from: their own record, that of all, or assumptions. */
    own: number;
    pooled: number;
    assumed: number;
    /** Of all reps together. */
    reactionMedianMs: number;
    reactionSigma: number;
  };
}

/** So many leads of average luck are added to a rep's own, so that two won of two is no certainty. */
const LEADS_ADDED = 10;

export function fitHabits(record: Pick<TheRecord, 'offers' | 'ownerships'>): Fitted {
  const reactions = timesBy(
    record.offers.flatMap(({ places }) =>
      [...places].map(([repId, { taps, openForMs }]) => ({ repId, ms: taps[0] ?? null, cutMs: openForMs })),
    ),
  );
  const contacts = timesBy(
    record.ownerships.flatMap(({ repId, works }) => {
      const contact = works.find(({ kind }) => kind === 'contact');
      return contact === undefined ? [] : [{ repId, ms: contact.afterMs, cutMs: 0 }];
    }),
  );
  const ofAll = {
    reaction: fitSpread(together(reactions)) ?? DEFAULT_HABITS.reaction,
    contact: fitSpread(together(contacts)) ?? DEFAULT_HABITS.contact,
  };
  const conversions = conversionsOf(record.ownerships);
  const own = new Map<string, Spread>();
  for (const [repId, times] of reactions) {
    const spread = fitSpread(times);
    if (spread !== null) own.set(repId, spread);
  }
  const isPooled = fitSpread(together(reactions)) !== null;
  const others = reactions.size - own.size;
  const held = new Map<string, Habits>();
  return {
    habitsOf(repId) {
      const known = held.get(repId);
      if (known !== undefined) return known;
      const contact = fitSpread(contacts.get(repId) ?? { full: [], longerThan: [] }) ?? ofAll.contact;
      const habits = { reaction: own.get(repId) ?? ofAll.reaction, contact, conversion: conversions(repId) };
      held.set(repId, habits);
      return habits;
    },
    told: {
      own: own.size,
      pooled: isPooled ? others : 0,
      assumed: isPooled ? 0 : others,
      reactionMedianMs: Math.round(ofAll.reaction.medianMs),
      reactionSigma: Math.round(ofAll.reaction.sigma * 100) / 100,
    },
  };
}

type Times = { full: number[]; longerThan: number[] };

function timesBy(seen: readonly { repId: string; ms: number | null; cutMs: number }[]): Map<string, Times> {
  const times = new Map<string, Times>();
  for (const { repId, ms, cutMs } of seen) {
    const own = times.get(repId) ?? { full: [], longerThan: [] };
    times.set(repId, own);
    if (ms === null) own.longerThan.push(cutMs);
    else own.full.push(ms);
  }
  return times;
}

function together(times: ReadonlyMap<string, SeenTimes>): SeenTimes {
  const all = [...times.values()];
  return { full: all.flatMap(({ full }) => full), longerThan: all.flatMap(({ longerThan }) => longerThan) };
}

/** Leads that became an opportunity, of those that were decided. */
function conversionsOf(ownerships: TheRecord['ownerships']): (repId: string) => number {
  const decided = new Map<string, { leads: number; converted: number }>();
  const sums = { leads: 0, converted: 0 };
  for (const { repId, works } of ownerships) {
    const stages = works.map(({ stage }) => stage);
    if (!stages.some((stage) => stage !== undefined)) continue;
    const own = decided.get(repId) ?? { leads: 0, converted: 0 };
    decided.set(repId, own);
    const isConverted = stages.includes('opportunity') || stages.includes('won');
    for (const count of [own, sums]) {
      count.leads += 1;
      count.converted += Number(isConverted);
    }
  }
  const average = sums.leads === 0 ? DEFAULT_HABITS.conversion : sums.converted / sums.leads;
  return (repId) => {
    const { leads, converted } = decided.get(repId) ?? { leads: 0, converted: 0 };
    return (converted + LEADS_ADDED * average) / (leads + LEADS_ADDED);
  };
}
