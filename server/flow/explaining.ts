/**
 * Why a lead was offered to whom, why not, and why then (CLAIM-11, FAIR-21): told from what each decision left on
 * record, never decided again; of a lead that waits, and of limits in the way, from how things stand now.
 */

import { plannedTemperature } from '../distribution/blind-rules.ts';
import { withinLimits } from '../distribution/distribution-rules.ts';
import { whyThen } from '../distribution/explanation-rules.ts';
import {
  decisionInWords,
  notOfferedInWords,
  notReachedInWords,
  waitingInWords,
  whyThenInWords,
} from '../distribution/explanation-words.ts';
import { type LeftOutReason, unpackLeftOut } from '../distribution/left-out.ts';
import type { WholeOffer } from '../distribution/offers-reader.ts';
import { placeOf } from '../distribution/open-offers.ts';
import { poolPolicy } from '../distribution/team-pool-rules.ts';
import { refusalMessage } from '../kernel/messages.ts';
import type { Language } from '../kernel/spoken.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import type { EventRow } from '../ledger/events-reader.ts';
import type { RepRow } from '../people/people-store.ts';
import { policyOf } from '../policy/policy-rules.ts';
import { routeOf } from '../routing/routing-rules.ts';
import { gateOf } from './lanes.ts';
import { reasonsNow } from './ops-queue.ts';
import { owedNow } from './owing.ts';
import { leadFactsOf, ownFactsOf } from './routing.ts';
import type { World } from './world.ts';

/** A lead that came back more often than that is told of by its newest decisions. */
const DECISIONS_MAX = 20;
/** Two years of weeks, as long as anybody asks for the story of a lead. */
const TIER_CHANGES_MAX = 104;

const iso = (ms: number) => new Date(ms).toISOString();

export interface ExplanationAsked {
  leadId: string;
  language: Language;
  /** The rep who asks: its own line, and nothing of anybody else's. Null: a manager, who reads all of them. */
  forRep: string | null;
  /** Reps whose number is above this one. */
  afterNum: number;
  limit: number;
}

/** Methods that look at nobody else. */
const NOT_ASKED: Record<string, LeftOutReason> = {
  manager: 'namedOther',
  accountOwner: 'namedOther',
  baseLoad: 'newcomerFirst',
  pool: 'workedByOther',
};

interface Line {
  decisionId: string | null;
  outcome: 'offered' | 'notReached' | 'given' | 'notOffered';
  /** Why not, as a code; null: it was offered. */
  reason: LeftOutReason | 'hidden' | null;
  lane: number | null;
  opensAt: string | null;
  sentAt: string | null;
  message: string;
  /** What would lift it. */
  lifts: string | null;
}

interface Decision {
  shown: {
    id: string;
    at: string;
    method: string;
    rule: string | null;
    step: number | null;
    policyVersion: number | null;
    state: string;
    message: string;
  };
  lineOf(rep: RepRow): Line;
}

/** Null: there is no such lead, or no such rep. */
export function explanation(world: World, asked: ExplanationAsked) {
  const lead = world.leads.row(asked.leadId);
  if (lead === undefined) return null;
  const veiled = isVeiled(world, asked);
  const events = world.events.newestOfLead(lead.id, ['offer.opened', 'lead.assigned'], DECISIONS_MAX);
  const decisions = events
    .map((event) => (event.kind === 'offer.opened' ? offered(world, lead, event, asked) : given(event, asked, veiled)))
    .filter((decision) => decision !== null);
  const waiting = lead.status === 'waiting' ? waits(world, lead, asked.language, veiled) : null;
  const { page, more } = repsAsked(world, asked);
  const items = page.map((rep) => ({
    repId: rep.id,
    repName: rep.name,
    lines: [...(waiting === null ? [] : [waiting.lineOf(rep)]), ...decisions.map(({ lineOf }) => lineOf(rep))],
    inTheWay: inTheWay(world, lead.id, rep, asked.language),
  }));
  return {
    leadId: lead.id,
    status: lead.status,
    language: asked.language,
    waiting: waiting?.shown ?? null,
    decisions: decisions.map(({ shown }) => shown),
    items,
    nextCursor: more ? String(page.at(-1)?.num) : null,
  };
}

function repsAsked(world: World, { forRep, afterNum, limit }: ExplanationAsked): { page: RepRow[]; more: boolean } {
  if (forRep !== null) {
    const own = world.directory.rep(forRep);
    return { page: own === undefined ? [] : [own], more: false };
  }
  const rest = world.directory.reps().filter(({ num }) => num > afterNum);
  rest.sort((a, b) => a.num - b.num);
  return { page: rest.slice(0, limit), more: rest.length > limit };
}

function notOffered(decisionId: string | null, reason: LeftOutReason | 'hidden', language: Language): Line {
  const words = notOfferedInWords(reason, language);
  return { decisionId, outcome: 'notOffered', reason, lane: null, opensAt: null, sentAt: null, ...words };
}

/** A race, a queue, or a team pool. */
function offered(world: World, lead: LeadRow, event: EventRow, { language }: ExplanationAsked): Decision | null {
  const whole = world.offersOnFile.find(event.offerId ?? '');
  if (whole === undefined) return null;
  const { offer } = whole;
  const recorded = recordedBy(event);
  const { policy: inForce } = world.policy.version(offer.policyVersion) ?? world.policy.at(offer.openedAt);
  const policyFor = ({ team }: RepRow) => {
    const own = policyOf(inForce, team);
    return offer.teamPool === null ? own : poolPolicy(own);
  };
  const temperature = plannedTemperature(lead.temperature, offer.blind === null ? null : []);
  const of = { pool: offer.pool, temperature, openedAtMs: offer.openedAt };
  const { method, rule, ruleStep: step, policyVersion, state } = offer;
  const shown = { id: offer.id, at: iso(offer.openedAt), method, rule, step, policyVersion, state };
  return {
    shown: { ...shown, message: decisionInWords({ method, rule, step }, language) },
    lineOf(rep) {
      const place = placeOnFile(whole, rep);
      if (place === null) {
        const reason = recorded.leftOut.get(rep.num) ?? 'inactive';
        const isThereNow = (reason === 'notReady' || reason === 'inactive') && gateOf(rep) === null;
        return notOffered(offer.id, isThereNow && state === 'open' ? 'cameLate' : reason, language);
      }
      const { lane, opensAt, sentAt, ...own } = place;
      const inPriorityWindow = recorded.windowHolders.includes(rep.num);
      const hasHeadStart = recorded.windowHolders.length > 0;
      const tier = tierThen(world, rep, own.tiers, offer.openedAt);
      const why = whyThen(
        { ...of, policy: policyFor(rep), hasHeadStart },
        { ...own, tier, opensAtMs: opensAt, inPriorityWindow },
      );
      const reached = sentAt !== null;
      const later = reached ? '' : ` ${notReachedInWords(state === 'open', language)}`;
      return {
        decisionId: offer.id,
        outcome: reached ? 'offered' : 'notReached',
        reason: null,
        lane,
        opensAt: iso(opensAt),
        sentAt: sentAt === null ? null : iso(sentAt),
        message: whyThenInWords(why, language) + later,
        lifts: null,
      };
    },
  };
}

/** The rep's tier when an offer opened: that of its lane, or, where tiers share the lane, the one it had by its history. */
function tierThen(world: World, rep: RepRow, tiers: readonly number[], openedAtMs: number): number {
  const [only, ...others] = tiers;
  if (only !== undefined && others.length === 0) return only;
  const since = world.tiers.history(rep.id, { limit: TIER_CHANGES_MAX }).filter(({ at }) => at > openedAtMs);
  return since.at(-1)?.fromTier ?? rep.tier;
}

/**
 * FAIR-07: a blind offer is planned by what it shows, and its reasons with it. What is decided beside it, by the truth,
 * would tell of it: a rep who never owned the lead reads that something was decided, and not why.
 */
function isVeiled(world: World, { leadId, forRep }: ExplanationAsked): boolean {
  if (forRep === null || world.owners.ofLead(leadId).some(({ repId }) => repId === forRep)) return false;
  return world.offersOnFile.ofLead(leadId).some(({ offer }) => offer.blind !== null);
}

/** An assignment. */
function given(event: EventRow, { language }: ExplanationAsked, veiled: boolean): Decision {
  const data = JSON.parse(event.data) as Record<string, string | null> & { paused?: boolean };
  const { ownershipId, via, method: byRule, rule: byName } = data;
  const id = ownershipId ?? String(event.seq);
  const rule = veiled ? null : (byName ?? null);
  const method = via === 'manager' ? 'manager' : veiled ? 'hidden' : (byRule ?? 'unclaimed');
  const paused = data.paused === true;
  const message = decisionInWords({ method, rule, step: null, paused }, language);
  const { leftOut } = recordedBy(event);
  const shown = { id, at: iso(event.at), method, rule, step: null, policyVersion: null };
  return {
    shown: { ...shown, state: 'given', message },
    lineOf(rep) {
      if (rep.id === event.repId) {
        const at = iso(event.at);
        return {
          decisionId: id,
          outcome: 'given',
          reason: null,
          lane: null,
          opensAt: at,
          sentAt: at,
          message,
          lifts: null,
        };
      }
      const reason = leftOut.get(rep.num) ?? NOT_ASKED[method] ?? 'inactive';
      return notOffered(id, veiled ? 'hidden' : reason, language);
    },
  };
}

/** Of decisions from before they were recorded: nobody. */
function recordedBy(event: EventRow): { leftOut: Map<number, LeftOutReason>; windowHolders: number[] } {
  const { leftOut, windowHolders } = JSON.parse(event.data) as { leftOut?: string | null; windowHolders?: string };
  return { leftOut: unpackLeftOut(leftOut ?? '{}'), windowHolders: JSON.parse(windowHolders ?? '[]') as number[] };
}

function placeOnFile({ lanes, admissions }: WholeOffer, rep: RepRow) {
  const admission = admissions.find(({ repId }) => repId === rep.id);
  if (admission !== undefined) return { ...admission, tiers: [], admitted: true };
  const lane = lanes.find(({ reps }) => (JSON.parse(reps) as number[]).includes(rep.num));
  return lane === undefined ? null : { ...lane, tiers: JSON.parse(lane.tiers) as number[], admitted: false };
}

/** A lead that nobody can be offered now: by the rules and the team as they are. */
function waits(world: World, lead: LeadRow, language: Language, veiled: boolean) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const facts = leadFactsOf(world, ownFactsOf(lead, world.leads.interest(lead.id)), lead.companyName);
  const route = routeOf(policy.routing, facts);
  if (veiled) {
    const shown = { reason: 'hidden' as const, rule: null, message: waitingInWords('hidden', language) };
    return { shown, lineOf: () => notOffered(null, 'hidden', language) };
  }
  const reason = route === null ? ('noRule' as const) : ('nobodyAvailable' as const);
  const [step] = route?.steps ?? [];
  const reasonOf = step === undefined ? null : reasonsNow(world, policy, step, { lead, facts, nowMs });
  return {
    shown: { reason, rule: route?.rule ?? null, message: waitingInWords(reason, language) },
    lineOf: (rep: RepRow) => notOffered(null, reasonOf === null ? 'noRule' : (reasonOf(rep) ?? 'nextLook'), language),
  };
}

/** What would refuse this rep's claim on the open offer now. */
function inTheWay(world: World, leadId: string, rep: RepRow, language: Language): { rule: string; message: string }[] {
  const offer = world.offers.ofLead(leadId);
  const place = offer === undefined ? null : placeOf(offer, rep.id);
  if (offer === undefined || place === null) return [];
  const nowMs = world.arbiter.nearlyNow();
  const gate = gateOf(rep);
  const limits = offer.limits.filter((limit) => !withinLimits(rep.id, place.lane, [limit], nowMs, world.counters.of));
  const rules = [...(gate === null ? [] : [gate]), ...limits.map(({ rule }) => rule)];
  return [...new Set(rules)].map((rule) => {
    const owed = owedNow(world, rule, offer.offerId, rep.id);
    return { rule, message: refusalMessage(rule, language, owed) };
  });
}
