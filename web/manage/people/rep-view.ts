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
}

export const REPS_A_PAGE = 200;
