/** The section `routing` as a person reads it (ROUTE-24). Pure. */

import { spokenDuration } from '../kernel/spoken.ts';
import { inWords, type Language, oneOf } from './condition-words.ts';
import type { Policy } from './policy-rules.ts';
import {
  type Criterion,
  pushesToAll,
  type RoutingRule,
  type Segment,
  type Step,
  type Target,
  type TeamPool,
  WEIGHTS,
} from './routing-policy.ts';

/** The name of a rep that a rule names; null: there is none any more. */
type NameOf = (repId: string) => string | null;

const ATTRIBUTES: Record<Language, Record<keyof Segment, string>> = {
  id: {
    teams: 'tim',
    territories: 'wilayah kerja',
    verticals: 'industri',
    products: 'produk',
    functions: 'fungsi',
    seniorities: 'senioritas',
    languages: 'bahasa',
    tiers: 'tier',
  },
  en: {
    teams: 'team',
    territories: 'territory',
    verticals: 'industry',
    products: 'product',
    functions: 'function',
    seniorities: 'seniority',
    languages: 'language',
    tiers: 'tier',
  },
};

const CRITERIA: Record<Language, Record<Criterion, string>> = {
  id: { territory: 'wilayah', vertical: 'industri', product: 'produk' },
  en: { territory: 'territory', vertical: 'industry', product: 'product' },
};

/** One line a rule, in the order in which they are tried, then what bounds all of them. */
export function routingInWords({ routing, mode }: Policy, language: Language, nameOf: NameOf): string[] {
  const id = language === 'id';
  const lines = routing.rules.map((rule, index) => `${index + 1}. ${ruleInWords(rule, language, nameOf)}`);
  if (lines.length === 0)
    lines.push(id ? 'Setiap lead diperebutkan oleh semua rep.' : 'Everybody races for every lead.');
  else
    lines.push(
      id
        ? 'Aturan pertama yang cocok berlaku. Lead tanpa aturan yang cocok, atau tanpa rep yang siap, masuk antrean ops.'
        : 'The first rule that fits decides. A lead that none fits, or for which nobody is there, goes to the ops queue.',
    );
  if (mode === 'TIERED' && routing.rules.some((rule) => [rule, ...rule.fallback].some(pushesToAll)))
    lines.push(
      id
        ? 'Yang digilir ke semua rep melewati tier yang tidak mendapat lead dari pool itu.'
        : 'What goes by turns to everybody passes by tiers that have no access to its pool.',
    );
  for (const [pool, how] of Object.entries(routing.teamPools)) lines.push(teamPoolInWords(pool, how, language));
  for (const pool of ['premium', 'standard'] as const) {
    const criteria = routing.criteria[pool].map((one) => CRITERIA[language][one]);
    if (criteria.length === 0) continue;
    const list = criteria.join(', ');
    lines.push(
      id
        ? `Pool ${pool}: hanya rep yang cocok ${list} dengan lead (rep tanpa isian melayani semua).`
        : `Pool ${pool}: only reps whose ${list} fits the lead (a rep who names none serves all).`,
    );
  }
  if (routing.availability.timeOff)
    lines.push(id ? 'Rep yang sedang cuti tidak ikut.' : 'Reps who have time off are left out.');
  if (routing.availability.workingHours)
    lines.push(
      id ? 'Di luar jam kerja tim, repnya tidak ikut.' : 'Outside the working hours of a team its reps are left out.',
    );
  return lines;
}

function teamPoolInWords(pool: string, { team, ownership, alarmSeconds }: TeamPool, language: Language): string {
  const alarm = spokenDuration(alarmSeconds, language);
  if (language === 'id') {
    const how =
      ownership === 'shared'
        ? 'semua anggota mengerjakan lead bersama sampai salah satu menutupnya'
        : 'anggota pertama yang menghubungi lead menjadi pemiliknya';
    return `Pool tim "${pool}" (tim ${team}): ${how}. Lead yang ${alarm} belum dikerjakan siapa pun memicu alarm di antrean ops.`;
  }
  const how =
    ownership === 'shared'
      ? 'all members work a lead together until one of them closes it'
      : 'the first member who contacts a lead owns it';
  return `Team pool "${pool}" (team ${team}): ${how}. A lead that nobody has worked for ${alarm} raises an alarm in the ops queue.`;
}

function ruleInWords(rule: RoutingRule, language: Language, nameOf: NameOf): string {
  const id = language === 'id';
  const when = rule.when === undefined ? (id ? 'setiap lead' : 'every lead') : inWords(rule.when, language);
  const first = `${rule.name}: ${id ? `jika ${when},` : `if ${when}, it`} ${stepInWords(rule, language, nameOf)}.`;
  const every = rule.when === undefined ? `${rule.name}: ${when} ${stepInWords(rule, language, nameOf)}.` : first;
  const fallback = rule.fallback.map((step) => stepInWords(step, language, nameOf)).join(id ? '; lalu ' : '; then ');
  if (fallback === '') return every;
  return `${every} ${id ? 'Jika tidak ada yang siap atau mengambilnya:' : 'If nobody is there, or takes it, it'} ${fallback}.`;
}

function stepInWords(step: Step, language: Language, nameOf: NameOf): string {
  const id = language === 'id';
  const who = targetInWords(step.target, language, nameOf);
  const weights = (step.weights ?? WEIGHTS).join(', ');
  switch (step.method) {
    case 'race':
      return id ? `diperebutkan oleh ${who}` : `is raced for by ${who}`;
    case 'queue':
      return id ? `masuk antrean untuk ${who}` : `is listed for ${who} to take`;
    case 'roundRobin':
      return id ? `digilir ke ${who}` : `goes by turns to ${who}`;
    case 'weighted':
      return id ? `digilir ke ${who}, bobot tier ${weights}` : `goes by turns to ${who}, tiers weighing ${weights}`;
    case 'accountOwner':
      return id ? 'diberikan ke pemilik akunnya' : 'goes to the owner of the account';
    case 'pool':
      return id ? `masuk ${who}` : `goes into ${who}`;
  }
}

function targetInWords(target: Target, language: Language, nameOf: NameOf): string {
  const id = language === 'id';
  if ('everybody' in target) return id ? 'semua rep' : 'everybody';
  if ('reps' in target)
    return oneOf(
      target.reps.map((repId) => nameOf(repId) ?? repId),
      language,
    );
  if ('teams' in target) return `${id ? 'tim' : 'team'} ${oneOf(target.teams, language)}`;
  if ('teamPool' in target) return id ? `pool tim "${target.teamPool}"` : `the team pool "${target.teamPool}"`;
  const attributes = ATTRIBUTES[language];
  const parts = Object.entries(target.segment).map(
    ([key, values]) => `${attributes[key as keyof Segment]} ${oneOf((values ?? []).map(String), language)}`,
  );
  return `${id ? 'rep dengan' : 'reps with'} ${parts.join(id ? ' dan ' : ' and ')}`;
}
