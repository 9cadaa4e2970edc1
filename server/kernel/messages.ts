/** What the server itself says to people, in both languages; a missing key is a type error. */
import type { RefusalRule } from '../../client-sdk/protocol/verdict.ts';

const id = {
  notInOffer: 'Lead ini tidak ditawarkan kepada Anda.',
  notReady: 'Anda sedang istirahat. Tekan Siap untuk ikut lagi.',
  inactive: 'Akun Anda tidak aktif. Hubungi manajer Anda.',
  dailyCap: 'Batas klaim hari ini sudah tercapai. Hitungan mulai lagi besok.',
  maxOpenLeads: 'Lead terbuka Anda sudah sebanyak yang diizinkan. Selesaikan atau kembalikan satu dulu.',
  hotPerWarm: 'Klaim 1 lead warm dulu, lalu lead hot terbuka lagi untuk Anda.',
  claimsPerAuto: 'Anda harus menerima 1 lead dari pembagian otomatis dulu; yang berikutnya untuk Anda.',
  coldPerWeek: 'Klaim dulu lead cold yang kurang dari minggu lalu; setelah itu lead hot dan warm terbuka lagi.',
  weeklyAllowance:
    'Jatah lead Anda minggu ini sudah habis. Mulai lagi hari Senin; pencapaian kuota bulan ini bisa menambahnya.',
  attemptRate: 'Terlalu banyak percobaan. Tunggu sebentar lalu coba lagi.',
  onboarding:
    'Anda masih di minggu-minggu pengenalan: Anda bisa melihat, belum bisa mengklaim. Setelah itu manajer Anda yang membukanya.',
  teamPool: 'Lead ini milik pool tim Anda: hubungi dan catat kontaknya, tidak perlu diklaim.',
} satisfies Record<RefusalRule, string>;

const en = {
  notInOffer: 'This lead was not offered to you.',
  notReady: 'You are on a break. Press Ready to join again.',
  inactive: 'Your account is not active. Ask your manager.',
  dailyCap: "You have reached today's claim cap. It starts again tomorrow.",
  maxOpenLeads: 'You hold as many open leads as allowed. Finish one or give one back first.',
  hotPerWarm: 'Claim 1 warm lead first, then hot leads are open to you again.',
  claimsPerAuto: 'You owe 1 assigned lead; the next one comes to you. After it you may claim again.',
  coldPerWeek: 'Claim the cold leads you missed last week first; then hot and warm ones are open to you again.',
  weeklyAllowance:
    "You have had this week's allowance of leads. It starts again on Monday; this month's quota attainment can raise it.",
  attemptRate: 'Too many attempts. Wait a moment and try again.',
  onboarding: 'You are still in your first weeks: you may watch, not claim. After them your manager lets you in.',
  teamPool: 'This lead is in your team pool: contact it and log that, there is nothing to claim.',
} satisfies Record<RefusalRule, string>;

const CATALOGUE = { id, en };

/** The sentence that explains a refusal to the rep it concerns (CLAIM-11). */
export function refusalMessage(rule: RefusalRule, language: 'id' | 'en'): string {
  return CATALOGUE[language][rule];
}
