/** What the leads' section shows; other sections may say it. */
import { signal } from '@preact/signals';

/** The lead whose race is shown with a section. */
export const shownRace = signal<string | null>(null);

export interface LeadFilters {
  status: string;
  team: string;
  repId: string;
  company: string;
}

export const NO_FILTERS: LeadFilters = { status: '', team: '', repId: '', company: '' };
export const filters = signal(NO_FILTERS);

/** The leads that a rep owns and has not finished. */
export function showLeadsOf(repId: string): void {
  filters.value = { ...NO_FILTERS, status: 'owned', repId };
  location.hash = '#leads';
}
