/**
 * What a lead is worth before anybody has talked to it: score, temperature, pool, and why (SCORE-01,
 * 02, 17, 18, 23). Pure; the model is data in the policy (`scoring`).
 */
import { normaliseWord } from '../kernel/words.ts';
import type { Pool, ScoringPolicy, ScoringRule, Temperature } from '../policy/policy-rules.ts';

/** The parts of a lead that scoring reads; contact details other than these never matter. */
export interface ScorableLead {
  source: string;
  type?: string | null;
  company: {
    size?: number | null;
    industry?: string | null;
    country?: string | null;
    region?: string | null;
  };
  contact: { title?: string | null; email?: string | null };
  dealValue?: number | null;
  signals?: readonly string[];
}

export interface ScoreReason {
  rule: string;
  points: number;
}

export interface LeadScore {
  /** 0..100: the sum of the reasons' points, clamped (SCORE-01). */
  score: number;
  temperature: Temperature;
  /** The known type's name as the policy spells it, or null: the lead's own word is then all there is. */
  type: string | null;
  pool: Pool;
  /** Every rule that matched, also one of 0 points that only forced a temperature. */
  reasons: ScoreReason[];
}

type WordRule = Extract<ScoringRule, { anyOf: string[] }>;
type NumberRule = Exclude<ScoringRule, WordRule>;

export function scoreLead(lead: ScorableLead, scoring: ScoringPolicy, nowMs: number): LeadScore {
  const reasons: ScoreReason[] = [];
  const type = knownType(lead, scoring);
  if (type !== null) reasons.push({ rule: `type: ${type.type}`, points: type.points });
  let madeHot = type?.temperature === 'hot';
  for (const rule of scoring.rules) {
    const points = isActive(rule, nowMs) ? pointsOf(rule, lead) : null;
    if (points === null) continue;
    reasons.push({ rule: rule.rule, points });
    madeHot ||= rule.makesHot === true;
  }
  const sum = reasons.reduce((total, reason) => total + reason.points, 0);
  const score = Math.min(100, Math.max(0, sum));
  const temperature = madeHot ? 'hot' : temperatureOf(score, type?.temperature, scoring);
  return {
    score,
    temperature,
    type: type?.type ?? null,
    pool: poolOf(lead, type?.type, temperature),
    reasons,
  };
}

/** Any one reason to be hot suffices (SCORE-17); short of that, a type that forces one decides. */
function temperatureOf(score: number, forced: Temperature | undefined, scoring: ScoringPolicy): Temperature {
  if (score > scoring.hotAbove) return 'hot';
  return forced ?? (score >= scoring.warmFrom ? 'warm' : 'cold');
}

/** Premium is what is hot, and every referral (SCORE-18). */
function poolOf(lead: ScorableLead, type: string | undefined, temperature: Temperature): Pool {
  const referred = [type, lead.source].some((word) => word !== undefined && normaliseWord(word) === 'referral');
  return temperature === 'hot' || referred ? 'premium' : 'standard';
}

/** A known type in `source` alone is read as both; a type that is given, known or not, is the type. */
function knownType(lead: ScorableLead, scoring: ScoringPolicy): ScoringPolicy['types'][number] | null {
  const word = normaliseWord(lead.type ?? lead.source);
  const found = scoring.types.find((entry) =>
    [entry.type, ...(entry.aliases ?? [])].some((spelling) => normaliseWord(spelling) === word),
  );
  return found ?? null;
}

function isActive(rule: ScoringRule, nowMs: number): boolean {
  if (rule.activeFrom !== undefined && nowMs < Date.parse(rule.activeFrom)) return false;
  return rule.activeUntil === undefined || nowMs < Date.parse(rule.activeUntil);
}

/** The points a rule gives this lead; null: it does not match. */
function pointsOf(rule: ScoringRule, lead: ScorableLead): number | null {
  return 'anyOf' in rule ? pointsOfWords(rule, lead) : pointsOfNumber(rule, lead);
}

function pointsOfNumber(rule: NumberRule, lead: ScorableLead): number | null {
  const value = rule.field === 'companySize' ? lead.company.size : lead.dealValue;
  if (value == null) return null;
  const inside = value >= (rule.from ?? 0) && (rule.below === undefined || value < rule.below);
  return inside ? rule.points : null;
}

function pointsOfWords(rule: WordRule, lead: ScorableLead): number | null {
  if (rule.companySizeFrom !== undefined && (lead.company.size ?? 0) < rule.companySizeFrom) {
    return null;
  }
  const words = rule.anyOf.map(normaliseWord);
  const matches = textsOf(rule.field, lead).filter((text) => matchesAny(rule.field, text, words));
  if (matches.length === 0) return null;
  if (rule.cap === undefined) return rule.points;
  const sum = matches.length * rule.points;
  return rule.points < 0 ? Math.max(sum, -Math.abs(rule.cap)) : Math.min(sum, Math.abs(rule.cap));
}

function textsOf(field: WordRule['field'], lead: ScorableLead): string[] {
  switch (field) {
    case 'signals':
      return [...(lead.signals ?? [])];
    case 'title':
      return present(lead.contact.title);
    case 'emailDomain':
      return present(lead.contact.email?.split('@').at(-1));
    case 'source':
      return [lead.source];
    default:
      return present(lead.company[field]);
  }
}

/** Within a title whole words count: `intern` is not in `International Sales`. */
function matchesAny(field: WordRule['field'], text: string, words: string[]): boolean {
  const given = normaliseWord(text);
  if (field !== 'title') return words.includes(given);
  return words.some((word) => ` ${given} `.includes(` ${word} `));
}

function present(text: string | null | undefined): string[] {
  return text == null ? [] : [text];
}
