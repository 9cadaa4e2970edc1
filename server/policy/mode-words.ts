/** What each mode of competition is good for and what it costs (COMP-12, COMP-14, 15, 25, 32, 37), in both languages. */
import type { Language } from '../kernel/spoken.ts';
import type { Mode } from './mode-rules.ts';

export interface ModeAdvice {
  strengths: string;
  weaknesses: string;
  bestFor: string;
}

const ADVICE: Record<Mode, Record<Language, ModeAdvice>> = {
  OPEN: {
    id: {
      strengths: 'Sangat sederhana, paling cepat, peluang sama bagi semua.',
      weaknesses:
        'Menghargai yang memandangi layar; yang sedang rapat atau bersama pelanggan tertinggal; bisa menegangkan; keahlian diabaikan.',
      bestFor: 'Tim kurang dari sepuluh orang dengan kemampuan setara, tanpa batas wilayah.',
    },
    en: {
      strengths: 'Very simple, fastest, the same chance for everybody.',
      weaknesses:
        'Rewards watching the screen; who is in a meeting or with a customer loses out; can make anxious; ignores expertise.',
      bestFor: 'Teams of fewer than ten with like skill and no territories.',
    },
  },
  TIERED: {
    id: {
      strengths: 'Menghargai kinerja, bukan kecepatan saja; lead bagus ke yang mampu; ada alasan untuk naik.',
      weaknesses: 'Bisa terasa tidak adil dan mematahkan semangat yang tertinggal; angkanya harus akurat.',
      bestFor: 'Tim lebih besar dengan perbedaan yang jelas dan data yang akurat.',
    },
    en: {
      strengths: 'Rewards performance and not speed alone; good leads go to ability; a reason to climb.',
      weaknesses: 'May feel unfair and discourage those who struggle; needs accurate figures.',
      bestFor: 'Larger teams with a clear spread and accurate figures.',
    },
  },
  SPEED_BOARD: {
    id: {
      strengths: 'Pembagian lead tidak berubah; ukurannya tepat; tidak saling merebut.',
      weaknesses:
        'Perlu pencatatan waktu yang akurat; bisa mendorong telepon yang terburu-buru; tidak membagi menurut kinerja.',
      bestFor: 'Tim yang ingin semangat tanpa mengubah pembagian.',
    },
    en: {
      strengths: 'Changes no assignment; measures the right thing; less zero-sum.',
      weaknesses: 'Needs accurate times; can reward hasty calls; gives nobody leads by performance.',
      bestFor: 'Teams that want energy without another way of assigning.',
    },
  },
  QUOTA: {
    id: {
      strengths: 'Jumlah lead mengikuti hasil; lead bagus tidak terbuang; insentifnya jelas.',
      weaknesses: 'Yang tertinggal makin tertinggal; terasa seperti hukuman; kuota harus tercatat akurat.',
      bestFor: 'Tim kuat dengan kuota yang jelas dan terjangkau.',
    },
    en: {
      strengths: 'Volume follows results; good leads are not wasted; a clear incentive.',
      weaknesses: 'Who falls behind falls further; feels like a punishment; needs accurate quotas.',
      bestFor: 'Strong teams with clear quotas within reach.',
    },
  },
};

export function modeAdvice(mode: Mode, language: Language): ModeAdvice {
  return ADVICE[mode][language];
}
