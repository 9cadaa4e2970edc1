/** What the server itself says to people, in both languages; a missing key is a type error. */
import type { RefusalRule } from '../../client-sdk/protocol/verdict.ts';

const id = {
  notInOffer: 'Lead ini tidak ditawarkan kepada Anda.',
  notReady: 'Anda sedang istirahat. Tekan Siap untuk ikut lagi.',
  inactive: 'Akun Anda tidak aktif. Hubungi manajer Anda.',
  dailyCap: 'Batas klaim hari ini sudah tercapai. Hitungan mulai lagi besok.',
  attemptRate: 'Terlalu banyak percobaan. Tunggu sebentar lalu coba lagi.',
  onboarding:
    'Anda masih di minggu-minggu pengenalan: Anda bisa melihat, belum bisa mengklaim. Setelah itu manajer Anda yang membukanya.',
} satisfies Record<RefusalRule, string>;

const en = {
  notInOffer: 'This lead was not offered to you.',
  notReady: 'You are on a break. Press Ready to join again.',
  inactive: 'Your account is not active. Ask your manager.',
  dailyCap: "You have reached today's claim cap. It starts again tomorrow.",
  attemptRate: 'Too many attempts. Wait a moment and try again.',
  onboarding: 'You are still in your first weeks: you may watch, not claim. After them your manager lets you in.',
} satisfies Record<RefusalRule, string>;

const CATALOGUE = { id, en };

/** The sentence that explains a refusal to the rep it concerns (CLAIM-11). */
export function refusalMessage(rule: RefusalRule, language: 'id' | 'en'): string {
  return CATALOGUE[language][rule];
}
