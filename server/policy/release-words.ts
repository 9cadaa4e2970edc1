/** The sections `blind` and `mix` as a person reads them (FAIR-07: shares are published, what one lead is is not). Pure. */
import type { BlindFact } from './blind-policy.ts';
import type { Language } from './condition-words.ts';
import type { Policy } from './policy-rules.ts';

const FACTS: Record<Language, Record<BlindFact, string>> = {
  id: { industry: 'industri', region: 'wilayah', source: 'sumber', age: 'umur lead' },
  en: { industry: 'industry', region: 'region', source: 'source', age: 'age' },
};

const percent = (share: number) => `${Math.round(share * 1000) / 10}%`;

export function blindInWords({ blind }: Policy, language: Language): string[] {
  const id = language === 'id';
  if (blind === null) return [id ? 'Tidak ada lead tertutup.' : 'No lead is blind.'];
  const facts = blind.show.map((fact) => FACTS[language][fact]).join(', ');
  const shown = facts === '' ? (id ? 'tidak ada apa pun' : 'nothing') : facts;
  const lines = [
    id
      ? `${percent(blind.shareOfStandard)} lead pool standard dilepas tertutup, diundi oleh server. Sebelum klaim yang terlihat: ${shown}.`
      : `${percent(blind.shareOfStandard)} of the standard pool's leads are released blind, drawn by the server. Before the claim reps see: ${shown}.`,
  ];
  if (blind.shareOfPremium > 0)
    lines.push(
      id
        ? `${percent(blind.shareOfPremium)} lead pool premium juga, di pool standard.`
        : `So are ${percent(blind.shareOfPremium)} of the premium pool's, in the standard pool.`,
    );
  lines.push(
    id
      ? 'Waktu buka dan batasnya seperti lead warm; aturan hot dan cold tidak menolaknya. Suhu yang sebenarnya dihitung sejak klaim.'
      : 'They open and are limited as warm leads are, and no rule about hot or cold leads refuses them. The true temperature counts from the claim on.',
  );
  return lines;
}

export function mixInWords({ mix }: Policy, language: Language): string[] {
  const id = language === 'id';
  if (mix === null)
    return [id ? 'Semua lead yang boleh diperebutkan dilepas.' : 'Every lead that may be raced for is.'];
  const { standard, low, high, window, tolerance } = mix;
  return id
    ? [
        `Dari setiap ${window} lead yang diperebutkan sebuah tim: ${standard}% standard, ${low}% low, ${high}% high, selisih paling banyak ${tolerance} poin.`,
        'Lead yang berlebih dibagi bergiliran, tanpa rebutan.',
      ]
    : [
        `Of any ${window} leads in a row that a team races for, ${standard}% are standard, ${low}% low and ${high}% high, at most ${tolerance} points off.`,
        'A lead that would be one too many is assigned in turn, without a race.',
      ];
}
