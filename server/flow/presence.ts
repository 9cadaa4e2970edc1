/**
 * Reps who come, go, pause and move, and what that does to offers that are open: a break or a leaver
 * raises the rep's gate (every offer is void for that rep at once), coming back is an admission, and a
 * newcomer is let into what is open. Leads that waited for somebody are routed at once.
 */
import { repRoom } from '../alerts/announcer.ts';
import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import { plannedTemperature } from '../distribution/blind-rules.ts';
import { laneForRep } from '../distribution/distribution-rules.ts';
import { weeklyRules } from '../distribution/fairness-rules.ts';
import { everyoneIn, type OpenOffer, placeOf } from '../distribution/open-offers.ts';
import { holdsPriorityWindow } from '../distribution/priority-windows-rules.ts';
import { placeInPool } from '../distribution/team-pool-rules.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import type { NewRepRow, RepRow } from '../people/people-store.ts';
import type { Policy } from '../policy/policy-rules.ts';
import { routeNamed } from '../routing/routing-rules.ts';
import { factsOfOffer } from './blind.ts';
import { gateOf, openLanesNobodyHolds } from './lanes.ts';
import { type OnboardingChange, onboardingChange } from './onboarding.ts';
import { withdrawOf } from './pausing.ts';
import { persist, settledOrSoon } from './persist.ts';
import { isBarredFrom, offerRepOf } from './routing.ts';
import { pastOf } from './showing.ts';
import { tellTier } from './tiering.ts';
import type { World } from './world.ts';

/** Waiting leads routed at once when somebody becomes available; the rest have their timers. */
const ROUTED_AT_ONCE_MAX = 1_000;

/** A newcomer's row, whole but for the number that the file gives it. */
export type WholeNewRep = Omit<RepRow, 'num'>;

export interface Presence {
  add(
    row: NewRepRow,
    actor: string,
    idempotency?: Idempotency,
  ): Promise<{ rep: RepRow } | { refused: 'emailTaken' | 'tooManyReps' }>;
  /**
   * Many at once, all or none; `line` says where each stood. Whose e-mail is taken stays as it is, and is in `existing`,
   * with the lines that are passed as such.
   */
  addAll(
    rows: { line: number; row: WholeNewRep }[],
    existing: number[],
    actor: string,
    idempotency?: Idempotency,
  ): Promise<{ added: { id: string; line: number }[]; existing: number[] } | { refused: 'tooManyReps' }>;
  change(
    repId: string,
    change: Partial<NewRepRow> & OnboardingChange,
    actor: string,
    idempotency?: Idempotency,
  ): Promise<{ rep: RepRow } | { refused: 'unknownRep' | 'tooManyReps' | 'untilOutOfRange' | 'unknownTask' }>;
  /** Looks again at what waits for somebody. */
  routeWaiting(): Promise<void>;
}

export function createPresence(
  world: World,
  timers: { ofWaitingLead(leadId: string): DeadlineRow | undefined; fire(row: DeadlineRow): Promise<void> },
): Presence {
  async function routeWaiting(): Promise<void> {
    for (const leadId of world.leads.waitingIds(ROUTED_AT_ONCE_MAX)) {
      const timer = timers.ofWaitingLead(leadId);
      if (timer !== undefined) await timers.fire(timer);
    }
  }

  async function came(...reps: RepRow[]): Promise<void> {
    for (const offer of world.offers.all()) {
      for (const rep of reps) await world.perLead.run(offer.leadId, () => admit(world, offer, rep));
    }
    await routeWaiting();
  }

  /** Into another team: out of what is open where that one's competition is paused (HEALTH-20), else into what is open to it. */
  async function moved(rep: RepRow): Promise<void> {
    const { team } = rep;
    const isPaused = team !== null && world.pauses.teamsAt(await world.arbiter.now()).has(team);
    if (isPaused) await withdrawOf(world, team);
    else await came(rep);
  }

  async function went(rep: RepRow, gate: 'notReady' | 'inactive'): Promise<void> {
    const raised = persist(
      world,
      () => world.arbiter.raise({ scope: 'rep', repId: rep.id }, gate),
      () => gateOf(world.directory.rep(rep.id)) === gate,
    );
    await settledOrSoon(world, raised);
    world.announcer.emit('pool:snapshot', [repRoom(rep.id)], world.alerts.snapshot(rep.id));
    await openLanesNobodyHolds(world, rep.id);
  }

  return {
    routeWaiting,
    async add(row, actor, idempotency) {
      const at = await world.arbiter.now();
      const { result, replayed } = await world.ledger.write('addRep', { row, actor, at }, idempotency);
      if ('refused' in result) return result;
      const rep = { ...result.rep, name: row.name, email: row.email };
      if (!replayed) {
        world.directory.putRep(rep);
        world.boards.refresh();
        await settledOrSoon(world, followed(came(rep)));
      }
      return { rep };
    },
    async addAll(rows, existing, actor, idempotency) {
      const at = await world.arbiter.now();
      const lines = rows.map(({ line }) => line);
      const order = { rows: rows.map(({ row }) => row), lines, existing, actor, at };
      const { result, replayed } = await world.ledger.write('addReps', order, idempotency);
      if ('refused' in result || replayed) return result;
      const byLine = new Map(rows.map(({ line, row }) => [line, row]));
      const reps = result.added.flatMap(({ num, line }) => {
        const row = byLine.get(line);
        return row === undefined ? [] : [{ ...row, num }];
      });
      for (const rep of reps) world.directory.putRep(rep);
      world.boards.refresh();
      await settledOrSoon(world, followed(came(...reps)));
      return result;
    },
    // One change of a rep at a time: of two at once, the second must see what the first has left.
    change: (repId, change, actor, idempotency) =>
      world.perLead.run(`rep:${repId}`, () => changeOne(repId, change, actor, idempotency)),
  };

  async function changeOne(
    repId: string,
    {
      readyToRace,
      extendOnboarding,
      onboardingTask,
      protectedAllocation,
      ...rest
    }: Partial<NewRepRow> & OnboardingChange,
    actor: string,
    idempotency?: Idempotency,
  ): ReturnType<Presence['change']> {
    const before = world.directory.rep(repId);
    const at = await world.arbiter.now();
    if (before === undefined) return { refused: 'unknownRep' };
    const asked = { readyToRace, extendOnboarding, onboardingTask, protectedAllocation };
    const decided = onboardingChange(world, before, asked, { actor, nowMs: at });
    if ('refused' in decided) return decided;
    const change = { ...rest, ...decided };
    const { result, replayed } = await world.ledger.write('changeRep', { repId, change, actor, at }, idempotency);
    if ('refused' in result) return result;
    const rep = { ...result.rep, name: before.name, email: before.email };
    // Said once already: what has been said since stands.
    if (replayed) return { rep };
    world.directory.putRep(rep);
    world.boards.refresh();
    const { tier } = rep;
    if (tier !== before.tier) {
      tellTier(world, { repId, from: before.tier, tier }, { cause: 'byHand', at, decided: null });
    }
    const gate = gateOf(rep);
    if (gate !== null && gate !== gateOf(before)) await settledOrSoon(world, followed(went(rep, gate)));
    if (gate === null && gateOf(before) === null && result.rep.team !== before.team) {
      await settledOrSoon(world, followed(moved(rep)));
    }
    if (gate === null && gateOf(before) !== null) {
      await settledOrSoon(world, followed(came(rep)));
      world.announcer.emit('pool:snapshot', [repRoom(repId)], world.alerts.snapshot(repId));
    }
    return { rep };
  }

  /** What follows a commit never decides its answer; a fault of it is for the log. */
  async function followed(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => world.log.error("a rep's change has not reached every offer", {}, error));
  }
}

/** ROUTE-26: whether the step that the offer was opened with is for this rep too. */
function isLetIn(world: World, offer: OpenOffer, policy: Policy, rep: RepRow, nowMs: number): boolean {
  const step = routeNamed(policy.routing, offer.rule)?.steps[offer.ruleStep];
  const lead = world.leads.row(offer.leadId);
  return (
    step === undefined ||
    lead === undefined ||
    !isBarredFrom(world, { policy, step, facts: factsOfOffer(world, policy, offer, lead) }, rep, nowMs)
  );
}

/** Lets a rep into one open offer: back into the own lane, or as a newcomer at the own tier's time. */
async function admit(world: World, offer: OpenOffer, rep: RepRow): Promise<void> {
  const held = placeOf(offer, rep.id);
  const { offerId, leadId } = offer;
  const nowMs = await world.arbiter.now();
  if (offer.teamPool === null && rep.team !== null && world.pauses.teamsAt(nowMs).has(rep.team)) return;
  if (held !== null) {
    await world.arbiter.admit({ offerId, repId: rep.id, lane: held.lane, opensAtMs: held.opensAtMs });
    return;
  }
  const { policy } = world.policy.version(offer.policyVersion) ?? world.policy.at(nowMs);
  if (!isLetIn(world, offer, policy, rep, nowMs)) return;
  const { openedAtMs } = offer;
  const members = everyoneIn(offer).map((id) => world.directory.rep(id));
  const hasHolder = members.some((member) => member && holdsPriorityWindow(policy, member, openedAtMs));
  const of = {
    ...offer,
    policy,
    temperature: plannedTemperature(offer.facts.temperature, offer.blind),
    hasHolder,
    weekly: weeklyRules({
      policy,
      temperature: offer.blind === null ? offer.facts.temperature : null,
      counterOf: world.counters.of,
      past: pastOf(world),
    }),
  };
  const offered = offerRepOf(policy, rep, openedAtMs);
  const place = offer.teamPool === null ? laneForRep(of, offered, nowMs) : placeInPool(of, offered);
  // A lane that opens before the rep's own tier may would let the rep in too early: not this offer then.
  if (place === null || place.opensAtMs > (offer.lanes[place.lane]?.opensAtMs ?? 0)) return;
  const opensAtMs = Math.max(place.opensAtMs, nowMs);
  const stands = await world.arbiter.admit({ offerId, repId: rep.id, lane: place.lane, opensAtMs });
  if (stands === null) return;
  const sentAtMs = stands <= nowMs ? nowMs : null;
  const { result: seq } = await world.ledger.write('admitRep', {
    offerId,
    leadId,
    repId: rep.id,
    lane: place.lane,
    opensAt: stands,
    sentAt: sentAtMs,
    at: nowMs,
  });
  if (seq === null) return;
  world.offers.admit(offerId, rep.id, { lane: place.lane, opensAtMs: stands, sentAtMs, seq });
  world.alerts.repAdmitted(offer, rep.id);
}
