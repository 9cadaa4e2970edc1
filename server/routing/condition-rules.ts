/** Whether a lead meets a condition of a routing rule (ROUTE-01..10). Pure. */
import type { Condition, NumberField, TextField } from '../policy/routing-policy.ts';

/** What routing may look at. Null: the lead does not say. */
export interface LeadFacts {
  country: string | null;
  region: string | null;
  industry: string | null;
  source: string;
  type: string | null;
  temperature: string;
  pool: 'premium' | 'standard';
  signals: string[];
  companySize: number | null;
  score: number;
  dealValue: number | null;
  accountKnown: boolean;
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
    return condition.in.some((word) => textsOf(lead, condition.field).some((one) => sameText(one, word)));
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

function numberOf(lead: LeadFacts, field: NumberField): number | null {
  return lead[field];
}
