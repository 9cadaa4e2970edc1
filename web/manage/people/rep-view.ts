/** One of `GET /v1/reps`. */
export interface RepView {
  id: string;
  name: string;
  email: string;
  team: string | null;
  tier: number;
  status: 'ready' | 'break';
  active: boolean;
  online: boolean;
  quota: number | null;
  /** Since the server started; null: not yet. */
  lastSeenAt: string | null;
  /** Some device is signed in. */
  signedIn: boolean;
  openLeads: number;
  /** Null: no newcomer. */
  onboarding: Onboarding | null;
  protectedAllocation: { until: string; leadsPerWeek?: number; reason: string } | null;
}

export interface Task {
  item: string;
  done: boolean;
}

export interface Onboarding {
  training: Task[];
  coaching: Task[];
}

export const REPS_A_PAGE = 200;
