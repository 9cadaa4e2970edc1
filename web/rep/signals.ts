/** What a rep hears and feels, where the device may: a tone and a pattern of vibration for each kind of news. */
import * as tones from '../shared/tones.ts';
import { preferences } from './preferences.ts';

/** Milliseconds on, off, on. */
const PATTERNS: Record<tones.Tone, readonly number[]> = { alert: [120, 80, 120], won: [40, 40, 200], lost: [60] };
const TAP_MS = 20;

export function tell(news: tones.Tone): void {
  if (preferences.sound.value) tones.tell(news);
  if (preferences.vibration.value) navigator.vibrate?.([...PATTERNS[news]]);
}

/** Under the finger, at once: the tap was felt. */
export function tellTap(): void {
  if (preferences.vibration.value) navigator.vibrate?.(TAP_MS);
}
