/**
 * Who of a team a step of routing may reach, and for everybody else the reason (ROUTE-26, COMP-07): the target, the
 * criteria of the pool, time off, working hours. The same bounds for a race, a queue and the choice of a push. Pure.
 */

import { saysWords } from '../kernel/words.ts';
import type { Criterion, Segment, Target } from '../policy/routing-policy.ts';
import { fold, type LeadFacts, sameText } from './condition-rules.ts';

/** A rep as rules can speak of one. */
export interface RoutingRep {
  id: string;
  team: string | null;
  tier: number;
  territories: string[];
  verticals: string[];
  products: string[];
  jobFunction: string | null;
  seniority: string | null;
  languages: string[];
}

export type Barred = 'notInTarget' | 'outOfTerritory' | 'otherVertical' | 'otherProduct' | 'timeOff' | 'offHours';

export interface Eligibility {
  target: Target;
  criteria: readonly Criterion[];
  lead: LeadFacts;
  asked: ProductAsked;
  /** Time off or hours at this moment; null: on duty. */
  offDuty(rep: RoutingRep): 'timeOff' | 'offHours' | null;
}

/** ROUTE-04: the product a lead asks for. */
export interface ProductAsked {
  /** Whether its interest or one of its signals names this one. */
  names(product: string): boolean;
  /** Whether it names any that somebody of the team serves. */
  namesOne(): boolean;
}

/** Each question is answered once a lead, however many reps are asked about. */
export function productAsked(lead: LeadFacts, productsOfTeam: () => readonly string[]): ProductAsked {
  const texts = lead.interest === null ? lead.signals : [lead.interest, ...lead.signals];
  const known = new Map<string, boolean>();
  let one: boolean | undefined;
  const names = (product: string) => {
    const named = known.get(product) ?? texts.some((text) => saysWords(text, product));
    known.set(product, named);
    return named;
  };
  return {
    names,
    namesOne() {
      one ??= texts.length > 0 && productsOfTeam().some(names);
      return one;
    },
  };
}

/** Why this rep is left out of this step; null: in. */
export function barredFrom(step: Eligibility, rep: RoutingRep): Barred | null {
  if (!isInTarget(step.target, rep)) return 'notInTarget';
  for (const criterion of step.criteria) {
    const reason = outsideOf(criterion, step, rep);
    if (reason !== null) return reason;
  }
  return step.offDuty(rep);
}

/** Everybody of `reps` who is left out, with the reason. */
export function barredReps(step: Eligibility, reps: readonly RoutingRep[]): Map<string, Barred> {
  const barred = new Map<string, Barred>();
  for (const rep of reps) {
    const reason = barredFrom(step, rep);
    if (reason !== null) barred.set(rep.id, reason);
  }
  return barred;
}

export function isInTarget(target: Target, rep: RoutingRep): boolean {
  if ('everybody' in target) return true;
  if ('reps' in target) return target.reps.includes(rep.id);
  if ('teams' in target) return oneOf(target.teams, rep.team);
  // Named by its step: `stepsOf` has put the pool's team in its place.
  if ('teamPool' in target) return false;
  return isInSegment(target.segment, rep);
}

function isInSegment(segment: Segment, rep: RoutingRep): boolean {
  return (
    oneOf(segment.teams, rep.team) &&
    shares(segment.territories, rep.territories) &&
    shares(segment.verticals, rep.verticals) &&
    shares(segment.products, rep.products) &&
    oneOf(segment.functions, rep.jobFunction) &&
    oneOf(segment.seniorities, rep.seniority) &&
    shares(segment.languages, rep.languages) &&
    (segment.tiers === undefined || segment.tiers.includes(rep.tier))
  );
}

function oneOf(wanted: readonly string[] | undefined, value: string | null): boolean {
  return wanted === undefined || (value !== null && wanted.some((one) => sameText(one, value)));
}

function shares(wanted: readonly string[] | undefined, values: readonly string[]): boolean {
  return wanted === undefined || values.some((value) => oneOf(wanted, value));
}

/** Place, industry, product. A lead that names none of the team's products is for everybody (ROUTE-04). */
function outsideOf(criterion: Criterion, { lead, asked }: Eligibility, rep: RoutingRep): Barred | null {
  if (criterion === 'territory') return meets([lead.country, lead.region], rep.territories) ? null : 'outOfTerritory';
  if (criterion === 'vertical') return meets([lead.industry], rep.verticals) ? null : 'otherVertical';
  const serves = rep.products.length === 0 || rep.products.some(asked.names);
  return serves || !asked.namesOne() ? null : 'otherProduct';
}

/** A rep who names nothing serves all; a lead that says nothing is for everybody. */
function meets(wanted: readonly (string | null)[], served: readonly string[]): boolean {
  const said = wanted.filter((one) => one !== null).map(fold);
  if (served.length === 0 || said.length === 0) return true;
  return served.some((one) => said.includes(fold(one)));
}
