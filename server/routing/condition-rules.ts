/** Whether a lead meets a condition of a routing rule (ROUTE-01..10). Pure. */
import { normaliseWord } from '../kernel/words.ts';
import type { BlindFact, Temperature } from '../policy/policy-rules.ts';
import type { Condition, NumberField, TextField } from '../policy/routing-policy.ts';

/** What routing may look at. Null: the lead does not say. */
export interface LeadFacts {
  country: string | null;
  region: string | null;
  industry: string | null;
  source: string | null;
  type: string | null;
  temperature: Temperature;
  pool: 'premium' | 'standard';
  signals: string[];
  /** What it asks for, in its own words. */
  interest: string | null;
  companySize: number | null;
  score: number | null;
  dealValue: number | null;
  accountKnown: boolean;
}

/**
 * A lead as its blind offer may be routed (FAIR-04): what the offer shows, and for the rest an unknown warm lead of the
 * standard pool. Who is offered a blind lead, and by which rule, then tells nothing that it hides.
 * @param score that of a lead which is just warm
 */
export function asBlind(lead: LeadFacts, show: readonly BlindFact[], score: number): LeadFacts {
  const shown = (fact: BlindFact, value: string | null) => (show.includes(fact) ? value : null);
  return {
    country: shown('region', lead.country),
    region: shown('region', lead.region),
    industry: shown('industry', lead.industry),
    source: shown('source', lead.source),
    type: null,
    temperature: 'warm',
    pool: 'standard',
    signals: [],
    interest: null,
    companySize: null,
    score,
    dealValue: null,
    accountKnown: false,
  };
}

/** How texts are compared everywhere in routing: by their letters, whatever their case and outer spaces. */
export function sameText(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

export function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** What a lead does not say is never equal, above or below: of an unknown size both `from: 500` and `below: 500` fail. */
export function holds(condition: Condition, lead: LeadFacts): boolean {
  if ('all' in condition) return condition.all.every((one) => holds(one, lead));
  if ('any' in condition) return condition.any.some((one) => holds(one, lead));
  if ('not' in condition) return !holds(condition.not, lead);
  if ('in' in condition)
    return condition.in.some((word) =>
      textsOf(lead, condition.field).some((one) => isNamed(condition.field, one, word)),
    );
  if ('is' in condition) return lead.accountKnown === condition.is;
  const value = numberOf(lead, condition.field);
  if (value === null) return false;
  return value >= (condition.from ?? Number.NEGATIVE_INFINITY) && value < (condition.below ?? Number.POSITIVE_INFINITY);
}

function textsOf(lead: LeadFacts, field: TextField): string[] {
  if (field === 'signals') return lead.signals;
  const text = lead[field];
  return text === null ? [] : [text];
}

/** Types, sources and signals are what scoring takes for one word: `icp_match` is `ICP match`. Names are what they say. */
function isNamed(field: TextField, text: string, word: string): boolean {
  if (sameText(text, word)) return true;
  if (field !== 'signals' && field !== 'type' && field !== 'source') return false;
  const normalised = normaliseWord(text);
  return normalised !== '' && normalised === normaliseWord(word);
}

function numberOf(lead: LeadFacts, field: NumberField): number | null {
  return lead[field];
}
