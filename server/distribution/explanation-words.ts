/** Why a rep was offered a lead, why not, and why then, in Indonesian and English (CLAIM-11, FAIR-21). Pure. */
import { type Language, spokenDuration } from '../kernel/spoken.ts';
import type { WhyThen } from './explanation-rules.ts';
import type { LeftOutReason } from './left-out.ts';

type Both = Record<Language, string>;

/** Why not, and what would lift it. */
const NOT_OFFERED: Record<LeftOutReason | 'hidden', { says: Both; lifts: Both }> = {
  inactive: {
    says: {
      id: 'Belum atau tidak ada di tim saat itu: tidak aktif, atau ditambahkan kemudian.',
      en: 'Not in the team at that moment: not active, or added later.',
    },
    lifts: { id: 'Manajer mengaktifkan akunnya.', en: 'A manager makes the account active.' },
  },
  notReady: {
    says: { id: 'Sedang istirahat saat lead dilepas.', en: 'On a break when the lead was released.' },
    lifts: {
      id: 'Tekan Siap: siapa yang kembali masuk lagi ke penawaran yang masih terbuka.',
      en: 'Press Ready: whoever is back is let into offers that are still open.',
    },
  },
  tierNever: {
    says: { id: 'Tier ini tidak mendapat lead dari pool ini.', en: 'This tier has no access to leads of this pool.' },
    lifts: {
      id: 'Tier yang lebih tinggi; dihitung tiap Senin atau ditetapkan manajer.',
      en: 'A higher tier; it is computed each Monday, or set by a manager.',
    },
  },
  notInTarget: {
    says: { id: 'Aturan pembagian lead ini untuk rep lain.', en: 'The routing rule of this lead is for other reps.' },
    lifts: {
      id: 'Tim, tier, atau keahlian yang disebut aturan itu; atau aturan yang lain.',
      en: 'A team, tier or skill that the rule names; or another rule.',
    },
  },
  outOfTerritory: {
    says: { id: 'Lead ini di luar wilayah kerja rep.', en: "The lead is outside the rep's territories." },
    lifts: { id: 'Wilayah itu ditambahkan ke profil rep.', en: "That territory is added to the rep's profile." },
  },
  otherVertical: {
    says: { id: 'Industri lead ini bukan keahlian rep.', en: "The lead's industry is none that the rep serves." },
    lifts: { id: 'Industri itu ditambahkan ke profil rep.', en: "That industry is added to the rep's profile." },
  },
  otherProduct: {
    says: { id: 'Produk yang diminati bukan keahlian rep.', en: 'The product asked for is none that the rep serves.' },
    lifts: { id: 'Produk itu ditambahkan ke profil rep.', en: "That product is added to the rep's profile." },
  },
  timeOff: {
    says: { id: 'Sedang cuti.', en: 'Has time off.' },
    lifts: { id: 'Cuti berakhir, atau diakhiri.', en: 'The time off ends, or is ended.' },
  },
  offHours: {
    says: { id: 'Di luar jam kerja tim.', en: 'Outside the working hours of the team.' },
    lifts: { id: 'Jam kerja berikutnya.', en: 'The next working hours.' },
  },
  onboarding: {
    says: {
      id: 'Masih di minggu-minggu pengenalan: melihat saja.',
      en: 'Still in the first weeks: may watch, not claim.',
    },
    lifts: {
      id: 'Minggu pengenalan selesai dan manajer menyatakan siap.',
      en: 'The first weeks end, and a manager says that the rep is ready.',
    },
  },
  otherPool: {
    says: {
      id: 'Pool rep baru dan pool yang lain terpisah; lead ini di pool yang satunya.',
      en: "The newcomers' pool and the others are apart; this lead was in the other one.",
    },
    lifts: { id: 'Lead berikutnya dari pool sendiri.', en: 'The next lead of the own pool.' },
  },
  beyondBound: {
    says: {
      id: 'Penawaran ini sudah berisi rep sebanyak yang bisa.',
      en: 'The offer had as many reps as one can have.',
    },
    lifts: { id: 'Rep yang aktif berkurang.', en: 'Fewer reps are active.' },
  },
  maxOpenLeads: {
    says: { id: 'Memegang lead terbuka sebanyak yang diizinkan.', en: 'Holds as many open leads as allowed.' },
    lifts: { id: 'Selesaikan atau kembalikan satu lead.', en: 'Finish a lead, or give one back.' },
  },
  weeklyAllowance: {
    says: { id: 'Jatah lead minggu ini sudah habis.', en: "Has had this week's allowance of leads." },
    lifts: {
      id: 'Hari Senin; pencapaian kuota bulan ini bisa menambahnya.',
      en: "Monday; this month's quota attainment can raise it.",
    },
  },
  waitsTurn: {
    says: { id: 'Giliran rep lain lebih dulu.', en: "It was somebody else's turn first." },
    lifts: {
      id: 'Gilirannya tiba; siapa yang masih berutang lead dari pembagian didahulukan.',
      en: 'The own turn comes; who owes an assigned lead is served before others.',
    },
  },
  namedOther: {
    says: {
      id: 'Diberikan kepada satu rep tertentu; rep lain tidak dipertimbangkan.',
      en: 'It was given to one rep by name; nobody else was looked at.',
    },
    lifts: { id: 'Lead berikutnya.', en: 'The next lead.' },
  },
  workedByOther: {
    says: {
      id: 'Anggota lain dari pool tim lebih dulu menghubungi atau menutup lead ini.',
      en: 'Another member of the team pool contacted or closed the lead first.',
    },
    lifts: { id: 'Lead berikutnya di pool.', en: 'The next lead of the pool.' },
  },
  newcomerFirst: {
    says: {
      id: 'Untuk rep yang beban dasarnya minggu ini belum terpenuhi: rep baru, atau yang diberi perlindungan.',
      en: "It was for a rep who is owed the week's base load: a newcomer, or one who was granted it.",
    },
    lifts: { id: 'Lead berikutnya.', en: 'The next lead.' },
  },
  teamPaused: {
    says: {
      id: 'Kompetisi tim ini sedang dijeda: lead dibagikan bergilir.',
      en: "The team's competition is paused: its leads go by turns.",
    },
    lifts: { id: 'Jeda berakhir, atau manajer melanjutkan.', en: 'The pause ends, or a manager resumes.' },
  },
  pausedShare: {
    says: {
      id: 'Lead ini bagian tim yang kompetisinya dijeda.',
      en: 'The lead was the share of a team whose competition is paused.',
    },
    lifts: { id: 'Lead berikutnya.', en: 'The next lead.' },
  },
  noRule: {
    says: { id: 'Tidak ada aturan pembagian untuk lead ini.', en: 'No routing rule is for this lead.' },
    lifts: { id: 'Aturan yang cocok, atau keputusan manajer.', en: "A rule that fits it, or a manager's word." },
  },
  gaveItBack: {
    says: { id: 'Pernah mengembalikan lead ini.', en: 'Has given this lead back.' },
    lifts: {
      id: 'Keputusan manajer: aturan tidak memberikannya kepada rep yang sama lagi.',
      en: "A manager's word: no rule hands it to the same rep again.",
    },
  },
  cameLate: {
    says: {
      id: 'Datang atau kembali ketika penawaran sudah terbuka; tidak ada jalurnya dengan waktu dan aturan mingguan rep ini.',
      en: "Came, or came back, when the offer was open; none of its lanes has this rep's time and rules of the week.",
    },
    lifts: { id: 'Lead berikutnya.', en: 'The next lead.' },
  },
  nextLook: {
    says: { id: 'Sekarang tidak ada yang menghalangi.', en: 'Nothing is in the way by now.' },
    lifts: { id: 'Aturan dilihat lagi dalam satu menit.', en: 'The rules are asked again within a minute.' },
  },
  hidden: {
    says: {
      id: 'Menurut aturan tidak ditawarkan. Alasannya akan menyebut isi lead yang tersembunyi.',
      en: 'Not offered, by the rules. The reason would tell what this blind lead hides.',
    },
    lifts: { id: 'Manajer dapat membacanya.', en: 'A manager can read it.' },
  },
};

export function notOfferedInWords(reason: LeftOutReason | 'hidden', language: Language) {
  const { says, lifts } = NOT_OFFERED[reason];
  return { message: says[language], lifts: lifts[language] };
}

/** `tier 1`, `tier 2, 3`. */
function tiersInWords(tiers: readonly number[]): string {
  return `tier ${tiers.join(', ')}`;
}

export function whyThenInWords(why: WhyThen, language: Language): string {
  const id = language === 'id';
  const after = why.delaySeconds === 0 ? '' : spokenDuration(why.delaySeconds, language);
  const when =
    after === '' ? (id ? 'langsung' : 'at once') : id ? `${after} setelah dilepas` : `${after} after release`;
  const tiers = tiersInWords(why.tiers);
  const due = spokenDuration(why.dueSeconds, language);
  switch (why.cause) {
    case 'together':
      return id ? 'Ditawarkan langsung: semua mulai bersama.' : 'Offered at once: everybody starts together.';
    case 'tier':
      return id ? `Ditawarkan ${when}: itu waktu ${tiers}.` : `Offered ${when}: that is the time of ${tiers}.`;
    case 'early':
      return id
        ? `Ditawarkan ${when}, sebelum waktu ${tiers} (${due}): tidak ada di jalur sebelumnya yang bisa mengklaim.`
        : `Offered ${when}, before the time of ${tiers} (${due}): nobody in an earlier lane could claim.`;
    case 'window':
      return id
        ? `Ditawarkan ${when}: jendela prioritas sedang berjalan.`
        : `Offered ${when}: the priority window was running.`;
    case 'afterWindow':
      return id
        ? `Ditawarkan ${when}: waktu ${tiers}, ditambah keunggulan awal pemegang jendela prioritas.`
        : `Offered ${when}: the time of ${tiers}, and behind it the head start of a priority window.`;
    case 'watches':
      return id
        ? 'Diperlihatkan saja: masih di minggu-minggu pengenalan.'
        : 'Shown to watch: still in the first weeks.';
    case 'letIn':
      return id
        ? `Dimasukkan ${when}: datang atau kembali ketika penawaran sudah terbuka.`
        : `Let in ${when}: came, or came back, when the offer was open already.`;
  }
}

/** For a lane whose time had not come. */
export function notReachedInWords(isOpen: boolean, language: Language): string {
  if (isOpen) return language === 'id' ? 'Jalurnya belum terbuka.' : 'The lane has not opened yet.';
  return language === 'id' ? 'Penawaran berakhir sebelum jalurnya terbuka.' : 'The offer ended before the lane opened.';
}

const METHODS: Record<string, Both> = {
  race: { id: 'Diperebutkan', en: 'Raced for' },
  queue: { id: 'Masuk antrean untuk diambil', en: 'Listed to be taken' },
  pool: { id: 'Pool tim: anggota yang menghubungi lebih dulu', en: 'Team pool: for the member who gets to it' },
  roundRobin: { id: 'Digilir: giliran terlama', en: 'Given by turns: the turn longest ago' },
  weighted: { id: 'Digilir menurut bobot tier', en: 'Given by turns that tiers weigh' },
  accountOwner: { id: 'Untuk pemilik akun perusahaan', en: "Given to the owner of the company's account" },
  surplus: { id: 'Bergiliran, karena campuran mutu sudah penuh', en: 'In turn, since the mix had enough of its kind' },
  baseLoad: { id: 'Beban dasar rep yang dilindungi', en: "A protected rep's base load" },
  unclaimed: { id: 'Tidak ada yang mengklaim: digilir', en: 'Nobody claimed it: given by turns' },
  unraced: { id: 'Tidak ada yang bisa memperebutkannya: digilir', en: 'Nobody could race for it: given by turns' },
  hidden: { id: 'Diberikan kepada seorang rep', en: 'Given to a rep' },
  manager: { id: 'Diberikan oleh manajer', en: 'Given by a manager' },
};

const PAUSED: Both = { id: 'Kompetisi tim ini sedang dijeda.', en: "The team's competition is paused." };

/** `Raced for, by the rule "everybody else".` */
export function decisionInWords(
  { method, rule, step, paused }: { method: string; rule: string | null; step: number | null; paused?: boolean },
  language: Language,
): string {
  const id = language === 'id';
  const how = METHODS[method]?.[language] ?? method;
  const why = paused === true ? ` ${PAUSED[language]}` : '';
  if (rule === null) return `${how}.${why}`;
  const fallback = step === null || step === 0 ? '' : id ? ` (cadangan ${step})` : ` (fallback ${step})`;
  return id ? `${how}, menurut aturan "${rule}"${fallback}.${why}` : `${how}, by the rule "${rule}"${fallback}.${why}`;
}

const WAITING: Record<'noRule' | 'nobodyAvailable' | 'hidden', Both> = {
  hidden: { id: 'Menunggu untuk ditawarkan lagi.', en: 'Waits to be offered again.' },
  noRule: { id: 'Menunggu: tidak ada aturan untuk lead ini.', en: 'Waits: no rule is for this lead.' },
  nobodyAvailable: {
    id: 'Menunggu: dari yang disebut aturannya tidak ada yang siap, berhak, dan punya ruang.',
    en: 'Waits: nobody whom its rule names is there, with access and with room.',
  },
};

export function waitingInWords(reason: keyof typeof WAITING, language: Language): string {
  return WAITING[reason][language];
}
