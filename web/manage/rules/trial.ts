/** The what-if that this page has asked for: started, followed until it is over, and kept while other sections are looked at. */
import { signal } from '@preact/signals';
import { createClientClock, SambarProblem } from '../../../client-sdk/src/sambar-client.ts';
import type { Desk } from '../desk.ts';
import type { Json } from './document.ts';

/** What the page shows of `server/whatif`'s outcome. */
export interface TrialOutcome {
  leads: number;
  claimed: number;
  pushed: number;
  unclaimed: number;
  unowned: number;
  timeToClaimMs: { p50: number; p90: number };
  gini: number | null;
  giniHot: number | null;
  newcomers: { leads: number };
}

export interface TrialResult {
  leads: number;
  moved: number | null;
  reproduced: { offers: number; sameOffers: number; winners: number; sameWinners: number } | null;
  inForce: TrialOutcome;
  tried: TrialOutcome | null;
  reps: { repId: string; name: string; inForce: number; tried: number }[];
}

/** `GET /v1/what-ifs/{id}`. */
interface Job {
  id: string;
  state: 'running' | 'done' | 'failed';
  progress: { done: number; of: number };
  result: TrialResult | null;
  error: string | null;
}

export interface Trial {
  /** The draft that was tried, as text: another one has no result. */
  of: string;
  startedAtMs: number;
  /** `gone`: the server forgot it. */
  state: Job['state'] | 'gone';
  progress: Job['progress'];
  result: TrialResult | null;
  error: string | null;
}

const FOLLOW_MS = 500;
const DAY_MS = 86_400_000;
const clock = createClientClock();

export const trial = signal<Trial | null>(null);

/** Resolves when the server has taken it; rejects as the server refuses it. */
export async function startTrial(desk: Desk, document: Json, days: number, idempotencyKey: string): Promise<void> {
  const startedAtMs = clock.nowMs();
  const from = new Date(startedAtMs - days * DAY_MS).toISOString();
  const job = await desk.api.post<Job>('/what-ifs', { policy: document, from }, { idempotencyKey });
  const of = JSON.stringify(document);
  const { state, progress, result, error } = job;
  const mine: Trial = { of, startedAtMs, state, progress, result, error };
  trial.value = mine;
  follow(desk, job.id, mine);
}

function follow(desk: Desk, id: string, before: Trial): void {
  if (before.state === 'running') clock.after(FOLLOW_MS, () => void look(desk, id, before));
}

async function look(desk: Desk, id: string, before: Trial): Promise<void> {
  let next: Trial = { ...before };
  try {
    const { state, progress, result, error } = await desk.api.get<Job>(`/what-ifs/${id}`);
    next = { ...before, state, progress, result, error };
  } catch (error) {
    // A server that cannot be reached is asked again; one that says no knows nothing of it.
    if (error instanceof SambarProblem && error.status < 500) next.state = 'gone';
  }
  // Another one was started.
  if (trial.value !== before) return;
  trial.value = next;
  follow(desk, id, next);
}
