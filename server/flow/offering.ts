/**
 * route → offer: plans what a lead gets next. Planning is pure and comes before the commit; nothing is announced before
 * it is on disk.
 */
import type { LeadView } from '../../client-sdk/protocol/verdict.ts';
import { BLIND_POOL, type BlindFacts } from '../distribution/blind-rules.ts';
import { type OfferPlan, planOffer } from '../distribution/distribution-rules.ts';
import type { OfferFacts, OpenLane, OpenOffer } from '../distribution/open-offers.ts';
import { asPoolOffer, poolPolicy } from '../distribution/team-pool-rules.ts';
import { newId } from '../kernel/ids.ts';
import { shuffled } from '../kernel/random.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import type { BlindFact, Policy } from '../policy/policy-rules.ts';
import type { Step } from '../policy/routing-policy.ts';
import { isPush, type Route, routeOf, rulesOfRelease } from '../routing/routing-rules.ts';
import { blindnessOf, routedFacts } from './blind.ts';
import { mixed } from './mixing.ts';
import { givenAtRelease, poolOf } from './onboarding.ts';
import { type Play, playsOf } from './plays.ts';
import {
  barredBy,
  gaveBackBy,
  leadFactsOf,
  leftOutRow,
  type OwnFacts,
  offerRepOf,
  ownFactsOf,
  type Push,
  pushedTo,
  rulesOfOffer,
  takeTurn,
} from './routing.ts';
import { pastOf } from './showing.ts';
import type { NextStep, PlannedOffer } from './transactions/offering.ts';
import { nextUnclaimed } from './unclaimed.ts';
import type { World } from './world.ts';

/** A lead that nobody can be offered waits this long before routing looks again. */
export const ROUTE_AGAIN_MS = 60_000;

/** What routing needs to know of a lead, new or returned. */
export interface Routable {
  leadId: string;
  temperature: 'hot' | 'warm' | 'cold';
  pool: 'premium' | 'standard';
  facts: OfferFacts;
  /** The whole lead of one that was just taken in, and was never on offer; null: the file has it. */
  lead: LeadView | null;
  blindFacts: BlindFacts;
  /** What routing rules may look at. */
  own: OwnFacts;
}

type RoutableRow = Pick<
  LeadRow,
  'id' | 'companyName' | 'companySize' | 'contactTitle' | 'industry' | 'country' | 'region' | 'source' | 'type'
> &
  Pick<LeadRow, 'dealValue' | 'signals' | 'score' | 'temperature' | 'pool' | 'acceptedAt'>;

/** @param interest what it asks for: not in its row */
export function routableOf(row: RoutableRow, interest: string | null): Routable {
  const { temperature, pool, score, source } = row;
  return {
    leadId: row.id,
    temperature,
    pool,
    facts: {
      company: { name: row.companyName, size: row.companySize },
      contact: { title: row.contactTitle },
      source,
      score,
      temperature,
    },
    lead: null,
    blindFacts: {
      industry: row.industry,
      region: row.region,
      country: row.country,
      source,
      acceptedAtMs: row.acceptedAt,
    },
    own: ownFactsOf(row, interest),
  };
}

export interface Planned {
  leadId: string;
  next: NextStep;
  /** The offer to put up once it is on disk; null: the lead waits. */
  toOpen: OpenOffer | null;
  /** The assignment that follows at once; null: none. The lead waits for it with a timer, as for everything. */
  push: (Push & { policy: Policy; nowMs: number }) | null;
  /** Why nobody gets it now: it stands in the ops queue (ROUTE-15). Null: somebody does. */
  stuck: 'noRule' | 'nobodyAvailable' | null;
}

/** Where in its rule a lead is to be looked at again: behind the step that did not place it. */
export interface Resume {
  route?: Route | null;
  fromStep?: number;
  /** Who gives it back in the commit that this is planned for: the file does not know yet. */
  givenBackBy?: string;
}

/** What the lead gets now by the first step of its rule that reaches somebody; else a timer after which routing tries again. */
export function planNext(world: World, lead: Routable, nowMs: number, resume: Resume = {}): Planned {
  const inForce = world.policy.at(nowMs);
  const { policy } = inForce;
  // Nobody has given back a lead that was just taken in.
  const gaveBack = new Set(lead.lead === null ? gaveBackBy(world, lead.leadId, resume.givenBackBy) : []);
  const by = { ...inForce, nowMs, resume, gaveBack };
  const openly = planAs(world, lead, null, by);
  if (openly.toOpen === null || openly.toOpen.teamPool !== null) return openly;
  const ofRelease = rulesOfOffer(policy, openly.toOpen);
  const show = blindnessOf(world, ofRelease, { ...lead, isNew: lead.lead !== null });
  // Planned by what it shows alone. Where that leads to no race, or to a team's other share, which would tell, it is not hidden.
  const blindly = show === null ? openly : planAs(world, lead, show, by);
  const isHidden = blindly.toOpen !== null && rulesOfOffer(policy, blindly.toOpen).blind === ofRelease.blind;
  return mixed(world, lead, isHidden ? blindly : openly, by);
}

/** @param show what a blind release shows: it is raced for, and never pushed; null: it is not blind */
function planAs(
  world: World,
  lead: Routable,
  show: BlindFact[] | null,
  by: { version: number; policy: Policy; nowMs: number; resume: Resume; gaveBack: ReadonlySet<string> },
): Planned {
  const { leadId } = lead;
  const { policy, nowMs, resume } = by;
  const facts = routedFacts(policy, leadFactsOf(world, lead.own, lead.facts.company.name), show);
  const route = resume.route === undefined ? routeOf(policy.routing, facts) : resume.route;
  const raced: [StepAt, Play][] = [];
  for (const [index, step] of (route?.steps ?? []).entries()) {
    if (index < (resume.fromStep ?? 0)) continue;
    const barred = step.method === 'accountOwner' ? undefined : barredBy(world, policy, step, facts, nowMs);
    for (const play of playsOf(world, step.method, barred, { leadId, blind: show !== null, nowMs })) {
      const at = { ...by, policy: rulesOfRelease(policy, step), step, index, rule: route?.rule ?? null, show };
      raced.push([at, play]);
      const placed = isPush(play.method)
        ? pushNext(world, lead, at, play)
        : play.method === 'pool'
          ? poolNext(world, lead, at, play)
          : offerNext(world, lead, at, play);
      if (placed !== null) return placed;
    }
  }
  for (const [at, play] of raced) {
    const given = givenUnraced(world, lead, at, play);
    if (given !== null) return given;
  }
  const next = { waiting: waitingTimer(world, leadId, nowMs) };
  return { leadId, next, toOpen: null, push: null, stuck: route === null ? 'noRule' : 'nobodyAvailable' };
}

/** A step of a rule for one lead, by the policy of the team that it names (COMP-11). */
interface StepAt {
  version: number;
  policy: Policy;
  nowMs: number;
  gaveBack: ReadonlySet<string>;
  step: Step;
  index: number;
  rule: string | null;
  show: BlindFact[] | null;
}

/** The lead waits for the assignment that follows at once. */
function givenTo(world: World, { leadId }: Routable, { rule, policy, nowMs }: StepAt, to: GivenTo): Planned {
  const next = { waiting: waitingTimer(world, leadId, nowMs) };
  return { leadId, next, toOpen: null, push: { ...to, rule, policy, nowMs }, stuck: null };
}
type GivenTo = Omit<Push, 'rule'>;

/** Null: the step pushes to nobody now. */
function pushNext(world: World, lead: Routable, at: StepAt, { method, barred, paused }: Play): Planned | null {
  if (!isPush(method)) return null;
  const { policy, rule, nowMs } = at;
  const step = { ...at.step, method };
  const to = { company: lead.facts.company.name, rule, gaveBack: at.gaveBack, barred };
  const pushed = pushedTo(world, policy, step, to, nowMs);
  if (pushed === null) return null;
  const { repId } = pushed;
  takeTurn(world, step, rule, repId);
  return givenTo(world, lead, at, { repId, method, leftOut: leftOutRow(world, pushed.leftOut), paused });
}

/** COMP-10: nobody can race for it now, so it goes at once to whom it would go unclaimed. Null: no race, or nobody. */
function givenUnraced(world: World, lead: Routable, at: StepAt, { method, barred }: Play): Planned | null {
  if ((method !== 'race' && method !== 'queue') || at.show !== null) return null;
  const { pool, temperature } = lead;
  const { repId, leftOut } = nextUnclaimed(world, { ...at, pool, temperature, barred });
  if (repId === null) return null;
  world.rotation.take(repId);
  return givenTo(world, lead, at, { repId, method: 'unraced', leftOut: leftOutRow(world, leftOut) });
}

/** DIST-08. Null: the pool has nobody who is there now. */
function poolNext(world: World, lead: Routable, at: StepAt, { barred }: Play): Planned | null {
  const { policy, version, nowMs, rule, index } = at;
  const { teamPool = null } = at.step;
  const settings = teamPool === null ? undefined : policy.routing.teamPools[teamPool];
  if (settings === undefined) return null;
  const together = poolPolicy(policy);
  const plan = planOffer({
    temperature: lead.temperature,
    pool: lead.pool,
    policy: together,
    reps: world.directory.reps().map((rep) => offerRepOf(together, rep, nowMs)),
    ...(barred && { barred }),
    nowMs,
    counterOf: world.counters.of,
  });
  if (plan.nobody) return null;
  const offered = asPoolOffer(plan, nowMs, settings.alarmSeconds * 1000);
  const opened = { pool: lead.pool, blind: null, rule, ruleStep: index, method: 'pool' as const, teamPool };
  const toOpen = openOfferOf(world, lead, offered, { ...opened, policyVersion: version, nowMs });
  const why = { leftOut: leftOutRow(world, offered.ineligible), windowHolders: [] };
  return { leadId: lead.leadId, next: { offer: plannedRows(world, toOpen, why) }, toOpen, push: null, stuck: null };
}

/** Null: the step has nobody to race for it now. */
function offerNext(world: World, lead: Routable, at: StepAt, { method, barred }: Play): Planned | null {
  if (isPush(method) || method === 'pool') return null;
  const { policy, version, nowMs, show, rule, index } = at;
  const reps = world.directory.reps().map((rep) => offerRepOf(policy, rep, nowMs));
  const racing = reps.filter(({ id }) => barred?.has(id) !== true);
  const pool = poolOf(world, { leadId: lead.leadId, pool: show === null ? lead.pool : BLIND_POOL }, racing);
  // A blind lead is raced for: what is given in place of a race was looked at before the draw.
  const isGiven = method === 'race' && show === null;
  const given = isGiven ? givenAtRelease(world, policy, { pool, reps, barred, gaveBack: at.gaveBack }, nowMs) : null;
  if (given !== null) return givenTo(world, lead, at, { ...given, method: 'baseLoad', leftOut: '{}' });
  const plan = planOffer({
    temperature: lead.temperature,
    blind: show !== null,
    pool,
    policy,
    reps,
    ...(barred && { barred }),
    nowMs,
    counterOf: world.counters.of,
    past: pastOf(world),
  });
  if (plan.nobody) return null;
  const opened = { pool, blind: show, rule, ruleStep: index, method, teamPool: null };
  const toOpen = openOfferOf(world, lead, plan, { ...opened, policyVersion: version, nowMs });
  const holders = reps.filter(
    ({ id, inPriorityWindow }) => inPriorityWindow === true && plan.lanes.some(({ repIds }) => repIds.includes(id)),
  );
  const why = { leftOut: leftOutRow(world, plan.ineligible), windowHolders: holders.map(({ id }) => id) };
  return { leadId: lead.leadId, next: { offer: plannedRows(world, toOpen, why) }, toOpen, push: null, stuck: null };
}

function openOfferOf(
  world: World,
  lead: Routable,
  plan: OfferPlan,
  opened: Pick<OpenOffer, 'pool' | 'blind' | 'rule' | 'ruleStep' | 'method' | 'teamPool' | 'policyVersion'> & {
    nowMs: number;
  },
): OpenOffer {
  const { nowMs, ...by } = opened;
  const { leadId, temperature: _, own: __, ...shown } = lead;
  const { limits, increments, attemptRate, closesAtMs, clearMs } = plan;
  return {
    ...shown,
    ...by,
    leadId,
    offerId: newId('offer', nowMs, world.random),
    openedSeq: 0,
    openedAtMs: nowMs,
    closesAtMs,
    clearMs,
    limits,
    increments,
    attemptRate,
    lanes: plan.lanes.map(
      ({ opensAtMs, repIds, tiers }, lane): OpenLane => ({
        lane,
        tiers,
        opensAtMs,
        sentAtMs: opensAtMs <= nowMs ? nowMs : null,
        seq: null,
        // NOTIF-18: the order of delivery favours no rep.
        repIds: shuffled(repIds, world.random),
      }),
    ),
    admissions: new Map(),
  };
}

export function waitingTimer(world: World, leadId: string, nowMs: number) {
  const dueAt = nowMs + ROUTE_AGAIN_MS;
  return { id: newId('dl', nowMs, world.random), kind: 'routeAgain' as const, dueAt, leadId };
}

/** The rows of an offer, the timers it owes, and why it is offered to whom. */
function plannedRows(
  world: World,
  offer: OpenOffer,
  why: { leftOut: string; windowHolders: readonly string[] },
): PlannedOffer {
  const { offerId, leadId, openedAtMs } = offer;
  const numOf = (repId: string) => world.directory.rep(repId)?.num ?? 0;
  const timer = () => newId('dl', openedAtMs, world.random);
  return {
    leftOut: why.leftOut,
    windowHolders: JSON.stringify(why.windowHolders.map(numOf)),
    offer: {
      id: offerId,
      leadId,
      state: 'open',
      pool: offer.pool,
      policyVersion: offer.policyVersion,
      rule: offer.rule,
      ruleStep: offer.ruleStep,
      method: offer.method,
      teamPool: offer.teamPool,
      openedAt: openedAtMs,
      closesAt: offer.closesAtMs,
      clearMs: offer.clearMs,
      limits: JSON.stringify(offer.limits),
      increments: JSON.stringify(offer.increments),
      attemptRate: offer.attemptRate === null ? null : JSON.stringify(offer.attemptRate),
      blind: offer.blind === null ? null : JSON.stringify(offer.blind),
      mix: null,
    },
    lanes: offer.lanes.map(({ lane, opensAtMs, sentAtMs, repIds, tiers }) => ({
      offerId,
      lane,
      opensAt: opensAtMs,
      sentAt: sentAtMs,
      tiers: JSON.stringify(tiers),
      reps: JSON.stringify(repIds.map(numOf)),
    })),
    deadlines: [
      { id: timer(), kind: 'offerExpires', dueAt: offer.closesAtMs, leadId, offerId },
      ...offer.lanes
        .filter(({ sentAtMs }) => sentAtMs === null)
        .map(({ lane, opensAtMs }) => ({
          id: timer(),
          kind: 'laneOpens' as const,
          dueAt: opensAtMs,
          leadId,
          offerId,
          lane,
        })),
    ],
  };
}
