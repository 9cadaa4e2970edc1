/** Times as the desk writes them, in this device's zone: of today the time alone, else with its day. */
import { clockTime } from '../shared/format.ts';
import { language } from '../shared/language.ts';

export function when(iso: string, nowMs: number): string {
  if (Date.parse(iso) >= dayStart(nowMs) && Date.parse(iso) < dayStart(nowMs + DAY_MS)) return clockTime(iso);
  const format = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const year = new Date(iso).getFullYear() === new Date(nowMs).getFullYear() ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(language.value, { ...format, ...year }).format(new Date(iso));
}

const DAY_MS = 86_400_000;

/** Midnight of this device's day, ms since 1970. */
export function dayStart(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}

/** What people call this device's zone: `WIB`. */
export function zoneName(nowMs: number): string {
  const parts = new Intl.DateTimeFormat(language.value, { timeZoneName: 'short' }).formatToParts(new Date(nowMs));
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
