/** Figures as people say them, in Indonesian and English. Pure. */

export type Language = 'id' | 'en';

const UNITS = [
  { seconds: 86_400, id: 'hari', en: 'day' },
  { seconds: 3_600, id: 'jam', en: 'hour' },
  { seconds: 60, id: 'menit', en: 'minute' },
  { seconds: 1, id: 'detik', en: 'second' },
] as const;

/** `15 minutes`, `1 jam`: in the largest unit that says it without a fraction. */
export function spokenDuration(seconds: number, language: Language): string {
  const unit = UNITS.find((one) => seconds >= one.seconds && seconds % one.seconds === 0) ?? UNITS[3];
  const count = seconds / unit.seconds;
  if (language === 'id') return `${count} ${unit.id}`;
  return `${count} ${unit.en}${count === 1 ? '' : 's'}`;
}
