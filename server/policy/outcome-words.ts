/** The sections `points`, `leaderboard`, `sla`, `scoring` and `privacy` as a person reads them (IMPL-06, IMPL-11). Pure. */
import { type Language, spokenDuration } from '../kernel/spoken.ts';
import type { Policy, ScoringRule } from './policy-rules.ts';
import { byTemperature } from './race-words.ts';

export function pointsInWords({ points, currency }: Policy, language: Language): string[] {
  const id = language === 'id';
  const { claimWithin60s, contactWithin300s, opportunity, won, help } = points;
  const claim = spokenDuration(claimWithin60s.withinSeconds, language);
  const contact = spokenDuration(contactWithin300s.withinSeconds, language);
  return id
    ? [
        `Klaim dalam ${claim} sejak pemberitahuan sendiri: ${claimWithin60s.points} poin. Kontak pertama dalam ${contact}: ${contactWithin300s.points}.`,
        `Menjadi peluang: ${opportunity.points} poin. Menang: ${won.points}. Nilai dalam ${currency}.`,
        `Membantu rekan: ${help.points} poin, paling banyak ${help.perPairAndWeek} kali seminggu untuk pasangan yang sama.`,
      ]
    : [
        `A claim within ${claim} of the own alert: ${claimWithin60s.points} points. A first contact within ${contact}: ${contactWithin300s.points}.`,
        `An opportunity: ${opportunity.points} points. A deal won: ${won.points}. Amounts are in ${currency}.`,
        `Helping a colleague: ${help.points} points, at most ${help.perPairAndWeek} times a week for the same two.`,
      ];
}

export function leaderboardInWords({ leaderboard }: Policy, language: Language): string[] {
  const { coalesceMs, rateMinClaims } = leaderboard;
  return language === 'id'
    ? [
        `Papan peringkat diperbarui paling lambat ${coalesceMs} milidetik setelah perubahan; rasio diperingkat mulai ${rateMinClaims} klaim.`,
      ]
    : [
        `Boards are told ${coalesceMs} milliseconds after a change at the latest; a rate is ranked from ${rateMinClaims} claims on.`,
      ];
}

export function slaInWords({ sla }: Policy, language: Language): string[] {
  const due = byTemperature(sla.firstContactSeconds, language);
  return [language === 'id' ? `Kontak pertama dalam: ${due}.` : `The first contact is due within: ${due}.`];
}

export function privacyInWords({ privacy: { retentionDays } }: Policy, language: Language): string[] {
  return [
    language === 'id'
      ? `Data pribadi lead dihapus setelah ${retentionDays} hari.`
      : `Personal data of a lead is forgotten after ${retentionDays} days.`,
  ];
}

/** What a rule of the score asks for, as it stands in the document. */
function conditionOf(rule: ScoringRule, language: Language): string {
  const id = language === 'id';
  const { activeFrom, activeUntil } = rule;
  const asked =
    'anyOf' in rule
      ? `${rule.field}: ${rule.anyOf.join(' / ')}`
      : [
          rule.field,
          ...(rule.from === undefined ? [] : [`≥ ${rule.from}`]),
          ...(rule.below === undefined ? [] : [`< ${rule.below}`]),
        ].join(' ');
  const more = [
    ...('cap' in rule && rule.cap !== undefined ? [id ? `paling banyak ${rule.cap}` : `at most ${rule.cap}`] : []),
    ...(rule.makesHot === true ? [id ? 'langsung hot' : 'hot by itself'] : []),
    ...('companySizeFrom' in rule && rule.companySizeFrom !== undefined
      ? [id ? `perusahaan mulai ${rule.companySizeFrom} orang` : `companies of ${rule.companySizeFrom} or more`]
      : []),
    ...(activeFrom === undefined ? [] : [id ? `mulai ${activeFrom}` : `from ${activeFrom}`]),
    ...(activeUntil === undefined ? [] : [id ? `sampai ${activeUntil}` : `until ${activeUntil}`]),
  ];
  return [asked, ...more].join(', ');
}

const signed = (points: number) => (points > 0 ? `+${points}` : `${points}`);

export function scoringInWords({ scoring }: Policy, language: Language): string[] {
  const id = language === 'id';
  const { hotAbove, warmFrom, types, rules } = scoring;
  return [
    id
      ? `Skor di atas ${hotAbove} adalah hot, mulai ${warmFrom} warm, di bawahnya cold.`
      : `A score above ${hotAbove} is hot, from ${warmFrom} on warm, below it cold.`,
    ...types.map(({ type, aliases = [], points, temperature }) => {
      const names = [type, ...aliases].join(' / ');
      const forced = temperature === undefined ? '' : id ? `, selalu ${temperature}` : `, always ${temperature}`;
      return id ? `Jenis ${names}: ${signed(points)}${forced}.` : `Type ${names}: ${signed(points)}${forced}.`;
    }),
    ...rules.map((rule) => `${rule.rule}: ${signed(rule.points)} (${conditionOf(rule, language)}).`),
  ];
}
