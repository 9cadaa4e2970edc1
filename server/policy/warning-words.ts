/** What is allowed and probably not meant (ROUTE-16, ROUTE-20, COMP-15, CON-29): its cases, and in words. Pure. */
import type { Language } from '../kernel/spoken.ts';

/** What favours those who do well (CON-29). */
export type Advantage = 'weights' | 'quotaAllocation' | 'tierAccess';

/** `rule` null: about the document as a whole. */
export type PolicyWarning =
  | { warning: 'rotationWithoutSegment' | 'nobodyInTarget'; rule: string }
  | { warning: 'neverReached'; rule: string; behind: string }
  | { warning: 'noRuleForTheRest' | 'reviewDue' | 'openWithTerritories'; rule: null }
  | { warning: 'unused'; rule: string; sinceDay: string; days: number }
  | { warning: 'openForMany'; rule: null; team: string | null; reps: number }
  | { warning: 'advantagesStacked'; rule: null; advantages: readonly Advantage[] };

export interface WarningInWords {
  rule: string | null;
  warning: PolicyWarning['warning'];
  message: string;
}

const ADVANTAGES: Record<Language, Record<Advantage, string>> = {
  id: { weights: 'giliran berbobot', quotaAllocation: 'jatah menurut kuota', tierAccess: 'akses menurut tier' },
  en: { weights: 'weighted turns', quotaAllocation: 'allowances by quota', tierAccess: 'access by tier' },
};

export function warningsInWords(warnings: readonly PolicyWarning[], language: Language): WarningInWords[] {
  const say = language === 'id' ? inIndonesian : inEnglish;
  return warnings.map((one) => ({ rule: one.rule, warning: one.warning, message: say(one) }));
}

function inEnglish(one: PolicyWarning): string {
  switch (one.warning) {
    case 'rotationWithoutSegment':
      return 'Every lead goes round all reps, whatever its size, place and score: give it a condition, a target or criteria.';
    case 'neverReached':
      return `No lead comes here: "${one.behind}" before it has no condition.`;
    case 'nobodyInTarget':
      return 'No active rep is in a target of this rule.';
    case 'noRuleForTheRest':
      return 'A lead that no rule fits goes to the ops queue: end with a rule that has no condition.';
    case 'unused':
      return `No lead has come by this rule since ${one.sinceDay}, ${one.days} days or more: is it still meant?`;
    case 'reviewDue':
      return 'This quarter nobody has looked the rules through yet: the rules themselves, how their leads did, and what reps say of them.';
    case 'openForMany':
      return `${one.team === null ? 'Reps without a team are' : `Team ${one.team} is`} ${one.reps} in one open race, which suits fewer than ten of like skill: think of tiers, smaller teams or turns.`;
    case 'openWithTerritories':
      return 'Reps have territories, and an open race asks for none: bound it by criteria, or go by rules.';
    case 'advantagesStacked':
      return `Those who do well are favoured more than once: ${listOf(one.advantages, 'en')}. Each doubles what the other does.`;
  }
}

function inIndonesian(one: PolicyWarning): string {
  switch (one.warning) {
    case 'rotationWithoutSegment':
      return 'Setiap lead digilir ke semua rep, apa pun ukuran, tempat, dan skornya: beri syarat, sasaran, atau kriteria.';
    case 'neverReached':
      return `Tidak ada lead yang sampai ke sini: "${one.behind}" sebelumnya tidak punya syarat.`;
    case 'nobodyInTarget':
      return 'Tidak ada rep aktif di salah satu sasaran aturan ini.';
    case 'noRuleForTheRest':
      return 'Lead tanpa aturan yang cocok masuk antrean ops: akhiri dengan aturan tanpa syarat.';
    case 'unused':
      return `Tidak ada lead lewat aturan ini sejak ${one.sinceDay}, ${one.days} hari atau lebih: masih diperlukan?`;
    case 'reviewDue':
      return 'Triwulan ini belum ada yang meninjau aturan: aturannya sendiri, hasil lead-nya, dan pendapat rep.';
    case 'openForMany':
      return `${one.team === null ? 'Rep tanpa tim' : `Tim ${one.team}`} berjumlah ${one.reps} dalam satu balapan terbuka, yang cocok untuk kurang dari sepuluh rep berkemampuan setara: pertimbangkan tier, tim lebih kecil, atau giliran.`;
    case 'openWithTerritories':
      return 'Ada rep yang punya wilayah kerja, sedangkan balapan terbuka tidak memandangnya: batasi dengan kriteria, atau pakai aturan.';
    case 'advantagesStacked':
      return `Yang berkinerja baik diuntungkan lebih dari sekali: ${listOf(one.advantages, 'id')}. Yang satu menggandakan yang lain.`;
  }
}

function listOf(advantages: readonly Advantage[], language: Language): string {
  return advantages.map((one) => ADVANTAGES[language][one]).join(', ');
}
