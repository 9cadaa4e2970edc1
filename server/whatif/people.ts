/**
 * The people of a trial: they hear alerts, tap when their reaction time is over, and work the leads they get. What
 * they do is drawn by who does it with which lead and by the seed, never by what happened before: two policies meet
 * the same people.
 */
import { type Chance, createChance } from '../kernel/chance.ts';
import type { LeadStage } from '../leads/leads-store.ts';
import { DEFAULT_HABITS, drawMs, type Habits } from './habits-rules.ts';
import type { RecordedPlace, TheRecord } from './record.ts';

/** One time a lead is put up to one rep, or owned by it. */
export interface Encounter {
  /** Names the lead in every trial of the same arrivals. */
  leadKey: string;
  /** The first time is 0: how often the lead was put up, or owned, before. */
  nth: number;
  repId: string;
}

export interface WorkDone {
  kind: 'contact' | 'stage' | 'released';
  stage?: LeadStage;
  /** After the lead was owned. */
  afterMs: number;
  /** False: at that very time, also after hours. */
  atWork: boolean;
  revenue?: number;
}

export interface People {
  /** Times after the own alert at which the rep taps, until it has won. */
  taps(encounter: Encounter): { afterMs: number; atWork: boolean }[];
  /** What the owner does with the lead, in order. */
  works(encounter: Encounter): WorkDone[];
}

const DAY_MS = 86_400_000;
/** A lead is decided one to six days after it was got; a deal is won within three weeks of that. */
const DECIDED_DAYS = [1, 6] as const;
const WON_DAYS = [3, 21] as const;
/** Of the opportunities. */
const WON_SHARE = 0.3;
const REVENUE = [5_000_000, 60_000_000] as const;

export function createDrawnPeople(
  seed: string,
  habitsOf: (repId: string) => Habits = () => DEFAULT_HABITS,
): People & { seed: string; habitsOf(repId: string): Habits } {
  const chanceOf = (what: string, { leadKey, nth, repId }: Encounter): Chance =>
    createChance(`${seed} ${what} ${leadKey} ${nth} ${repId}`);
  return {
    seed,
    habitsOf,
    taps(encounter) {
      const { reaction } = habitsOf(encounter.repId);
      return [{ afterMs: drawMs(reaction, chanceOf('tap', encounter).unit), atWork: true }];
    },
    works(encounter) {
      const chance = chanceOf('work', encounter);
      const { contact, conversion } = habitsOf(encounter.repId);
      const contactMs = drawMs(contact, chance.unit);
      const decidedMs = contactMs + drawnDays(chance, DECIDED_DAYS);
      const done: WorkDone[] = [{ kind: 'contact', afterMs: contactMs, atWork: true }];
      const staged = (stage: LeadStage, afterMs: number) => ({ kind: 'stage' as const, stage, afterMs, atWork: true });
      if (!chance.happens(conversion)) return [...done, staged('disqualified', decidedMs)];
      done.push(staged('opportunity', decidedMs));
      const isWon = chance.happens(WON_SHARE);
      const endMs = decidedMs + drawnDays(chance, WON_DAYS);
      const revenue = Math.round(chance.between(...REVENUE));
      done.push({ ...staged(isWon ? 'won' : 'lost', endMs), ...(isWon && { revenue }) });
      return done;
    },
  };
}

/** More draws than this from the same spread say that it does not fit: then the rep is a little slower than it was. */
const DRAWS_MAX = 40;

/**
 * People who do what they did on record wherever they meet the same again: the same lead, put up for the same time,
 * to the same rep. Who had not tapped when the offer was over is slower than that. Everything else is drawn.
 */
export function createRecordedPeople(
  record: Pick<TheRecord, 'offers' | 'ownerships'>,
  drawn: People & { habitsOf(repId: string): Habits; seed: string },
): People {
  const places = new Map<string, RecordedPlace>();
  const keyOf = ({ leadKey, nth, repId }: Encounter) => `${leadKey} ${nth} ${repId}`;
  for (const { leadId: leadKey, nth, places: ofOffer } of record.offers) {
    for (const [repId, place] of ofOffer) places.set(keyOf({ leadKey, nth, repId }), place);
  }
  const owned = new Map(record.ownerships.map((own) => [keyOf({ leadKey: own.leadId, ...own }), own]));
  return {
    taps(encounter) {
      const place = places.get(keyOf(encounter));
      if (place === undefined) return drawn.taps(encounter);
      if (place.taps.length > 0) return place.taps.map((afterMs) => ({ afterMs, atWork: false }));
      const { reaction } = drawn.habitsOf(encounter.repId);
      const { unit } = createChance(`${drawn.seed} later ${keyOf(encounter)}`);
      for (let draw = 0; draw < DRAWS_MAX; draw++) {
        const afterMs = drawMs(reaction, unit);
        if (afterMs > place.openForMs) return [{ afterMs, atWork: true }];
      }
      return [{ afterMs: place.openForMs + drawMs(reaction, unit), atWork: true }];
    },
    works(encounter) {
      const own = owned.get(keyOf(encounter));
      if (own === undefined) return drawn.works(encounter);
      return own.works.map((work) => ({ ...work, atWork: false }));
    },
  };
}

function drawnDays(chance: Chance, [from, until]: readonly [number, number]): number {
  return Math.round(chance.between(from, until) * DAY_MS);
}
