/**
 * The rules in words (ROUTE-24, IMPL-06): always made from the document that acts, never written beside it. A section
 * is one function here, so that a rule can be read as soon as it acts. Pure.
 */
import type { Language } from './condition-words.ts';
import { pausesInWords } from './pauses-words.ts';
import type { Policy } from './policy-rules.ts';
import { blindInWords, mixInWords } from './release-words.ts';
import { routingInWords } from './routing-words.ts';
import { speedBoardInWords } from './speed-board-words.ts';

export interface SectionInWords {
  /** The key of the document; `pauses` is beside it. */
  section: string;
  title: string;
  lines: string[];
}

const SECTIONS: readonly {
  section: keyof Policy;
  title: Record<Language, string>;
  lines(policy: Policy, language: Language, nameOf: (repId: string) => string | null): string[];
}[] = [
  { section: 'routing', title: { id: 'Pembagian lead', en: 'Routing' }, lines: routingInWords },
  { section: 'blind', title: { id: 'Klaim buta', en: 'Blind claims' }, lines: blindInWords },
  { section: 'mix', title: { id: 'Campuran mutu', en: 'Mix of qualities' }, lines: mixInWords },
  { section: 'speedBoard', title: { id: 'Papan kecepatan', en: 'Speed board' }, lines: speedBoardInWords },
];

/**
 * @param nameOf the name of a rep that a rule names
 * @param paused the teams whose competition is paused now
 */
export function policyInWords(
  policy: Policy,
  language: Language,
  nameOf: (repId: string) => string | null,
  paused: readonly { team: string; untilAt: number; reason: string }[] = [],
): SectionInWords[] {
  const title = language === 'id' ? 'Kompetisi dijeda' : 'Paused competition';
  const pauses = { section: 'pauses', title, lines: pausesInWords(policy, paused, language) };
  const sections = SECTIONS.map(({ section, title, lines }) => ({
    section,
    title: title[language],
    lines: lines(policy, language, nameOf),
  }));
  return paused.length === 0 ? sections : [pauses, ...sections];
}
