/** A routing condition as a person reads it (ROUTE-24), in Indonesian and English: made from the tree that acts. Pure. */
import type { Language } from '../kernel/spoken.ts';
import type { Condition, NumberField, TextField } from './routing-policy.ts';

export type { Language };

const FIELDS: Record<Language, Record<TextField | NumberField, string>> = {
  id: {
    country: 'negara',
    region: 'wilayah',
    industry: 'industri',
    source: 'sumber',
    type: 'jenis lead',
    temperature: 'suhu',
    pool: 'pool',
    signals: 'sinyal',
    companySize: 'jumlah karyawan',
    score: 'skor',
    dealValue: 'nilai transaksi',
  },
  en: {
    country: 'country',
    region: 'region',
    industry: 'industry',
    source: 'source',
    type: 'lead type',
    temperature: 'temperature',
    pool: 'pool',
    signals: 'a signal',
    companySize: 'company size',
    score: 'score',
    dealValue: 'deal value',
  },
};

const AND = { id: ' dan ', en: ' and ' };
const OR = { id: ' atau ', en: ' or ' };
const NOT = { id: 'bukan', en: 'not' };

/** `region is Papua or Maluku and score is 80 or more`. */
export function inWords(condition: Condition, language: Language): string {
  if ('all' in condition) return condition.all.map((one) => bracketed(one, language)).join(AND[language]);
  if ('any' in condition) return condition.any.map((one) => bracketed(one, language)).join(OR[language]);
  if ('not' in condition) return `${NOT[language]} (${inWords(condition.not, language)})`;
  if ('is' in condition) return accountInWords(condition.is, language);
  const field = FIELDS[language][condition.field];
  if ('in' in condition) return `${field} ${language === 'id' ? 'adalah' : 'is'} ${oneOf(condition.in, language)}`;
  return `${field} ${boundsInWords(condition, language)}`;
}

/** `Papua, Maluku or Bali`. */
export function oneOf(words: readonly string[], language: Language): string {
  if (words.length < 2) return words.join('');
  return words.slice(0, -1).join(', ') + OR[language] + words.at(-1);
}

/** Inner trees of several branches stand in brackets, so that "and" and "or" cannot be read two ways. */
function bracketed(condition: Condition, language: Language): string {
  const words = inWords(condition, language);
  const isTree = 'all' in condition || 'any' in condition;
  return isTree ? `(${words})` : words;
}

function accountInWords(known: boolean, language: Language): string {
  if (language === 'id') return known ? 'perusahaan sudah punya pemilik akun' : 'perusahaan belum punya pemilik akun';
  return known ? 'the company is somebody’s account' : 'the company is nobody’s account';
}

function boundsInWords(
  { from, below }: { from?: number | undefined; below?: number | undefined },
  language: Language,
): string {
  if (from !== undefined && below !== undefined)
    return language === 'id' ? `dari ${from} sampai di bawah ${below}` : `is from ${from} to below ${below}`;
  if (from !== undefined) return language === 'id' ? `${from} atau lebih` : `is ${from} or more`;
  return language === 'id' ? `di bawah ${below}` : `is below ${below}`;
}
