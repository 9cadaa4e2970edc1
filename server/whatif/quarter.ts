/** A quarter of a made-up team under several policies: the same people, the same leads, other rules. */
import { addDays, type Day, instantOf } from '../kernel/calendar.ts';
import { createPeopleStore } from '../people/people-store.ts';
import { openEmptyScratch } from '../platform/migrate.ts';
import type { Policy } from '../policy/policy-rules.ts';
import { createPolicyStore } from '../policy/policy-store.ts';
import { drawnArrivals, drawnSources, drawnTeam, workingDays } from './generated.ts';
import { DEFAULT_HABITS } from './habits-rules.ts';
import type { TrialOutcome } from './outcome.ts';
import { createDrawnPeople } from './people.ts';
import { type Arrival, runTrial } from './trial.ts';

export interface Quarter {
  seed: string;
  reps: number;
  /** Monday to Friday each. */
  days: number;
  /** Of each working day, the channels by which its leads came; null: drawn, so many leads a day. */
  sources: readonly (readonly string[])[] | null;
  leadsPerDay: number;
}

/** A Monday; which one makes no difference, but one that stands still makes figures that can be compared. */
const FIRST_DAY: Day = '2026-01-05';
const ZONE = 'Asia/Jakarta';

export function quarterArrivals({ seed, days, sources, leadsPerDay }: Quarter): Arrival[] {
  const dates = workingDays(FIRST_DAY, days);
  return drawnArrivals(dates, sources ?? drawnSources(dates, leadsPerDay, seed), { seed, zone: ZONE });
}

/** @param onProgress how many of the leads have come */
export async function runQuarter(
  quarter: Quarter,
  policy: Policy,
  onProgress: (done: number) => void,
): Promise<TrialOutcome> {
  const { seed, reps, days } = quarter;
  const scratch = openEmptyScratch();
  const team = drawnTeam(reps, FIRST_DAY, seed);
  const people = createPeopleStore(scratch.db);
  for (const row of team.rows) people.insertRep(row);
  const version = { document: JSON.stringify(policy), effectiveAt: 0, createdAt: 0, actor: 'system', reason: null };
  createPolicyStore(scratch.db).insert(version);
  const lastDay = workingDays(FIRST_DAY, days).at(-1) ?? FIRST_DAY;
  return runTrial(
    {
      scratch,
      seed,
      fromMs: instantOf(FIRST_DAY, '00:00', ZONE),
      untilMs: instantOf(addDays(lastDay, 1), '00:00', ZONE),
      arrivals: quarterArrivals(quarter),
      people: createDrawnPeople(seed, (repId) => team.habits.get(repId) ?? DEFAULT_HABITS),
    },
    onProgress,
  );
}
