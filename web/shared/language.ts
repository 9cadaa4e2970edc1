/** Which language the page speaks: chosen once, kept on the device, else the browser's. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { common as english } from '../i18n/en/common.ts';
import { common as indonesian } from '../i18n/id/common.ts';
import { recall, remember } from './memory.ts';

export type Language = 'id' | 'en';

const KEY = 'sambar:language';

export const language = signal<Language>(firstLanguage());

/** The part of the catalogue in use; a component that reads it is drawn again when the language changes. */
export function inBoth<T>(catalogues: Record<Language, T>): ReadonlySignal<T> {
  return computed(() => catalogues[language.value]);
}

/** What all pages say. Each page's `words.ts` adds its own, so that no phone loads the desk's. */
export const t = inBoth({ id: indonesian, en: english });

export function chooseLanguage(chosen: Language): void {
  remember(KEY, chosen);
  language.value = chosen;
}

function firstLanguage(): Language {
  const kept = recall(KEY);
  if (kept === 'id' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'id';
}
