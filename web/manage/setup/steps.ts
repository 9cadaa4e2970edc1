/** What the checklist makes of what the server has. Pure. */

/** `GET /v1/setup`. */
export interface Setup {
  role: 'admin' | 'manager';
  teams: { name: string; timeZone: string | null; reps: number }[];
  reps: { active: number; signedIn: number };
  /** Null: not for this manager to know. */
  managers: number | null;
  sources: number | null;
  screens: number;
  leads: { posted: boolean; won: boolean };
}

export type StepName = 'team' | 'reps' | 'invites' | 'source' | 'screen' | 'test';

export interface Step {
  name: StepName;
  isDone: boolean;
}

/** In the order in which they make sense; sources and test leads are the admin's. */
export function stepsOf({ role, teams, reps, sources, screens, leads }: Setup): Step[] {
  const steps: Step[] = [
    { name: 'team', isDone: teams.length > 0 },
    { name: 'reps', isDone: reps.active > 0 },
    { name: 'invites', isDone: reps.signedIn > 0 },
    { name: 'source', isDone: (sources ?? 0) > 0 },
    { name: 'screen', isDone: screens > 0 },
    { name: 'test', isDone: leads.won },
  ];
  return role === 'admin' ? steps : steps.filter(({ name }) => name !== 'source' && name !== 'test');
}

/** The first that is not done; null: all are. */
export function nextStep(setup: Setup): StepName | null {
  return stepsOf(setup).find(({ isDone }) => !isDone)?.name ?? null;
}
