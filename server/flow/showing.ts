/** Who was shown what: noted with each alert, and folded from the file at the start (CON-10). */
import { COLD_WEEKS } from '../distribution/cold-minimum-rules.ts';
import { weekOf } from '../distribution/counter-rules.ts';
import type { Past, ShownKind } from '../distribution/fairness-rules.ts';
import { type LeftOutReason, unpackLeftOut } from '../distribution/left-out.ts';
import { localDay } from '../kernel/calendar.ts';
import { daysWorked } from '../policy/hours-rules.ts';
import { type Temperature, zoneOf } from '../policy/policy-rules.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;
/** This week and those that the cold minimum looks back on, and a day for the zones. */
export const SHOWN_READ_MS = (7 * (COLD_WEEKS + 1) + 1) * DAY_MS;
/** Of more than that the newest are enough to know that a rep had its chance. */
const OFFERS_READ_MAX = 10_000;
const GIVEN_READ_MAX = 10_000;
/** Of one lead. */
const GIVEN_AGAIN_MAX = 20;

/** Reps had their chance of a lead of this kind, each in the week of the own days. */
export function noteShown(world: World, kind: ShownKind, repIds: readonly string[], atMs: number): void {
  const { policy } = world.policy.at(atMs);
  const weeks = new Map<string, string>();
  for (const repId of repIds) {
    const zone = zoneOf(policy, world.directory.rep(repId) ?? {});
    const week = weeks.get(zone) ?? weekOf(localDay(atMs, zone));
    weeks.set(zone, week);
    world.shown.note(repId, kind, week);
  }
}

/** FAIR-02: who could have had an assigned lead: whoever waits its turn, is on a break, or has just given it back. */
const IN_ROTATION: ReadonlySet<LeftOutReason> = new Set(['waitsTurn', 'notReady', 'gaveItBack']);

/** A rule gave a lead to one rep: it was on offer to those who were in the rotation with it. */
export function noteGiven(world: World, leftOut: string, atMs: number): void {
  const passedBy = [...unpackLeftOut(leftOut)].filter(([, reason]) => IN_ROTATION.has(reason));
  const repIds = passedBy.map(([num]) => world.directory.repByNum(num)?.id).filter((repId) => repId !== undefined);
  noteShown(world, 'assigned', repIds, atMs);
}

/** Reads what was shown and given in the weeks that rules look at. */
export function restoreShown(world: World): void {
  const fromMs = world.clock.nowMs() - SHOWN_READ_MS;
  restoreGiven(world, fromMs);
  for (const { id, leadId, openedAt } of world.offersOnFile.newest(OFFERS_READ_MAX)) {
    if (openedAt < fromMs) break;
    const temperature: Temperature | undefined = world.leads.row(leadId)?.temperature;
    const whole = world.offersOnFile.find(id);
    // Of a blind one nobody was shown what it is; one of a team pool was on offer to nobody.
    if (temperature === undefined || whole === undefined || whole.offer.blind !== null) continue;
    if (whole.offer.teamPool !== null) continue;
    for (const { sentAt, reps } of whole.lanes) {
      if (sentAt === null) continue;
      const repIds = (JSON.parse(reps) as number[]).map((num) => world.directory.repByNum(num)?.id);
      noteShown(
        world,
        temperature,
        repIds.filter((repId) => repId !== undefined),
        sentAt,
      );
    }
    for (const { repId, sentAt } of whole.admissions) {
      if (sentAt !== null) noteShown(world, temperature, [repId], sentAt);
    }
  }
}

function restoreGiven(world: World, fromMs: number): void {
  const given = world.owners.latest('rotation', GIVEN_READ_MAX).filter(({ startedAt }) => startedAt >= fromMs);
  for (const leadId of new Set(given.map((row) => row.leadId))) {
    for (const { at, data } of world.events.newestOfLead(leadId, ['lead.assigned'], GIVEN_AGAIN_MAX)) {
      const { leftOut } = JSON.parse(data) as { leftOut?: string | null };
      if (at >= fromMs && leftOut != null) noteGiven(world, leftOut, at);
    }
  }
}

/** Of who was never away: nearly everybody, asked for every rep of every offer. */
const WHOLE_WEEK = { worked: 1, working: 1 };

/** What waivers are decided by. */
export function pastOf(world: World): Past {
  const { policy } = world.policy.at(world.clock.nowMs());
  return {
    shownOf: world.shown.of,
    policyAt: (ms) => world.policy.at(ms).policy,
    workedIn(repId, week) {
      const away = world.timeOff.of(repId).filter(({ fromAt, untilAt }) => {
        // The week in any zone.
        const mondayMs = Date.parse(week);
        return untilAt > mondayMs - DAY_MS && fromAt < mondayMs + 8 * DAY_MS;
      });
      return away.length === 0 ? WHOLE_WEEK : daysWorked(policy, world.directory.rep(repId)?.team ?? null, week, away);
    },
  };
}
