/** A value of the rules as a person reads it beside its field. */
import { number, percent } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { t } from '../words.ts';
import type { Json } from './document.ts';
import type { Field, OptionName, UnitName } from './fields.ts';

export const TIME_UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;
export type TimeUnit = (typeof TIME_UNITS)[number][0];

/** The largest unit in which a span is a whole number. */
export function unitOf(seconds: number): TimeUnit {
  return TIME_UNITS.find(([, size]) => seconds >= size && seconds % size === 0)?.[0] ?? 'second';
}

export const secondsIn = (unit: TimeUnit): number => TIME_UNITS.find(([name]) => name === unit)?.[1] ?? 1;

export function timeInWords(seconds: number): string {
  const unit = unitOf(seconds);
  const format = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(language.value, format).format(seconds / secondsIn(unit));
}

export const withUnit = (value: number, unit: UnitName): string => `${number(value, 3)} ${t.value.rules.units[unit]}`;

/** A word of the catalogue, or as it stands. */
export function optionInWords(option: Json): string {
  const { options } = t.value.rules;
  return typeof option === 'string' && Object.hasOwn(options, option)
    ? options[option as OptionName]
    : JSON.stringify(option);
}

/** Null: it would be too long to say. */
export function valueInWords(field: Field, value: Json | undefined): string | null {
  const words = t.value.rules.values;
  if (field.kind === 'section') return value === null || value === undefined ? words.off : words.on;
  if (value === null) return words.noLimit;
  if (field.kind === 'delays')
    return value === undefined ? words.asAll : Array.isArray(value) ? value.map(delayInWords).join(', ') : null;
  if (typeof value === 'boolean') return value ? words.on : words.off;
  if (typeof value === 'number') return numberInWords(field, value);
  if (field.kind === 'several' && Array.isArray(value))
    return value.length === 0 ? '–' : value.map(optionInWords).join(', ');
  if (field.kind === 'texts' && Array.isArray(value)) return value.length === 0 ? '–' : value.map(String).join(', ');
  if (field.kind === 'choice') return optionInWords(value ?? null);
  return typeof value === 'string' ? value : null;
}

function numberInWords(field: Field, value: number): string {
  if (field.kind === 'seconds') return timeInWords(value);
  if (field.kind === 'share') return percent(value);
  return field.kind === 'number' ? withUnit(value, field.unit) : number(value, 3);
}

function delayInWords(delay: Json): string {
  const words = t.value.rules.values;
  if (delay === null) return words.never.toLowerCase();
  return delay === 0 ? words.atOnce : timeInWords(Number(delay));
}
