/**
 * What a rep hears and feels: three short tones told apart without looking, made by the browser so that no sound
 * is loaded over a poor network, and a pattern of vibration for each.
 */
import { preferences } from './preferences.ts';

export type News = 'alert' | 'won' | 'lost';

interface Tone {
  /** Hertz, one after the other. */
  notes: readonly number[];
  noteMs: number;
  /** Milliseconds on, off, on. */
  pattern: readonly number[];
}

const TONES: Record<News, Tone> = {
  alert: { notes: [880, 880], noteMs: 140, pattern: [120, 80, 120] },
  won: { notes: [659, 784, 1047], noteMs: 120, pattern: [40, 40, 200] },
  lost: { notes: [392, 311], noteMs: 160, pattern: [60] },
};
const LOUDNESS = 0.2;
const TAP_MS = 20;

let audio: AudioContext | null = null;

/** A browser lets a page sound only after the person has touched it once. */
export function unlockSound(): void {
  const unlock = (): void => {
    audio ??= new AudioContext();
    void audio.resume();
  };
  addEventListener('pointerdown', unlock, { once: true });
  addEventListener('keydown', unlock, { once: true });
}

export function tell(news: News): void {
  const { notes, noteMs, pattern } = TONES[news];
  if (preferences.sound.value) sound(notes, noteMs / 1000);
  if (preferences.vibration.value) navigator.vibrate?.([...pattern]);
}

/** Under the finger, at once: the tap was felt. */
export function tellTap(): void {
  if (preferences.vibration.value) navigator.vibrate?.(TAP_MS);
}

function sound(notes: readonly number[], seconds: number): void {
  if (audio === null || audio.state !== 'running') return;
  const gain = new GainNode(audio, { gain: LOUDNESS });
  gain.connect(audio.destination);
  notes.forEach((frequency, place) => {
    const from = (audio as AudioContext).currentTime + place * seconds;
    const note = new OscillatorNode(audio as AudioContext, { frequency, type: 'triangle' });
    note.connect(gain);
    note.start(from);
    note.stop(from + seconds * 0.8);
  });
}
