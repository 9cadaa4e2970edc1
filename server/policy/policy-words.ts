/**
 * The rules in words (ROUTE-24, IMPL-06): always made from the document that acts, never written beside it. A section
 * is one function here, so that a rule can be read as soon as it acts. Pure.
 */
import { claimInWords } from './claim-words.ts';
import type { Language } from './condition-words.ts';
import { fairnessInWords, onboardingInWords, priorityWindowsInWords } from './fairness-words.ts';
import { leaderboardInWords, pointsInWords, privacyInWords, scoringInWords, slaInWords } from './outcome-words.ts';
import { pausesInWords } from './pauses-words.ts';
import { type Policy, policyOf } from './policy-rules.ts';
import { calendarInWords, competitionInWords, quotaInWords } from './race-words.ts';
import { blindInWords, mixInWords } from './release-words.ts';
import { routingInWords } from './routing-words.ts';
import { speedBoardInWords } from './speed-board-words.ts';

export interface SectionInWords {
  /** The key of the document; `pauses` is beside it. */
  section: string;
  title: string;
  lines: string[];
}

type InWords = (policy: Policy, language: Language, nameOf: (repId: string) => string | null) => string[];

/** Every section but the note `preset`; the currency is said with the points, the mode with the competition. */
const SECTIONS: readonly { section: keyof Policy; id: string; en: string; lines: InWords }[] = [
  { section: 'calendar', id: 'Jam kerja', en: 'Working hours', lines: calendarInWords },
  { section: 'routing', id: 'Pembagian lead', en: 'Routing', lines: routingInWords },
  { section: 'competition', id: 'Rebutan lead', en: 'The race', lines: competitionInWords },
  { section: 'claim', id: 'Tombol KLAIM', en: 'The CLAIM button', lines: claimInWords },
  { section: 'priorityWindows', id: 'Jendela prioritas', en: 'Priority windows', lines: priorityWindowsInWords },
  { section: 'onboarding', id: 'Rep baru', en: 'New reps', lines: onboardingInWords },
  { section: 'fairness', id: 'Rasio dan minimum', en: 'Ratios and minimums', lines: fairnessInWords },
  { section: 'quotaAllocation', id: 'Jatah mingguan', en: 'Weekly allowance', lines: quotaInWords },
  { section: 'blind', id: 'Klaim buta', en: 'Blind claims', lines: blindInWords },
  { section: 'mix', id: 'Campuran mutu', en: 'Mix of qualities', lines: mixInWords },
  { section: 'speedBoard', id: 'Papan kecepatan', en: 'Speed board', lines: speedBoardInWords },
  { section: 'points', id: 'Poin', en: 'Points', lines: pointsInWords },
  { section: 'leaderboard', id: 'Papan peringkat', en: 'Leaderboards', lines: leaderboardInWords },
  { section: 'sla', id: 'Kontak pertama', en: 'First contact', lines: slaInWords },
  { section: 'scoring', id: 'Skor', en: 'Scoring', lines: scoringInWords },
  { section: 'privacy', id: 'Privasi', en: 'Privacy', lines: privacyInWords },
];

/** The company's lines, and behind them those of each team for which a section says something else, whole (FAIR-20). */
function withTeams(policy: Policy, language: Language, linesOf: (policy: Policy) => string[]): string[] {
  const all = linesOf(policy);
  const others = Object.keys(policy.teams).flatMap((team) => {
    const own = linesOf(policyOf(policy, team));
    if (own.join() === all.join()) return [];
    return [language === 'id' ? `Untuk tim ${team} berlaku ini:` : `For team ${team} instead:`, ...own];
  });
  return [...all, ...others];
}

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
  const sections = SECTIONS.map(({ section, lines, ...title }) => ({
    section,
    title: title[language],
    lines: withTeams(policy, language, (one) => lines(one, language, nameOf)),
  }));
  return paused.length === 0 ? sections : [pauses, ...sections];
}
