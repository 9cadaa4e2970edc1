/**
 * A made-up team and made-up leads, for a trial without a record: drawn from a seed, so that every policy meets the
 * same people and the same leads. The mixtures below are assumptions and stand in docs/policy.md.
 */
import type { NewLead } from '../../client-sdk/protocol/http.ts';
import { addDays, type Day, instantOf, weekdayOf } from '../kernel/calendar.ts';
import { type Chance, createChance } from '../kernel/chance.ts';
import type { NewRepRow } from '../people/people-store.ts';
import { DEFAULT_HABITS, type Habits } from './habits-rules.ts';
import type { Arrival } from './trial.ts';

const ZONE = 'Asia/Jakarta';
const MINUTE_MS = 60_000;

/** Types of leads with how often each comes: about a fifth hot, two fifths warm, the rest cold. */
const TYPES: readonly (readonly [type: string, weight: number])[] = [
  ['demo request', 9],
  ['pricing inquiry', 5],
  ['free trial signup', 4],
  ['referral', 3],
  ['webinar attendee', 14],
  ['whitepaper download', 13],
  ['mql from content engagement', 12],
  ['newsletter signup', 16],
  ['early stage content', 14],
  ['old lead re-engagement', 10],
];
/** The part of the leads that comes in office hours; the others come before and after, on the same day. */
const OFFICE_SHARE = 0.9;
const OFFICE_MINUTES = [9 * 60, 17 * 60] as const;
const WAKING_MINUTES = [6 * 60, 23 * 60] as const;

/** So many days of Monday to Friday, from the first that is not before `from`. */
export function workingDays(from: Day, count: number): Day[] {
  const days: Day[] = [];
  for (let day = from; days.length < count; day = addDays(day, 1)) {
    if (!['Sat', 'Sun'].includes(weekdayOf(day))) days.push(day);
  }
  return days;
}

/** How many leads come on a day: as many as chance brings at this rate (Poisson). */
function drawCount(rate: number, chance: Chance): number {
  let count = 0;
  for (let left = Math.exp(-rate), product = chance.unit(); product > left; product *= chance.unit()) count++;
  return count;
}

/** Channels of drawn leads, which no preset looks at. */
const CHANNELS = ['organic search', 'paid search', 'social', 'email', 'direct traffic'];

/** Of each day, the channels by which its leads came. */
export function drawnSources(days: readonly Day[], leadsPerDay: number, seed: string): string[][] {
  return days.map((day) => {
    const chance = createChance(`${seed} day ${day}`);
    return Array.from({ length: drawCount(leadsPerDay, chance) }, () => chance.oneOf(CHANNELS));
  });
}

/** @param sources of each day, one a lead: the channel it came by */
export function drawnArrivals(
  days: readonly Day[],
  sources: readonly (readonly string[])[],
  { seed, zone }: { seed: string; zone: string },
): Arrival[] {
  const arrivals = days.flatMap((day, at) =>
    (sources[at] ?? []).map((source, n): Arrival => {
      const key = `${day} ${n}`;
      const chance = createChance(`${seed} lead ${key}`);
      const [from, until] = chance.happens(OFFICE_SHARE) ? OFFICE_MINUTES : WAKING_MINUTES;
      const atMs = instantOf(day, '00:00', zone) + Math.floor(chance.between(from, until) * MINUTE_MS);
      return { key, atMs, lead: drawnLead(source, chance) };
    }),
  );
  return arrivals.sort((a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : 1));
}

function drawnLead(source: string, chance: Chance): NewLead {
  const type = source === 'referral' ? 'referral' : drawnType(chance);
  const size = Math.floor(10 ** chance.between(0.5, 3.2));
  return {
    source,
    type,
    company: { name: `Company ${Math.floor(chance.unit() * 1e9)}`, size },
    contact: { name: '-' },
  };
}

function drawnType(chance: Chance): string {
  const sum = TYPES.reduce((total, [, weight]) => total + weight, 0);
  let left = chance.unit() * sum;
  for (const [type, weight] of TYPES) {
    left -= weight;
    if (left < 0) return type;
  }
  return TYPES[0]?.[0] ?? '';
}

export interface DrawnTeam {
  rows: NewRepRow[];
  habits: Map<string, Habits>;
}

/** Every seventh rep is new: hired on the first day, two and four weeks before it. */
const NEWCOMER_EVERY = 7;
const HIRED_DAYS_AGO = [0, 14, 28];
/** Of a month. */
const QUOTA = 40_000_000;

/** Reps of unequal skill: who is quick is not who converts well, and newcomers are a little behind in both. */
export function drawnTeam(count: number, from: Day, seed: string): DrawnTeam {
  const drawn = Array.from({ length: count }, (_, index) => {
    const chance = createChance(`${seed} rep ${index}`);
    const isNew = index % NEWCOMER_EVERY === NEWCOMER_EVERY - 1;
    const pace = Math.exp(chance.between(-0.7, 0.7)) * (isNew ? 1.3 : 1);
    const care = Math.exp(chance.between(-0.7, 0.7)) * (isNew ? 1.3 : 1);
    const habits: Habits = {
      reaction: { ...DEFAULT_HABITS.reaction, medianMs: DEFAULT_HABITS.reaction.medianMs * pace },
      contact: { ...DEFAULT_HABITS.contact, medianMs: DEFAULT_HABITS.contact.medianMs * care },
      conversion: DEFAULT_HABITS.conversion * Math.exp(chance.between(-0.6, 0.6)) * (isNew ? 0.8 : 1),
    };
    return { index, isNew, habits };
  });
  const ranked = drawn.filter(({ isNew }) => !isNew).sort((a, b) => b.habits.conversion - a.habits.conversion);
  const quarter = Math.max(1, Math.round(ranked.length / 4));
  const tiers = new Map(
    ranked.map(({ index }, place) => [index, place < quarter ? 1 : place >= ranked.length - quarter ? 3 : 2]),
  );
  const rows = drawn.map(({ index, isNew }): NewRepRow => {
    const ago = HIRED_DAYS_AGO[Math.floor(index / NEWCOMER_EVERY) % HIRED_DAYS_AGO.length] ?? 0;
    const hiredOn = addDays(from, isNew ? -ago : -700 - index);
    const number = String(index + 1).padStart(3, '0');
    return {
      id: `rep_${number}`,
      name: `Rep ${number}`,
      email: `rep${number}@sales.example`,
      tier: tiers.get(index) ?? 2,
      hiredOn,
      readyOn: hiredOn,
      quota: QUOTA,
      createdAt: instantOf(hiredOn, '09:00', ZONE),
    };
  });
  return { rows, habits: new Map(rows.map(({ id }, index) => [id, drawn[index]?.habits ?? DEFAULT_HABITS])) };
}
