/** Numbers and times as people of the page's language write them. */
import { language } from './language.ts';

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);
}

export function percent(share: number): string {
  const format = { style: 'percent', maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(language.value, format).format(share);
}

export function clockTime(iso: string): string {
  const format = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return new Intl.DateTimeFormat(language.value, format).format(new Date(iso));
}

/** A day and a time with its zone: `Sen 23 Nov 14.30 WIB`. */
export function moment(iso: string): string {
  const format = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  } as const;
  return new Intl.DateTimeFormat(language.value, format).format(new Date(iso));
}

/** `0:07`, `12:30`, `1:02:05`: never negative, and a started second counts. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (part: number): string => String(part).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A span of time in its largest sensible unit: `850 ms`, `4,2 s`, `12 min`, `3 h`. */
export function span(ms: number): string {
  const unit = (value: number, name: string, digits = 0): string =>
    new Intl.NumberFormat(language.value, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);
  if (ms < 1000) return unit(Math.max(0, ms), 'millisecond');
  if (ms < 60_000) return unit(ms / 1000, 'second', ms < 10_000 ? 1 : 0);
  if (ms < 3_600_000) return unit(ms / 60_000, 'minute');
  return unit(ms / 3_600_000, 'hour');
}
