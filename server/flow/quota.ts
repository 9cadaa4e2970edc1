/**
 * Quota bands (COMP-33..38): on the first of each month at six, in the calendar's zone, the month that ended is
 * closed for every active rep, once; until then the band of the month before stands. Months are closed without
 * bands in force too, so that bands which are switched on find an attainment.
 */
import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import type { Standing } from '../distribution/standing-rules.ts';
import { addDays, dayBounds, localDay, periodDays } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import type { RepRow } from '../people/people-store.ts';
import { type Policy, policyOf } from '../policy/policy-rules.ts';
import { attainmentOf, bandOf, nextBand, spiralOf } from '../quota/quota-rules.ts';
import type { ClosedMonth } from './transactions/quota.ts';
import type { World } from './world.ts';

/** The last day of the month is over for reps up to six hours further west. */
const FIRST_HOUR_MS = 6 * 3_600_000;

/** The timer of the next first of a month. */
export function monthTimer(world: World, nowMs: number) {
  const zone = world.policy.at(nowMs).policy.calendar.timeZone;
  const dueOf = (day: string) => dayBounds(periodDays('month', day).from, zone).fromMs + FIRST_HOUR_MS;
  const today = localDay(nowMs, zone);
  const thisMonthMs = dueOf(today);
  const dueAt = nowMs < thisMonthMs ? thisMonthMs : dueOf(addDays(periodDays('month', today).to, 1));
  return { id: newId('dl', nowMs, world.random), kind: 'monthCloses' as const, dueAt };
}

/** The first such timer of a file: due at once where there are reps already, from a version that closed no months. */
export function firstMonthTimer(world: World, nowMs: number) {
  const timer = monthTimer(world, nowMs);
  return world.directory.reps().length > 0 ? { ...timer, dueAt: nowMs } : timer;
}

/** Closes the month that ended last, unless that was done, and sets the next timer. */
export async function closeMonthDue(world: World, row: DeadlineRow): Promise<void> {
  const nowMs = await world.arbiter.now();
  const { policy } = world.policy.at(nowMs);
  const today = localDay(nowMs - FIRST_HOUR_MS, policy.calendar.timeZone);
  const range = periodDays('month', addDays(periodDays('month', today).from, -1));
  const months = world.directory
    .reps()
    .filter(({ active }) => active)
    .map((rep) => closedMonthOf(world, policy, rep, range));
  const { result } = await world.ledger.write('closeMonths', { at: nowMs, months });
  for (const { repId, attainment, spiral } of result.closed) {
    const rep = world.directory.rep(repId);
    if (rep !== undefined) world.directory.putRep({ ...rep, attainment });
    if (spiral !== null) spiralAlarm(world, repId);
  }
  const nextDeadline = monthTimer(world, nowMs);
  await world.ledger.write('fireTimer', { deadlineId: row.id, at: nowMs, kind: row.kind, nextDeadline });
}

/** COMP-37: for the operator's eyes; its manager reads the figures in the month. Once a month, with the commit that closed it. */
function spiralAlarm(world: World, repId: string): void {
  world.metrics.quotaSpirals();
  world.log.warn('a rep stays in the lowest quota band and its attainment falls', { repId });
}

function closedMonthOf(world: World, policy: Policy, rep: RepRow, range: { from: string; to: string }): ClosedMonth {
  const { quotaAllocation } = policyOf(policy, rep.team);
  const { revenue } = world.repDays.sums(rep.id, range);
  const attainment = attainmentOf(revenue, rep.quota);
  const before = rep.attainment === null ? null : bandOf(quotaAllocation, rep);
  const band = bandOf(quotaAllocation, { ...rep, attainment });
  const month = monthOf(range.from);
  const spiral = spiralOf(quotaAllocation, [attainment, ...attainmentsBefore(world, rep.id, range.from)]);
  return {
    repId: rep.id,
    month,
    revenue,
    quota: rep.quota,
    attainment,
    perWeek: band?.perWeek ?? null,
    fromPerWeek: before?.perWeek ?? null,
    coaching: band !== null && before !== null && band.fromPct < before.fromPct,
    spiral: spiral === null ? null : JSON.stringify(spiral),
  };
}

const monthOf = (day: string) => day.slice(0, 7);

/** Of the two months before the one that begins on `firstDay`, the nearer first; null: not closed for the rep, or no quota. */
function attainmentsBefore(world: World, repId: string, firstDay: string): (number | null)[] {
  const rows = world.quota.history(repId, { before: monthOf(firstDay), limit: 2 });
  const last = addDays(firstDay, -1);
  const months = [last, addDays(periodDays('month', last).from, -1)].map(monthOf);
  return months.map((wanted) => rows.find(({ month }) => month === wanted)?.attainment ?? null);
}

/** The rep's own agreement (COMP-38): band, allowance, what is used, and what opens the next band; null: none. */
export function allowanceOf(policy: Policy, rep: RepRow, standing: readonly Standing[]) {
  const { quotaAllocation } = policyOf(policy, rep.team);
  const band = bandOf(quotaAllocation, rep);
  const week = standing.find(({ rule }) => rule === 'weeklyAllowance');
  if (band === null || quotaAllocation === null || week === undefined) return null;
  const { attainment, quota } = rep;
  return { band, attainment, quota, used: week.used, left: week.left, next: nextBand(quotaAllocation, rep) };
}
