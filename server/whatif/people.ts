/**
 * The people of a trial: they hear alerts, tap when their reaction time is over, and work the leads they get. What
 * they do is drawn by who does it with which lead and by the seed, never by what happened before: two policies meet
 * the same people.
 */
import { type Chance, createChance } from '../kernel/chance.ts';
import { DEFAULT_HABITS, drawMs, type Habits } from './habits-rules.ts';

/** One time a lead is put up to one rep, or owned by it. */
export interface Encounter {
  /** Names the lead in every trial of the same arrivals. */
  leadKey: string;
  /** The first time is 0: how often the lead was put up, or owned, before. */
  nth: number;
  repId: string;
}

export interface WorkDone {
  kind: 'contact' | 'opportunity' | 'won' | 'disqualified' | 'released';
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

export function createDrawnPeople(seed: string, habitsOf: (repId: string) => Habits = () => DEFAULT_HABITS): People {
  const chanceOf = (what: string, { leadKey, nth, repId }: Encounter): Chance =>
    createChance(`${seed} ${what} ${leadKey} ${nth} ${repId}`);
  return {
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
      if (!chance.happens(conversion)) return [...done, { kind: 'disqualified', afterMs: decidedMs, atWork: true }];
      done.push({ kind: 'opportunity', afterMs: decidedMs, atWork: true });
      const isWon = chance.happens(WON_SHARE);
      const endMs = decidedMs + drawnDays(chance, WON_DAYS);
      const revenue = Math.round(chance.between(...REVENUE));
      done.push({ kind: isWon ? 'won' : 'disqualified', afterMs: endMs, atWork: true, ...(isWon && { revenue }) });
      return done;
    },
  };
}

function drawnDays(chance: Chance, [from, until]: readonly [number, number]): number {
  return Math.round(chance.between(from, until) * DAY_MS);
}
