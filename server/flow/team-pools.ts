/**
 * Team pools (DIST-08, DIST-09): any member works a lead of the pool. With `firstContact` the first who calls or writes
 * becomes its owner in the commit that logs it; `shared` leads are everybody's until one member closes them, and the lead
 * is that member's. A lead that nobody works is told of by its offer's own closing time.
 */
import { roomAgainst, roomLimits } from '../distribution/fairness-rules.ts';
import { type OpenOffer, placeOf } from '../distribution/open-offers.ts';
import { localDay } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import type { RepRow } from '../people/people-store.ts';
import { type Policy, zoneOf } from '../policy/policy-rules.ts';
import type { TeamPool } from '../policy/routing-policy.ts';
import { sameText } from '../routing/condition-rules.ts';
import { ASSIGN_TRIES_MAX, announceAssignment, heldWhile } from './assigning.ts';
import { announceCredit } from './crediting.ts';
import { gateOf } from './lanes.ts';
import { ruledRepOf } from './routing.ts';
import { winnerName } from './settlement.ts';
import { FINISHED } from './transactions/counting.ts';
import { OUTBOUND } from './transactions/owning.ts';
import type { WorkPoolArgs, WorkPoolResult } from './transactions/pooling.ts';
import type { World } from './world.ts';

export type PoolAnswer =
  | { refused: string; owner?: { id: string; name: string | null } }
  | Exclude<WorkPoolResult, { refused: string }>;

/** The lead's place in a pool of which the rep is a member; undefined: none, or it is in no pool. */
export function poolOfferOf(world: World, leadId: string, repId: string): OpenOffer | undefined {
  const offer = world.offers.ofLead(leadId);
  return offer !== undefined && offer.teamPool !== null && placeOf(offer, repId) !== null ? offer : undefined;
}

/** What the pool was like when the lead came into it. */
function settingsOf(world: World, { teamPool, policyVersion }: OpenOffer): TeamPool | undefined {
  const { policy } = world.policy.version(policyVersion) ?? world.policy.latest();
  return policy.routing.teamPools[teamPool ?? ''];
}

/** Since when the lead stands in this pool without a break: an alarm puts it up again. */
export function pooledSince(world: World, offer: OpenOffer): number {
  let since = offer.openedAtMs;
  for (const { offer: before } of world.offersOnFile.ofLead(offer.leadId)) {
    if (before.id === offer.offerId) continue;
    if (before.teamPool !== offer.teamPool || before.closeReason !== 'expired') break;
    since = before.openedAt;
  }
  return since;
}

/** Whether a member has reached out since that instant. A first contact that made an owner ends the place in the pool. */
export function isWorked(world: World, leadId: string, sinceMs: number): boolean {
  return contactsOf(world, leadId).some(({ at }) => at >= sinceMs);
}

/** Leads of team pools that nobody has worked since somebody was last told so. */
export function unworkedOffers(world: World): OpenOffer[] {
  return [...world.offers.all()].filter((offer) => {
    if (offer.teamPool === null) return false;
    const since = pooledSince(world, offer);
    return since < offer.openedAtMs && !isWorked(world, offer.leadId, since);
  });
}

/** A pool as its members and managers see it: its leads, the oldest first. Null: no rule names such a pool. */
export function teamPoolView(world: World, pool: string) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const settings = Object.hasOwn(policy.routing.teamPools, pool) ? policy.routing.teamPools[pool] : undefined;
  if (settings === undefined) return null;
  const items = [...world.offers.all()]
    .filter((offer) => offer.teamPool === pool)
    .map((offer) => {
      const since = pooledSince(world, offer);
      const { leadId, offerId, facts } = offer;
      const worked = [
        ...new Set(
          contactsOf(world, leadId)
            .filter(({ at }) => at >= since)
            .map(({ repId }) => repId),
        ),
      ];
      const { company, source, score, temperature } = facts;
      const ageSeconds = Math.floor((nowMs - since) / 1000);
      const alarm = since < offer.openedAtMs && worked.length === 0;
      return {
        leadId,
        offerId,
        company,
        source,
        score,
        temperature,
        since: iso(since),
        ageSeconds,
        workedBy: worked,
        alarm,
      };
    })
    .sort((a, b) => b.ageSeconds - a.ageSeconds || b.score - a.score)
    .slice(0, LISTED_MAX);
  return { pool, ...settings, items, nextCursor: null };
}

const LISTED_MAX = 500;
const iso = (ms: number) => new Date(ms).toISOString();

/** Who worked how many of the leads that came into a pool in a span (DIST-09): members who worked none are in it too. */
export function contributions(world: World, pool: string, span: { fromMs: number; untilMs: number }) {
  const { policy } = world.policy.at(world.clock.nowMs());
  const settings = Object.hasOwn(policy.routing.teamPools, pool) ? policy.routing.teamPools[pool] : undefined;
  if (settings === undefined) return null;
  const leadIds = world.offersOnFile.leadsOfPool(pool, span, LEADS_REPORTED_MAX);
  const by = new Map<string, { worked: number; contacts: number; owned: number }>();
  const of = (repId: string) => {
    const own = by.get(repId) ?? { worked: 0, contacts: 0, owned: 0 };
    by.set(repId, own);
    return own;
  };
  for (const rep of world.directory.reps()) if (rep.active && isInTeam(rep, settings)) of(rep.id);
  let unworked = 0;
  for (const leadId of leadIds) {
    const contacts = contactsOf(world, leadId).filter(({ at }) => at >= span.fromMs);
    if (contacts.length === 0) unworked += 1;
    for (const { repId } of contacts) of(repId).contacts += 1;
    for (const repId of new Set(contacts.map((contact) => contact.repId))) of(repId).worked += 1;
    for (const owner of world.owners.ofLead(leadId)) if (owner.method === 'pool') of(owner.repId).owned += 1;
  }
  const items = [...by].map(([repId, figures]) => ({
    repId,
    repName: world.directory.rep(repId)?.name ?? null,
    ...figures,
  }));
  items.sort((a, b) => b.worked - a.worked || (a.repId < b.repId ? -1 : 1));
  return {
    pool,
    from: iso(span.fromMs),
    until: iso(span.untilMs),
    leads: leadIds.length,
    unworked,
    items,
    nextCursor: null,
  };
}

/** The newest; each is read with its activities. */
const LEADS_REPORTED_MAX = 2_000;

const isInTeam = ({ team }: RepRow, settings: TeamPool) => team !== null && sameText(team, settings.team);

/** Whether the rep is of the team that works the pool; null: there is no such pool. */
export function worksPool(world: World, pool: string, rep: RepRow | undefined): boolean | null {
  const { policy } = world.policy.at(world.clock.nowMs());
  const settings = Object.hasOwn(policy.routing.teamPools, pool) ? policy.routing.teamPools[pool] : undefined;
  if (settings === undefined) return null;
  return rep !== undefined && isInTeam(rep, settings);
}

/** A lead has seldom more. */
const ACTIVITIES_READ_MAX = 200;

/** Who reached out to a lead, and when, the newest first. */
export function contactsOf(world: World, leadId: string): { repId: string; at: number }[] {
  return world.events
    .newestOfLead(leadId, ['lead.contacted', 'lead.activity'], ACTIVITIES_READ_MAX)
    .filter(({ data }) => OUTBOUND.has((JSON.parse(data) as { kind: string }).kind))
    .map(({ repId, at }) => ({ repId: repId ?? '', at }));
}

/** Who was first, for a member who comes after: a colleague, and no stranger. Null: this was no pool of the rep's. */
export function takenBy(world: World, leadId: string, repId: string): { id: string; name: string | null } | null {
  const owner = world.owners.live(leadId);
  const [last] = world.offersOnFile.ofLead(leadId);
  if (owner?.method !== 'pool' || last === undefined || last.offer.teamPool === null) return null;
  const num = world.directory.rep(repId)?.num ?? -1;
  const isMember =
    last.admissions.some((admitted) => admitted.repId === repId) ||
    last.lanes.some(({ reps }) => (JSON.parse(reps) as number[]).includes(num));
  return isMember ? { id: owner.repId, name: winnerName(world, owner.repId, last.offer.policyVersion) } : null;
}

/** An activity or a stage of a lead that is in a pool. One member at a time: the caller holds the lead's turn. */
export async function workInPool(
  world: World,
  order: { leadId: string; repId: string; work: WorkPoolArgs['work']; policy: Policy },
  idempotency?: Idempotency,
): Promise<{ result: PoolAnswer; replayed: boolean }> {
  for (let tries = 0; tries < ASSIGN_TRIES_MAX; tries++) {
    const answer = await tryToWork(world, order, idempotency);
    if (answer !== null) return answer;
  }
  return { result: { refused: 'busy' }, replayed: false };
}

async function tryToWork(
  world: World,
  order: { leadId: string; repId: string; work: WorkPoolArgs['work']; policy: Policy },
  idempotency?: Idempotency,
): Promise<{ result: PoolAnswer; replayed: boolean } | null> {
  const { leadId, repId, work, policy } = order;
  const refused = (why: string) => ({ result: { refused: why }, replayed: false });
  const offer = poolOfferOf(world, leadId, repId);
  const rep = world.directory.rep(repId);
  if (offer === undefined || rep === undefined) return lateAnswer(world, leadId, repId);
  const isShared = settingsOf(world, offer)?.ownership === 'shared';
  const takes = 'stage' in work ? FINISHED.has(work.stage.stage) : !isShared && OUTBOUND.has(work.activity.kind);
  if ('stage' in work && !isShared) return refused('notOwner');
  const gate = gateOf(rep);
  if (gate !== null) return refused(gate);
  const { offerId } = offer;
  if (!takes) {
    const written = await world.ledger.write('workPool', { offerId, work, take: null }, idempotency);
    return told(world, written, null);
  }
  const nowMs = 'stage' in work ? work.stage.at : work.activity.at;
  const ruled = ruledRepOf(policy, rep);
  const full = roomAgainst(policy, ruled, nowMs, world.counters.of);
  if (full !== null) return refused(full);
  const closes = { offerId, reason: 'assigned' as const, deadlineId: null };
  const ownershipId = newId('own', nowMs, world.random);
  const temperature = world.leads.row(leadId)?.temperature ?? 'hot';
  const take = {
    leadId,
    ownershipId,
    repId,
    via: 'rotation' as const,
    method: 'pool' as const,
    rule: offer.rule,
    leftOut: null,
    actor: `rep:${repId}`,
    reason: null,
    at: nowMs,
    day: localDay(nowMs, zoneOf(policy, rep)),
    from: null,
    limits: roomLimits(policy, ruled, nowMs),
    firstContactMs: policy.sla.firstContactSeconds[temperature] * 1000,
    closes,
  };
  const waited = 'activity' in work ? { activity: { ...work.activity, waitedSince: pooledSince(world, offer) } } : work;
  const written = await heldWhile(world, offer, { repId, ownershipId, nowMs }, () =>
    world.ledger.write('workPool', { offerId, work: waited, take }, idempotency),
  );
  const assigned = { leadId, repId, via: 'rotation' as const, takesTurn: false, leftOut: null, closes, nowMs };
  return written === null ? null : told(world, written, assigned);
}

/** Memory first, in the turn in which the commit is known, then everybody concerned. */
async function told(
  world: World,
  written: { result: WorkPoolResult; replayed: boolean },
  assigned: Parameters<typeof announceAssignment>[1] | null,
): Promise<{ result: PoolAnswer; replayed: boolean }> {
  const { result, replayed } = written;
  if ('refused' in result || replayed) return written;
  const { taken } = result;
  const announced = taken === null || assigned === null ? null : announceAssignment(world, assigned, taken);
  const counting = world.counting.committed(result.seq, result.counted);
  announceCredit(world, result);
  await Promise.all([announced, counting]);
  return written;
}

function lateAnswer(world: World, leadId: string, repId: string): { result: PoolAnswer; replayed: boolean } {
  const owner = takenBy(world, leadId, repId);
  return { result: owner === null ? { refused: 'notOwner' } : { refused: 'taken', owner }, replayed: false };
}
