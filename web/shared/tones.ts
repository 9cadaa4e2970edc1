/**
 * Three short tones told apart without looking, made by the browser so that no sound is loaded over a poor network.
 */
import { signal } from '@preact/signals';

export type Tone = 'alert' | 'won' | 'lost';

/** Hertz, one after the other. */
const TONES: Record<Tone, { notes: readonly number[]; noteMs: number }> = {
  alert: { notes: [880, 880], noteMs: 140 },
  won: { notes: [659, 784, 1047], noteMs: 120 },
  lost: { notes: [392, 311], noteMs: 160 },
};
const LOUDNESS = 0.2;
/** Of a note's time it sounds this share; the rest sets it off from the next. */
const SOUNDING = 0.8;

let audio: AudioContext | null = null;
/** A browser lets a page sound only after a person has touched it once. */
export const isSoundLocked = signal(true);

export function unlockSound(): void {
  const unlock = (): void => {
    audio ??= new AudioContext();
    void audio.resume();
    isSoundLocked.value = false;
  };
  addEventListener('pointerdown', unlock, { once: true });
  addEventListener('keydown', unlock, { once: true });
}

export function tell(tone: Tone): void {
  if (audio === null || audio.state !== 'running') return;
  const { notes, noteMs } = TONES[tone];
  const gain = new GainNode(audio, { gain: LOUDNESS });
  gain.connect(audio.destination);
  for (const [place, frequency] of notes.entries()) {
    const from = audio.currentTime + (place * noteMs) / 1000;
    const note = new OscillatorNode(audio, { frequency, type: 'triangle' });
    note.connect(gain);
    note.start(from);
    note.stop(from + (noteMs * SOUNDING) / 1000);
  }
}
