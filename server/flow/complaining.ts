/** What a rep holds to be unfair (FAIR-22): told with the record of the lead, and counted by weeks (HEALTH-16). */
import type { ComplaintRow } from '../fairness/complaints-store.ts';
import { addDays, dayBounds, localDay, periodDays } from '../kernel/calendar.ts';
import type { Language } from '../people/people.ts';
import { explanation } from './explaining.ts';
import { raceRecord, wasInRace } from './race-record.ts';
import { wordsOf } from './transactions/complaining.ts';
import type { World } from './world.ts';

/** For the rep and its managers. Words are null where their lead was forgotten. */
export function complaintView(world: World, row: ComplaintRow) {
  const { id, repId, category, leadId, at, answeredAt, answeredBy } = row;
  const { subject, text, answer } = wordsOf(row);
  return {
    id,
    repId,
    repName: world.directory.rep(repId)?.name ?? null,
    category,
    leadId,
    at: new Date(at).toISOString(),
    text: world.leads.words(subject, text),
    answer:
      answeredAt === null
        ? null
        : { at: new Date(answeredAt).toISOString(), by: answeredBy, text: world.leads.words(subject, answer) },
  };
}

/** The race of the complaint's lead and why this rep was offered it or not; null: it names no lead. @param veiled as the rep itself may read it */
export function complaintAudit(world: World, row: ComplaintRow, language: Language, veiled: boolean) {
  const { leadId, repId } = row;
  const rep = world.directory.rep(repId);
  if (leadId === null || rep === undefined) return null;
  const isShown = !veiled || wasInRace(world, leadId, repId);
  return {
    race: isShown ? raceRecord(world, leadId, veiled ? repId : undefined) : null,
    explanation: explanation(world, {
      leadId,
      forRep: veiled ? repId : null,
      language,
      // The one rep whom it is about.
      afterNum: rep.num - 1,
      limit: 1,
    }),
  };
}

/** Open ones, and those of this week and the last, by the calendar's zone. */
export function complaintCounts(world: World, repIds: readonly string[] | null) {
  const nowMs = world.clock.nowMs();
  const { timeZone } = world.policy.at(nowMs).policy.calendar;
  const monday = periodDays('week', localDay(nowMs, timeZone)).from;
  const [last, now, next] = [-7, 0, 7].map((days) => dayBounds(addDays(monday, days), timeZone).fromMs) as [
    number,
    number,
    number,
  ];
  const { open, made } = world.complaints;
  return { open: open(repIds), thisWeek: made(repIds, now, next), lastWeek: made(repIds, last, now) };
}
