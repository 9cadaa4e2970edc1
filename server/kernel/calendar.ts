/**
 * Local days and the periods made of them. The one place that knows the time-zone library: everything
 * else handles days as `2026-11-22`, which sort as text, and instants as ms since 1970.
 *
 * Days of a zone are a gapless sequence of half-open spans `[fromMs, untilMs)`: a day is 23 or 25
 * hours long where clocks change, begins at 01:00 where midnight is skipped, and once begun never
 * gives way to the day before it again, although clocks of a few zones have shown that for a minute.
 */
import { Temporal } from 'temporal-polyfill';
import { RecentMap, remembered } from './recent-map.ts';

/** A local date, `2026-11-22`. */
export type Day = string;
export type Period = 'day' | 'week' | 'month' | 'quarter' | 'all';

export interface DaySpan {
  fromMs: number;
  /** The first instant of the next day: outside. */
  untilMs: number;
}

/** Bounds of the period `all`: every day that can be written sorts between them. */
export const FIRST_DAY: Day = '0000-01-01';
export const LAST_DAY: Day = '9999-12-31';

/** Yesterday to the day after tomorrow: all that an offer around midnight asks for in a row. */
const SPANS_CACHED_PER_ZONE = 4;

interface KnownDay extends DaySpan {
  day: Day;
}

/** The same few days are asked for with every lead. */
const DAYS_REMEMBERED = 1_000;
const knownBounds = new RecentMap<DaySpan>(DAYS_REMEMBERED);
const knownSums = new RecentMap<Day>(DAYS_REMEMBERED);

// Bounded by the number of zones there are (a name that is none throws before it gets in).
const knownDays = new Map<string, KnownDay[]>();

/** The local day of an instant. Calls within a day that was asked for lately cost two comparisons. */
export function localDay(ms: number, zone: string): Day {
  return knownDay(ms, zone).day;
}

/** The first instant of a local day and of the one after it. */
export function dayBounds(day: Day, zone: string): DaySpan {
  return remembered(knownBounds, `${day} ${zone}`, () => {
    const date = Temporal.PlainDate.from(day);
    return { fromMs: startOfDayMs(date, zone), untilMs: startOfDayMs(date.add({ days: 1 }), zone) };
  });
}

/** The instant at which the local day of `ms` ends: always later than `ms`. */
export function nextMidnightMs(ms: number, zone: string): number {
  return knownDay(ms, zone).untilMs;
}

/** First and last day (both inside) of the period that `day` lies in; weeks start on Monday (CONV-04). */
export function periodDays(period: Period, day: Day): { from: Day; to: Day } {
  if (period === 'all') return { from: FIRST_DAY, to: LAST_DAY };
  const date = Temporal.PlainDate.from(day);
  const first = firstOfPeriod(period, date);
  const length = {
    day: { days: 1 },
    week: { days: 7 },
    month: { months: 1 },
    quarter: { months: 3 },
  };
  return {
    from: first.toString(),
    to: first.add(length[period]).subtract({ days: 1 }).toString(),
  };
}

/** As the policy writes them; the first is a Monday (CONV-04). */
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export function weekdayOf(day: Day): Weekday {
  return WEEKDAYS[Temporal.PlainDate.from(day).dayOfWeek - 1] as Weekday;
}

/** A time of day as `09:00`; `24:00` is the end of the day. They sort as text. */
export function isClockTime(text: string): boolean {
  return /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text);
}

/** The instant of a time of day (`isClockTime`) on a local day; one that clocks skip is as much later as they jump. */
export function instantOf(day: Day, time: string, zone: string): number {
  if (time === '24:00') return dayBounds(day, zone).untilMs;
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

/** The ISO week of a day, `2026-W47`: the year is the week's, which around New Year is not the day's. */
export function isoWeek(day: Day): string {
  const { yearOfWeek, weekOfYear } = Temporal.PlainDate.from(day);
  return `${yearOfWeek}-W${String(weekOfYear).padStart(2, '0')}`;
}

export function addDays(day: Day, days: number): Day {
  return remembered(knownSums, `${day} ${days}`, () => Temporal.PlainDate.from(day).add({ days }).toString());
}

function firstOfPeriod(period: Exclude<Period, 'all'>, date: Temporal.PlainDate): Temporal.PlainDate {
  if (period === 'day') return date;
  if (period === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  if (period === 'month') return date.with({ day: 1 });
  return date.with({ day: 1, month: date.month - ((date.month - 1) % 3) });
}

function knownDay(ms: number, zone: string): KnownDay {
  const known = knownDays.get(zone);
  const hit = known?.find((span) => span.fromMs <= ms && ms < span.untilMs);
  if (hit !== undefined) return hit;
  const found = findDay(ms, zone);
  knownDays.set(zone, [found, ...(known ?? [])].slice(0, SPANS_CACHED_PER_ZONE));
  return found;
}

function findDay(ms: number, zone: string): KnownDay {
  let date = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate();
  // Where clocks fell back over midnight the wall shows the old date again: the day has begun.
  if (startOfDayMs(date.add({ days: 1 }), zone) <= ms) date = date.add({ days: 1 });
  const day = date.toString();
  return { day, ...dayBounds(day, zone) };
}

function startOfDayMs(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds;
}
