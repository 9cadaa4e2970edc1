/** Which section of the desk is looked at: the address says so, and the browser's own way back works. */
import { signal } from '@preact/signals';

export const SECTIONS = ['live', 'leads', 'people', 'rules', 'setup'] as const;
export type Section = (typeof SECTIONS)[number];

export const section = signal<Section>(sectionOfAddress());

function sectionOfAddress(): Section {
  return SECTIONS.find((name) => location.hash === `#${name}`) ?? 'live';
}

addEventListener('hashchange', () => {
  section.value = sectionOfAddress();
});
