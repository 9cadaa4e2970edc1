/** What this device does at a new lead, at a win and at a loss; each can be switched off, and stays so. */
import { type Signal, signal } from '@preact/signals';
import { recall, remember } from '../shared/memory.ts';

export interface Preferences {
  sound: Signal<boolean>;
  vibration: Signal<boolean>;
  /** The screen stays on while the page is open and the rep is ready. */
  stayAwake: Signal<boolean>;
}

function kept(name: string): Signal<boolean> {
  const key = `sambar:rep:${name}`;
  const value = signal(recall(key) !== 'off');
  value.subscribe((isOn) => remember(key, isOn ? 'on' : 'off'));
  return value;
}

export const preferences: Preferences = {
  sound: kept('sound'),
  vibration: kept('vibration'),
  stayAwake: kept('awake'),
};
