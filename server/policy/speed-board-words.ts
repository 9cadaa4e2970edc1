/** The section `speedBoard` as a person reads it. Pure. */
import type { Language } from './condition-words.ts';
import type { Policy } from './policy-rules.ts';

const minutes = (seconds: number) => Math.round(seconds / 6) / 10;

export function speedBoardInWords({ speedBoard }: Policy, language: Language): string[] {
  const id = language === 'id';
  if (speedBoard === null) return [id ? 'Tidak ada papan kecepatan.' : 'There is no speed board.'];
  const { contact, fastSeconds, okSeconds, streakBelowSeconds } = speedBoard;
  const [fast, ok, streak] = [fastSeconds, okSeconds, streakBelowSeconds].map(minutes);
  const by = contact === 'call' ? { id: 'telepon', en: 'call' } : { id: 'kontak', en: 'contact' };
  return id
    ? [
        `Papan kecepatan mingguan dan bulanan: rata-rata waktu sampai ${by.id} pertama, bagian dalam ${fast} dan ${ok} menit, rentetan terpanjang di bawah ${streak} menit, dan konversi.`,
        'Pembagian lead tidak berubah karenanya.',
      ]
    : [
        `A speed board by week and month: mean time to the first ${by.en}, shares within ${fast} and ${ok} minutes, the longest streak below ${streak} minutes, and conversion.`,
        'It changes nothing of who gets which lead.',
      ];
}
