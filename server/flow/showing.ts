/** Who was shown what: noted with each alert, and folded from the file at the start (CON-10). */
import { weekOf } from '../distribution/counter-rules.ts';
import type { Past } from '../distribution/fairness-rules.ts';
import type { OpenOffer } from '../distribution/open-offers.ts';
import { localDay } from '../kernel/calendar.ts';
import { type Temperature, zoneOf } from '../policy/policy-rules.ts';
import type { World } from './world.ts';

const WEEKS_READ_MS = 15 * 86_400_000;
/** Of more than that in two weeks the newest are enough to know that a rep had its chance. */
const OFFERS_READ_MAX = 10_000;

/** Reps were alerted to a lead of this temperature, each in the week of the own days. */
export function noteShown(
  world: World,
  temperature: OpenOffer['facts']['temperature'],
  repIds: readonly string[],
  atMs: number,
): void {
  const { policy } = world.policy.at(atMs);
  const weeks = new Map<string, string>();
  for (const repId of repIds) {
    const zone = zoneOf(policy, world.directory.rep(repId) ?? {});
    const week = weeks.get(zone) ?? weekOf(localDay(atMs, zone));
    weeks.set(zone, week);
    world.shown.note(repId, temperature, week);
  }
}

/** Reads what was shown in the last two weeks. */
export function restoreShown(world: World): void {
  const fromMs = world.clock.nowMs() - WEEKS_READ_MS;
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

/** What waivers are decided by. */
export function pastOf(world: World): Past {
  return { shownOf: world.shown.of, policyAt: (ms) => world.policy.at(ms).policy };
}
