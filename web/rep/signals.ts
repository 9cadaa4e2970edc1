/** What a rep hears and feels, where the device may: a tone and a pattern of vibration for each kind of news. */
import * as tones from '../shared/tones.ts';
import { preferences } from './preferences.ts';

/** Milliseconds on, off, on. */
const PATTERNS: Record<tones.Tone, readonly number[]> = { alert: [120, 80, 120], won: [40, 40, 200], lost: [60] };
const TAP_MS = 20;

export function tell(news: tones.Tone): void {
  if (preferences.sound.value) tones.tell(news);
  vibrate(PATTERNS[news]);
}

/** Under the finger, at once: the tap was felt. */
export function tellTap(): void {
  vibrate([TAP_MS]);
}

/** A browser lets a page vibrate only after a person has touched it once, and complains when it tries before. */
function vibrate(pattern: readonly number[]): void {
  if (preferences.vibration.value && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([...pattern]);
}
