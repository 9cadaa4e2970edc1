/** Who plays in the demo, and which companies call. All made up; addresses and numbers lead nowhere. */
import type { Chance } from '../../server/kernel/chance.ts';
import type { Persona } from '../simulation/simulated-rep.ts';

export const TEAM = 'Jakarta';
export const MANAGER = { name: 'Ibu Ratna Kusuma', mailbox: 'ratna' };
/** The seat of whoever opens the rep's link: nobody plays it. */
export const GUEST = { name: 'Anda', mailbox: 'anda' };

const good = { networkMs: 35, isUnsteady: false };
const slow = { networkMs: 190, isUnsteady: false };
const unsteady = { networkMs: 60, isUnsteady: true };

export const REPS: { name: string; mailbox: string; persona: Persona; about: string }[] = [
  { name: 'Sari Wulandari', mailbox: 'sari', about: 'good 4G, quick', persona: { ...good, reactionMs: 850 } },
  { name: 'Budi Santoso', mailbox: 'budi', about: 'good 4G', persona: { ...good, reactionMs: 1_050 } },
  { name: 'Dewi Anggraini', mailbox: 'dewi', about: '3G, quick', persona: { ...slow, reactionMs: 750 } },
  { name: 'Agus Pratama', mailbox: 'agus', about: '3G', persona: { ...slow, reactionMs: 1_000 } },
  { name: 'Putri Maharani', mailbox: 'putri', about: 'drops now and then', persona: { ...unsteady, reactionMs: 900 } },
  {
    name: 'Rizky Ramadhan',
    mailbox: 'rizky',
    about: 'good 4G, takes a look first',
    persona: { ...good, reactionMs: 1_400 },
  },
  { name: 'Siti Nurhaliza Putri', mailbox: 'siti', about: 'good 4G', persona: { ...good, reactionMs: 1_150 } },
  { name: 'Made Wirawan', mailbox: 'made', about: 'drops now and then', persona: { ...unsteady, reactionMs: 1_100 } },
];

const FIRST = [
  'Maju',
  'Sinar',
  'Cahaya',
  'Bintang',
  'Nusantara',
  'Samudra',
  'Rimba',
  'Mega',
  'Tirta',
  'Surya',
  'Garuda',
  'Puncak',
];
const SECOND = ['Jaya', 'Abadi', 'Sentosa', 'Makmur', 'Perkasa', 'Mandiri', 'Lestari', 'Utama', 'Bersama', 'Gemilang'];
const TRADE = [
  ['Kargo', 'logistics'],
  ['Tekstil', 'textiles'],
  ['Kopi', 'food'],
  ['Farma', 'pharmacy'],
  ['Konstruksi', 'construction'],
  ['Retail', 'retail'],
  ['Data', 'software'],
  ['Otomotif', 'automotive'],
  ['Properti', 'real estate'],
] as const;
const REGION = [
  'DKI Jakarta',
  'Jawa Barat',
  'Jawa Tengah',
  'Jawa Timur',
  'Bali',
  'Sumatera Utara',
  'Sulawesi Selatan',
  'Kalimantan Timur',
];
const GIVEN = [
  'Andi',
  'Rina',
  'Joko',
  'Wati',
  'Bayu',
  'Lestari',
  'Hendra',
  'Maya',
  'Fajar',
  'Intan',
  'Yoga',
  'Kartika',
];
const FAMILY = [
  'Wijaya',
  'Hidayat',
  'Siregar',
  'Nugroho',
  'Saputra',
  'Halim',
  'Lubis',
  'Setiawan',
  'Hartono',
  'Tanjung',
];
const TITLE = [
  'IT Manager',
  'Direktur Operasional',
  'Head of IT',
  'Pemilik',
  'Manajer Pembelian',
  'CTO',
  'Staf Administrasi',
];
const CHANNEL = [
  ['website', 'demo request'],
  ['website', 'pricing inquiry'],
  ['website', 'talk to sales'],
  ['webinar', 'webinar attendee'],
  ['instagram', 'content download'],
  ['pameran', 'event lead'],
  ['pelanggan', 'referral'],
  ['newsletter', 'newsletter signup'],
] as const;

/** The body of one lead. */
export function inventLead(chance: Chance, number: number) {
  const [trade, industry] = chance.oneOf(TRADE);
  const name = `PT ${chance.oneOf(FIRST)} ${chance.oneOf(SECOND)} ${trade}`;
  const given = chance.oneOf(GIVEN);
  const family = chance.oneOf(FAMILY);
  const [source, type] = chance.oneOf(CHANNEL);
  const size = Math.round(chance.between(5, 60) * 10 ** chance.between(0, 1.3));
  return {
    externalId: `demo-${number}`,
    source,
    type,
    company: { name, size, industry, country: 'Indonesia', region: chance.oneOf(REGION) },
    contact: {
      name: `${given} ${family}`,
      title: chance.oneOf(TITLE),
      email: `${given}.${family}@${name.slice(3).toLowerCase().replaceAll(' ', '-')}.example`.toLowerCase(),
      phone: `+62 811 0000 ${String(number % 10_000).padStart(4, '0')}`,
    },
    interest: 'Ingin tahu harga dan jadwal demo.',
    dealValue: Math.round(chance.between(5, 400)) * 1_000_000,
  };
}
