/**
 * route: which rule a lead falls under, whom its steps may reach, and whose turn it is. What is pure is in
 * server/routing; here it meets the team, the hours and who is away.
 */
import type { Limit } from '../claims/arbiter.ts';
import type { OwnershipRow } from '../claims/ownership-store.ts';
import { baseLoadOf } from '../distribution/allocation-rules.ts';
import { delaySecondsOf } from '../distribution/delays-rules.ts';
import type { OfferRep } from '../distribution/distribution-rules.ts';
import { autoOwed, type RuledRep, roomAgainst } from '../distribution/fairness-rules.ts';
import { type LeftOut, type LeftOutReason, packLeftOut } from '../distribution/left-out.ts';
import { onboardingOf } from '../distribution/onboarding-rules.ts';
import { holdsPriorityWindow } from '../distribution/priority-windows-rules.ts';
import { localDay } from '../kernel/calendar.ts';
import type { RepRow } from '../people/people-store.ts';
import { openHoursOf } from '../policy/hours-rules.ts';
import { type Policy, zoneOf } from '../policy/policy-rules.ts';
import { pushesToAll, type Step } from '../policy/routing-policy.ts';
import { allowedPerWeek } from '../quota/quota-rules.ts';
import type { LeadFacts } from '../routing/condition-rules.ts';
import {
  type Barred,
  barredFrom,
  barredReps,
  type Eligibility,
  productAsked,
  type RoutingRep,
} from '../routing/eligibility-rules.ts';
import { nextTurnOf, type PushMethod, routeNamed, rulesOfRelease, weightOf } from '../routing/routing-rules.ts';
import type { World } from './world.ts';

/** An assignment that a rule asks for. */
export interface Push {
  repId: string;
  method: NonNullable<OwnershipRow['method']>;
  rule: string | null;
  /** Why nobody else: `packLeftOut`. */
  leftOut: string;
  /** What it is held to beside the rep's room. */
  limits?: Limit[];
  /** It goes round because the team's competition is paused. */
  paused?: boolean;
}

/** For the event that records a decision. */
export function leftOutRow(world: World, left: readonly LeftOut[]): string {
  return packLeftOut(left, (repId) => world.directory.rep(repId)?.num ?? 0);
}

/** What the lead itself says; whether its company is an account is asked when it is routed. */
export type OwnFacts = Omit<LeadFacts, 'accountKnown'>;

/** @param interest what the lead asks for, which may be forgotten and is therefore not in its row */
export function ownFactsOf(
  row: Omit<OwnFacts, 'signals' | 'interest'> & { signals: string },
  interest: string | null,
): OwnFacts {
  const { country, region, industry, source, type, temperature, pool, companySize, score, dealValue } = row;
  const signals = JSON.parse(row.signals) as string[];
  return {
    country,
    region,
    industry,
    source,
    type,
    temperature,
    pool,
    companySize,
    score,
    dealValue,
    signals,
    interest,
  };
}

export function leadFactsOf(world: World, own: OwnFacts, company: string): LeadFacts {
  return { ...own, accountKnown: world.routing.ownerOf(company) !== undefined };
}

const held = new WeakMap<RepRow, RoutingRep>();

/** Held by its row, which is never changed in place: lists are parsed once and not at every lead. */
export function routingRepOf(row: RepRow): RoutingRep {
  const known = held.get(row);
  if (known !== undefined) return known;
  const { id, team, tier, jobFunction, seniority } = row;
  const list = (json: string) => JSON.parse(json) as string[];
  const rep = {
    id,
    team,
    tier,
    jobFunction,
    seniority,
    territories: list(row.territories),
    verticals: list(row.verticals),
    products: list(row.products),
    languages: list(row.languages),
  };
  held.set(row, rep);
  return rep;
}

/** Of whom the limits of an assignment are asked. */
export function ruledRepOf(policy: Policy, rep: RepRow): RuledRep {
  const { id, team } = rep;
  return { id, team, timeZone: zoneOf(policy, rep), weeklyAllowance: allowedPerWeek(policy, rep) };
}

/** A rep as the rules see it, of a lead that is (or was) released at `releasedAtMs`. */
export function offerRepOf(policy: Policy, rep: RepRow, releasedAtMs: number): OfferRep {
  const { id, team, tier, active, status, hiredOn } = rep;
  const inPriorityWindow = holdsPriorityWindow(policy, rep, releasedAtMs);
  const phase = onboardingOf(policy, rep, releasedAtMs)?.phase;
  const timeZone = zoneOf(policy, rep);
  const weeklyAllowance = allowedPerWeek(policy, rep);
  const baseLoad = baseLoadOf(policy, rep, phase, releasedAtMs);
  const more = { inPriorityWindow, weeklyAllowance, ...(phase && { phase }), ...(baseLoad && { baseLoad }) };
  return { id, team, tier, active, status, hiredOn, timeZone, ...more };
}

/** Who has given a lead back: no rule hands it to one of them again. @param now who does so in the commit that is planned */
export function gaveBackBy(world: World, leadId: string, now?: string): string[] {
  const ended = world.owners.ofLead(leadId).filter(({ endReason }) => endReason === 'released');
  return [...ended.map(({ repId }) => repId), ...(now === undefined ? [] : [now])];
}

/** One step for one lead at one moment. */
export function eligibilityOf(world: World, policy: Policy, step: Step, lead: LeadFacts, nowMs: number): Eligibility {
  const { timeOff, workingHours } = policy.routing.availability;
  const away = timeOff ? world.routing.awayAt(nowMs) : null;
  const open = new Map<string | null, boolean>();
  const isOpen = (team: string | null) => {
    const known = open.get(team);
    if (known !== undefined) return known;
    const hours = openHoursOf(policy, team, localDay(nowMs, zoneOf(policy, { team })));
    const now = hours !== null && hours.fromMs <= nowMs && nowMs < hours.untilMs;
    open.set(team, now);
    return now;
  };
  return {
    target: step.target,
    criteria: policy.routing.criteria[lead.pool],
    lead,
    asked: productAsked(lead, () => [...productsOf(world)]),
    offDuty(rep) {
      if (away?.has(rep.id) === true) return 'timeOff';
      return workingHours && !isOpen(rep.team) ? 'offHours' : null;
    },
  };
}

/** What somebody of the team serves now. */
function productsOf(world: World): Set<string> {
  const active = world.directory.reps().filter((rep) => rep.active);
  return new Set(active.flatMap((rep) => routingRepOf(rep).products));
}

/** Whether a policy can leave anybody out: where it cannot, nobody is looked at. */
function boundsAnybody(policy: Policy, step: Step, pool: 'premium' | 'standard'): boolean {
  const { criteria, availability } = policy.routing;
  const isBounded = criteria[pool].length > 0 || availability.timeOff || availability.workingHours;
  return isBounded || !('everybody' in step.target);
}

/** Whom this step leaves out, and why. What is pushed to everybody goes to nobody whose tier has no access to its pool (COMP-19). */
export function barredBy(
  world: World,
  policy: Policy,
  step: Step,
  lead: LeadFacts,
  nowMs: number,
): Map<string, Barred | 'tierNever'> | undefined {
  const withoutAccess = pushesToAll(step) ? repsWithoutAccess(world, policy, lead) : [];
  if (withoutAccess.length === 0 && !boundsAnybody(policy, step, lead.pool)) return undefined;
  const reps = world.directory.reps().map(routingRepOf);
  const bounds = barredReps(eligibilityOf(world, policy, step, lead, nowMs), reps);
  return new Map([...withoutAccess.map(({ id }) => [id, 'tierNever'] as const), ...bounds]);
}

function repsWithoutAccess(world: World, policy: Policy, { pool, temperature }: LeadFacts): RepRow[] {
  return world.directory.reps().filter((rep) => delaySecondsOf(policy, { pool, temperature }, rep) === null);
}

/** The same of one rep, who comes into an offer that is open: judged by the step it was opened with. */
export function isBarredFrom(
  world: World,
  offer: { policy: Policy; step: Step; facts: LeadFacts },
  rep: RepRow,
  nowMs: number,
): boolean {
  const { policy, step, facts } = offer;
  if (!boundsAnybody(policy, step, facts.pool)) return false;
  return barredFrom(eligibilityOf(world, policy, step, facts, nowMs), routingRepOf(rep)) !== null;
}

/** The rules that an offer which is up, or has just ended, goes by as a release; without an offer the company's. */
export function rulesOfOffer(policy: Policy, offer: { rule: string | null; ruleStep: number } | null): Policy {
  if (offer === null) return policy;
  return rulesOfRelease(policy, routeNamed(policy.routing, offer.rule)?.steps[offer.ruleStep]);
}

/**
 * Whom a push goes to, null: nobody is there, or has room (ROUTE-11, COMP-35). An account's owner gets its lead on a break and after hours too, and not
 * while away or gone; everybody else must be ready and inside the step's bounds.
 * @param lead `barred`: whom the step leaves out; `gaveBack`: who has given it back, and is not handed it again
 */
export function pushedTo(
  world: World,
  policy: Policy,
  step: Step & { method: PushMethod },
  lead: {
    company: string;
    rule: string | null;
    gaveBack: ReadonlySet<string>;
    barred: ReadonlyMap<string, LeftOutReason> | undefined;
  },
  nowMs: number,
): { repId: string; leftOut: LeftOut[] } | null {
  if (step.method === 'accountOwner') {
    const owner = world.directory.rep(world.routing.ownerOf(lead.company) ?? '');
    if (owner === undefined || !owner.active || lead.gaveBack.has(owner.id)) return null;
    const isAway = policy.routing.availability.timeOff && world.routing.awayAt(nowMs).has(owner.id);
    return isAway ? null : { repId: owner.id, leftOut: [] };
  }
  const { barred } = lead;
  const { of: counterOf } = world.counters;
  const reasonAgainst = (rep: RepRow): LeftOutReason | null => {
    const reason = barred?.get(rep.id) ?? (rep.status === 'ready' ? null : 'notReady');
    if (reason !== null) return reason;
    return lead.gaveBack.has(rep.id) ? 'gaveItBack' : roomAgainst(policy, ruledRepOf(policy, rep), nowMs, counterOf);
  };
  const leftOut: LeftOut[] = [];
  const available: RepRow[] = [];
  for (const rep of world.directory.reps()) {
    if (!rep.active) continue;
    const reason = reasonAgainst(rep);
    if (reason === null) available.push(rep);
    else leftOut.push({ repId: rep.id, reason });
  }
  // Who owes an assigned lead is served next (FAIR-02), in the rule's own order among them.
  const owing = available.filter((rep) => autoOwed(policy, rep, localDay(nowMs, zoneOf(policy, rep)), counterOf) > 0);
  const candidates = (owing.length > 0 ? owing : available).map(({ id }) => ({
    id,
    turn: world.rotation.turnOf(id),
    served: world.rotation.servedOf(lead.rule, id),
  }));
  const repId = nextTurnOf(step.method, candidates);
  if (repId === null) return null;
  const waiting = available.filter(({ id }) => id !== repId);
  return { repId, leftOut: [...leftOut, ...waiting.map(({ id }) => ({ repId: id, reason: 'waitsTurn' as const }))] };
}

/** Notes a push in the rotation before its commit: the next lead goes to somebody else. An account's owner keeps its place. */
export function takeTurn(world: World, step: Step, rule: string | null, repId: string): void {
  if (step.method === 'accountOwner') return;
  const weight = weightOf(step, world.directory.rep(repId)?.tier ?? 1);
  world.rotation.take(repId, step.method === 'weighted' ? { rule, weight } : undefined);
}
