/** Personal data is kept as long as the policy says and no longer: one timer a day (UU 27/2022). */

import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import { newId } from '../kernel/ids.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;
/** Leads blanked in one round; the next day's round takes the rest. */
const PER_ROUND_MAX = 10_000;
/** Answers dropped in one transaction: some milliseconds. */
const ANSWERS_PER_WRITE = 1_000;

export function retentionTimer(world: World, nowMs: number) {
  return { id: newId('dl', nowMs, world.random), kind: 'retention' as const, dueAt: nowMs + DAY_MS };
}

/** Blanks what is older than the policy keeps, drops yesterday's answers, then sets tomorrow's timer. */
export async function forgetOldLeads(world: World, row: DeadlineRow): Promise<void> {
  const nowMs = await world.arbiter.now();
  const keptMs = world.policy.at(nowMs).policy.privacy.retentionDays * DAY_MS;
  for (const leadId of world.leads.finishedBefore(nowMs - keptMs, PER_ROUND_MAX)) {
    await world.ledger.write('forgetLead', { leadId, actor: 'system', at: nowMs });
  }
  await dropOldAnswers(world, nowMs - DAY_MS);
  const next = retentionTimer(world, nowMs);
  await world.ledger.write('fireTimer', { deadlineId: row.id, at: nowMs, kind: row.kind, nextDeadline: next });
}

/** A few at a time: claims share the one writing thread, and must not wait for a day's answers to go. */
async function dropOldAnswers(world: World, before: number): Promise<void> {
  let dropped: number;
  do {
    const { result } = await world.ledger.write('dropOldAnswers', { before, limit: ANSWERS_PER_WRITE });
    dropped = result.dropped;
  } while (dropped === ANSWERS_PER_WRITE);
}
