/** What the server itself says to people, in both languages; a missing key is a type error. */
import type { RefusalRule } from '../../client-sdk/protocol/verdict.ts';

/** What a rule asks for before it lets the rep claim again; of the others nothing is owed. */
export type Debt = 'hotPerWarm' | 'claimsPerAuto' | 'coldPerWeek';

const DEBTS: readonly RefusalRule[] = ['hotPerWarm', 'claimsPerAuto', 'coldPerWeek'] satisfies Debt[];

export function isDebt(rule: RefusalRule): rule is Debt {
  return DEBTS.includes(rule);
}

/** `owed` null: nobody here knows how many. */
type Words = Record<Exclude<RefusalRule, Debt>, string> & Record<Debt, (owed: number | null) => string>;

const id: Words = {
  notInOffer: 'Lead ini tidak ditawarkan kepada Anda.',
  notReady: 'Anda sedang istirahat. Tekan Siap untuk ikut lagi.',
  inactive: 'Akun Anda tidak aktif. Hubungi manajer Anda.',
  dailyCap: 'Batas klaim hari ini sudah tercapai. Hitungan mulai lagi besok.',
  maxOpenLeads: 'Lead terbuka Anda sudah sebanyak yang diizinkan. Selesaikan atau kembalikan satu dulu.',
  hotPerWarm: (owed) =>
    `Klaim ${owed === null ? '' : `${owed} `}lead warm dulu, lalu lead hot terbuka lagi untuk Anda.`,
  claimsPerAuto: (owed) =>
    `Anda berutang ${owed === null ? '' : `${owed} `}lead dari pembagian otomatis: begitu diterima, Anda bisa mengklaim lagi. Yang berutang didahulukan saat lead dibagikan.`,
  coldPerWeek: (owed) =>
    `Klaim dulu ${owed === null ? '' : `${owed} `}lead cold yang kurang dari minggu lalu; setelah itu lead hot dan warm terbuka lagi. Klaim cold dihitung sekali: yang melunasi minggu sebelumnya bukan milik minggu lalu.`,
  weeklyAllowance:
    'Jatah lead Anda minggu ini sudah habis. Mulai lagi hari Senin; pencapaian kuota bulan ini bisa menambahnya.',
  attemptRate: 'Terlalu banyak percobaan. Tunggu sebentar lalu coba lagi.',
  onboarding:
    'Anda masih di minggu-minggu pengenalan: Anda bisa melihat, belum bisa mengklaim. Setelah itu manajer Anda yang membukanya.',
  teamPool: 'Lead ini milik pool tim Anda: hubungi dan catat kontaknya, tidak perlu diklaim.',
};

const leads = (owed: number | null, kind: string) =>
  owed === null ? `the ${kind} leads you owe` : `${owed} ${kind} ${owed === 1 ? 'lead' : 'leads'}`;

const en: Words = {
  notInOffer: 'This lead was not offered to you.',
  notReady: 'You are on a break. Press Ready to join again.',
  inactive: 'Your account is not active. Ask your manager.',
  dailyCap: "You have reached today's claim cap. It starts again tomorrow.",
  maxOpenLeads: 'You hold as many open leads as allowed. Finish one or give one back first.',
  hotPerWarm: (owed) => `Claim ${leads(owed, 'warm')} first, then hot leads are open to you again.`,
  claimsPerAuto: (owed) =>
    `You owe ${owed === null ? 'assigned leads' : leads(owed, 'assigned')}: once given to you, you may claim again. Who owes is served first when leads are given out.`,
  coldPerWeek: (owed) =>
    `Claim ${owed === null ? 'the cold leads' : leads(owed, 'cold')} you missed last week first; then hot and warm ones are open to you again. A cold claim counts once: one that made up for an earlier week is not last week's.`,
  weeklyAllowance:
    "You have had this week's allowance of leads. It starts again on Monday; this month's quota attainment can raise it.",
  attemptRate: 'Too many attempts. Wait a moment and try again.',
  onboarding: 'You are still in your first weeks: you may watch, not claim. After them your manager lets you in.',
  teamPool: 'This lead is in your team pool: contact it and log that, there is nothing to claim.',
};

const CATALOGUE = { id, en };

/**
 * The sentence that explains a refusal to the rep it concerns (CLAIM-11).
 * @param owed of a `Debt`: how many leads lift it
 */
export function refusalMessage(rule: RefusalRule, language: 'id' | 'en', owed: number | null = null): string {
  const words = CATALOGUE[language];
  return isDebt(rule) ? words[rule](owed) : words[rule];
}
