/**
 * The calendar of the document (CONV-03): the zone of a company and its teams, and their working hours. Hours are a
 * fact about the company and act on nothing by themselves; the sections of rules say what follows from them.
 */
import { z } from 'zod';
import { isClockTime, WEEKDAYS } from '../kernel/calendar.ts';

const timeZone = z.string().max(100).refine(isTimeZone, 'is not an IANA time zone');
const clockTime = z.string().refine(isClockTime, 'is not a time of day such as 09:00');

/** `close` is the first instant that is not open any more; `24:00` is the end of the day. */
const hours = z
  .strictObject({
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .refine((days) => new Set(days).size === days.length, 'names a day twice'),
    open: clockTime,
    close: clockTime,
  })
  .refine(({ open, close }) => open < close, { path: ['close'], message: 'is not after open' });

export type WorkingHours = z.infer<typeof hours>;

/** Spec P: Monday to Friday, 09:00 to 17:00. */
export const DEFAULT_HOURS: WorkingHours = {
  days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
  open: '09:00',
  close: '17:00',
};

/** The zone of boards, and zone and hours of everyone whose team has none. */
export const calendarSection = z.strictObject({ timeZone, hours: hours.default(DEFAULT_HOURS) });

/** What of a team differs from that. */
export const teamFacts = { timeZone: timeZone.optional(), hours: hours.optional() };

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
