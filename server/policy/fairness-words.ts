/** The sections `fairness`, `priorityWindows` and `onboarding` as a person reads them (IMPL-06, IMPL-11). Pure. */
import { type Language, spokenDuration } from '../kernel/spoken.ts';
import type { Policy } from './policy-rules.ts';

export function fairnessInWords({ fairness }: Policy, language: Language): string[] {
  const id = language === 'id';
  const { hotPerWarm, claimsPerAuto, coldPerWeek, waiveIfNone, stackWarn } = fairness;
  const rules = [
    hotPerWarm === null
      ? null
      : id
        ? `Setiap ${hotPerWarm} klaim hot harus diimbangi 1 klaim warm.`
        : `Every ${hotPerWarm} hot claims cost 1 warm claim.`,
    claimsPerAuto === null
      ? null
      : id
        ? `Setiap ${claimsPerAuto} klaim rebutan harus diimbangi 1 lead yang diberikan.`
        : `Every ${claimsPerAuto} raced claims cost 1 lead that is assigned.`,
    coldPerWeek === null
      ? null
      : id
        ? `Seminggu paling sedikit ${coldPerWeek} klaim cold; yang kurang dilunasi dulu minggu berikutnya, dan pelunasan tidak dihitung lagi untuk minggu itu. Hari cuti mengurangi jumlahnya.`
        : `At least ${coldPerWeek} cold claims a week; those missed are made up first in the next, and do not count for that week again. Days off make it fewer.`,
  ].filter((line) => line !== null);
  const waiver = waiveIfNone
    ? id
      ? 'Yang tidak ditawarkan tidak menjadi utang.'
      : 'Nobody owes what was not on offer.'
    : id
      ? 'Utang tetap berlaku walau tidak ada yang ditawarkan.'
      : 'A debt stands even when nothing was on offer.';
  const warned = id
    ? 'Manajer diberi tahu bila yang berkinerja baik diuntungkan lebih dari sekali.'
    : 'Managers are warned where those who do well are favoured more than once.';
  const last = stackWarn ? [warned] : [];
  if (rules.length === 0) return [id ? `Tidak ada rasio. ${waiver}` : `There are no ratios. ${waiver}`, ...last];
  return [...rules, waiver, ...last];
}

export function priorityWindowsInWords({ priorityWindows }: Policy, language: Language): string[] {
  const id = language === 'id';
  if (priorityWindows === null) return [id ? 'Tidak ada jendela prioritas.' : 'There are no priority windows.'];
  const { minutes, headStartSeconds, reminderSeconds } = priorityWindows;
  const start = spokenDuration(headStartSeconds, language);
  const reminder = reminderSeconds === null ? null : spokenDuration(reminderSeconds, language);
  return [
    id
      ? `Setiap rep punya ${minutes} menit sehari di mana lead baru terlihat ${start} lebih dulu.`
      : `Each rep has ${minutes} minutes a day in which new leads are seen ${start} before everybody else.`,
    ...(reminder === null
      ? []
      : [id ? `Rep diingatkan ${reminder} sebelumnya.` : `A reminder comes ${reminder} before.`]),
  ];
}

export function onboardingInWords({ onboarding }: Policy, language: Language): string[] {
  const id = language === 'id';
  if (onboarding === null) return [id ? 'Rep baru bersaing seperti yang lain.' : 'New reps race as everybody does.'];
  const { shadowWeeks, cohortWeeks, guaranteedWeeks, protectedDays, baseLoadPerWeek, readinessNeeded } = onboarding;
  const { trainingTasks, coachingTasks } = onboarding;
  const tasks = [
    { list: trainingTasks, says: id ? 'Dipelajari selama melihat' : 'To be learned while watching' },
    { list: coachingTasks, says: id ? 'Dibimbing selama di kelompok rep baru' : 'To be coached on in the cohort' },
  ].flatMap(({ list, says }) => (list.length === 0 ? [] : [`${says}: ${list.join(', ')}.`]));
  const ready = readinessNeeded
    ? id
      ? 'Manajer menyatakan rep siap sebelum ikut berebut.'
      : 'A manager says that a rep is ready before it races.'
    : id
      ? 'Tidak perlu pernyataan siap dari manajer.'
      : 'No manager needs to say that a rep is ready.';
  return id
    ? [
        `Rep baru: ${shadowWeeks} minggu hanya melihat, ${cohortWeeks} minggu berebut dengan sesama rep baru, ${guaranteedWeeks} minggu berebut dengan semua; dilindungi paling sedikit ${protectedDays} hari.`,
        `Selama itu ${baseLoadPerWeek} lead seminggu diberikan tanpa rebutan.`,
        ready,
        ...tasks,
      ]
    : [
        `A new rep watches for ${shadowWeeks} weeks, races with other new reps for ${cohortWeeks}, and with everybody for ${guaranteedWeeks}; protected for at least ${protectedDays} days.`,
        `Meanwhile ${baseLoadPerWeek} leads a week come without a race.`,
        ready,
        ...tasks,
      ];
}
