/** The sections `calendar`, `competition` and `quotaAllocation` as a person reads them (IMPL-06, IMPL-11). Pure. */
import { type Language, spokenDuration } from '../kernel/spoken.ts';
import { RANKED_MIN } from '../tiers/tier-rules.ts';
import type { WorkingHours } from './calendar-policy.ts';
import type { Policy, Temperature } from './policy-rules.ts';

const DAYS = {
  id: { Mon: 'Senin', Tue: 'Selasa', Wed: 'Rabu', Thu: 'Kamis', Fri: 'Jumat', Sat: 'Sabtu', Sun: 'Minggu' },
  en: { Mon: 'Mon', Tue: 'Tue', Wed: 'Wed', Thu: 'Thu', Fri: 'Fri', Sat: 'Sat', Sun: 'Sun' },
};
const TEMPERATURES: readonly Temperature[] = ['hot', 'warm', 'cold'];

/** `hot 5 minutes, warm 30 minutes, cold 2 hours`. */
export function byTemperature(seconds: Record<Temperature, number>, language: Language): string {
  return TEMPERATURES.map((one) => `${one} ${spokenDuration(seconds[one], language)}`).join(', ');
}

function hoursInWords({ days, open, close }: WorkingHours, language: Language): string {
  return `${days.map((day) => DAYS[language][day]).join(', ')} ${open}–${close}`;
}

export function calendarInWords({ calendar, teams }: Policy, language: Language): string[] {
  const id = language === 'id';
  const all = hoursInWords(calendar.hours, language);
  return [
    id
      ? `Jam kerja: ${all}, zona waktu ${calendar.timeZone}.`
      : `Working hours: ${all}, time zone ${calendar.timeZone}.`,
    ...Object.entries(teams).flatMap(([team, { timeZone, hours }]) => {
      if (timeZone === undefined && hours === undefined) return [];
      const own = hours === undefined ? all : hoursInWords(hours, language);
      const zone = timeZone ?? calendar.timeZone;
      return [id ? `Tim ${team}: ${own}, zona waktu ${zone}.` : `Team ${team}: ${own}, time zone ${zone}.`];
    }),
  ];
}

function delayInWords(seconds: number | null, language: Language): string {
  const id = language === 'id';
  if (seconds === null) return id ? 'tidak pernah' : 'never';
  if (seconds === 0) return id ? 'langsung' : 'at once';
  const spoken = spokenDuration(seconds, language);
  return id ? `setelah ${spoken}` : `after ${spoken}`;
}

/** One line for each list of delays: the pool's, and those of a temperature of its own. */
function delaysInWords({ competition }: Policy, language: Language): string[] {
  const tier = language === 'id' ? 'tingkat' : 'tier';
  return (['premium', 'standard'] as const).flatMap((pool) =>
    Object.entries(competition.delays[pool]).map(([which, list]) => {
      const steps = list.map((delay, index) => `${tier} ${index + 1} ${delayInWords(delay, language)}`).join(', ');
      const of = which === 'default' ? '' : `, ${which}`;
      return language === 'id' ? `Lead ${pool}${of} terbuka: ${steps}.` : `A ${pool}${of} lead opens: ${steps}.`;
    }),
  );
}

function tiersInWords({ competition: { tiers } }: Policy, language: Language): string[] {
  const id = language === 'id';
  const { t1Pct, t2Pct, t3Pct, weights, minLeads } = tiers;
  if (tiers.recalc === 'off') return [id ? 'Tingkat ditetapkan oleh manajer.' : 'Tiers are what a manager sets.'];
  const counts = `${weights.conversion} : ${weights.quota} : ${weights.speed}`;
  return id
    ? [
        `Setiap Senin tingkat dihitung dari konversi, pencapaian kuota, dan kecepatan respons empat minggu, berbobot ${counts}.`,
        `Tingkat 1 untuk ${t1Pct}% teratas, tingkat 2 untuk ${t2Pct}%, tingkat 3 untuk ${t3Pct}%. Kurang dari ${minLeads} lead yang dikerjakan: tingkat 2.`,
        `Bila yang diperingkat kurang dari ${RANKED_MIN} rep, semuanya tingkat 1. Rep baru tidak diperingkat dan tetap di tingkatnya.`,
      ]
    : [
        `Each Monday tiers are computed from four weeks of conversion, quota attainment and response speed, weighed ${counts}.`,
        `Tier 1 is the first ${t1Pct}%, tier 2 the next ${t2Pct}%, tier 3 the last ${t3Pct}%. Fewer than ${minLeads} worked leads: tier 2.`,
        `Where fewer than ${RANKED_MIN} reps are ranked, all of them are tier 1. Newcomers are not ranked and keep the tier they have.`,
      ];
}

function limitsInWords({ competition }: Policy, language: Language): string[] {
  const id = language === 'id';
  const { dailyCap, maxOpenLeads, attemptRate, showWinnerName } = competition;
  const cap = dailyCap === null ? (id ? 'berapa pun' : 'any number of') : `${dailyCap}`;
  const open = maxOpenLeads === null ? (id ? 'berapa pun' : 'any number of') : `${maxOpenLeads}`;
  const attempts = attemptRate === null ? null : [attemptRate.perSecond, attemptRate.perMinute];
  return [
    id
      ? `Sehari boleh ${cap} klaim rebutan, dan memegang ${open} lead yang belum selesai.`
      : `A day allows ${cap} raced claims, and a rep may hold ${open} unfinished leads.`,
    ...(attempts === null
      ? []
      : [
          id
            ? `Percobaan yang terlalu dini atau berulang: paling banyak ${attempts[0]} per detik dan ${attempts[1]} per menit.`
            : `Taps that are early or repeated: at most ${attempts[0]} a second and ${attempts[1]} a minute.`,
        ]),
    showWinnerName
      ? id
        ? 'Nama pemenang diperlihatkan.'
        : "The winner's name is shown."
      : id
        ? 'Nama pemenang disembunyikan.'
        : "The winner's name is hidden.",
  ];
}

export function competitionInWords(policy: Policy, language: Language): string[] {
  const id = language === 'id';
  const { clearSeconds, hardLimitSeconds, openEarlyIfLaneEmpty } = policy.competition;
  const clear = byTemperature(clearSeconds, language);
  const hard = byTemperature(hardLimitSeconds, language);
  const opening =
    policy.mode === 'OPEN'
      ? [id ? 'Semua rep boleh mengklaim pada saat yang sama.' : 'Everybody may claim at the same instant.']
      : delaysInWords(policy, language);
  const early = id
    ? 'Bila tidak ada lagi yang bisa mengklaim di satu tingkat, tingkat berikutnya langsung terbuka.'
    : 'When nobody of a tier can claim any more, the next one opens at once.';
  return [
    ...opening,
    id
      ? `Setelah tingkat terakhir terbuka, lead yang tidak diklaim diteruskan dalam: ${clear}; paling lambat sejak dilepas: ${hard}. Tingkat terakhir tetap mendapat satu menit, atau waktu pertama itu bila lebih singkat, walaupun batas itu sudah lewat.`
      : `Once the last tier is open, a lead nobody claims goes on after: ${clear}; from its release at the latest: ${hard}. The last tier has a minute all the same, or the first of these times if that is shorter, though the limit has passed.`,
    ...(openEarlyIfLaneEmpty ? [early] : []),
    ...tiersInWords(policy, language),
    ...limitsInWords(policy, language),
  ];
}

export function quotaInWords({ quotaAllocation }: Policy, language: Language): string[] {
  const id = language === 'id';
  if (quotaAllocation === null)
    return [id ? 'Tidak ada jatah lead mingguan.' : 'There is no weekly allowance of leads.'];
  const bands = quotaAllocation.bands.map(({ fromPct, perWeek }) =>
    id
      ? `Pencapaian kuota mulai ${fromPct}%: ${perWeek} lead seminggu.`
      : `From ${fromPct}% of the quota on: ${perWeek} leads a week.`,
  );
  const without = id
    ? 'Rep tanpa kuota tidak dibatasi. Sebelum bulan pertamanya ditutup, rep dengan kuota mendapat jatah terendah.'
    : 'A rep without a quota has no ceiling. Until its first month is closed, one with a quota has the lowest allowance.';
  return [...bands, without];
}
