import { signal } from '@preact/signals';

/** The lead whose race is shown with the leads; other sections may name one. */
export const shownRace = signal<string | null>(null);
