/** Which language the page speaks: chosen once, kept on the device, else the browser's. */
import { computed, signal } from '@preact/signals';
import { en } from '../i18n/en.ts';
import { id, type Messages } from '../i18n/id.ts';
import { recall, remember } from './memory.ts';

export type Language = 'id' | 'en';

const KEY = 'sambar:language';
const CATALOGUES: Record<Language, Messages> = { id, en };

export const language = signal<Language>(firstLanguage());
/** The catalogue in use; a component that reads it is drawn again when the language changes. */
export const t = computed<Messages>(() => CATALOGUES[language.value]);

export function chooseLanguage(chosen: Language): void {
  remember(KEY, chosen);
  language.value = chosen;
}

function firstLanguage(): Language {
  const kept = recall(KEY);
  if (kept === 'id' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'id';
}
