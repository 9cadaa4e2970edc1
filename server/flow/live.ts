/** What a manager watches now (DASH-08, DASH-09): offers in flight, leads nobody has called yet, how full reps are. */
import type { DueAt } from '../claims/ownership-reader.ts';
import type { OwnershipRow } from '../claims/ownership-store.ts';
import { OPEN_LEADS } from '../distribution/counter-rules.ts';
import { everyoneIn, type OpenOffer } from '../distribution/open-offers.ts';
import { reachOf } from '../distribution/reach-rules.ts';
import type { RepRow } from '../people/people-store.ts';
import { policyOf } from '../policy/policy-rules.ts';
import { notesOf } from './race-record.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;
/** Leads without a contact whose time ran out longer ago are no news: whoever has not called by then is not being waited for. */
const UNCONTACTED_DAYS = 30;
/** Rows looked at for one answer: finished leads, and those of other teams, are passed over. */
const UNCONTACTED_READ_MAX = 1000;
const UNCONTACTED_READ = 200;

const iso = (ms: number) => new Date(ms).toISOString();
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));

/** Sorts by the instant, then by the id; the cursor of both lists. */
function placeOf(atMs: number, id: string): string {
  return `${String(atMs).padStart(15, '0')}.${id}`;
}

/** @param includes whether a rep of this team is the reader's business */
interface Asked {
  includes(team: string | null): boolean;
  cursor?: string | undefined;
  limit: number;
}

/** The soonest to close first; one in which no rep of the reader's teams is, is none of the reader's. */
export function offersInFlight(world: World, { includes, cursor, limit }: Asked) {
  const isOwn = (repId: string) => includes(world.directory.rep(repId)?.team ?? null);
  const own = [...world.offers.all()]
    .filter((offer) => everyoneIn(offer).some(isOwn))
    .map((offer) => ({ offer, at: placeOf(offer.closesAtMs, offer.offerId) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const rest = cursor === undefined ? own : own.filter(({ at }) => at > cursor);
  return {
    asOf: iso(world.arbiter.nearlyNow()),
    open: own.length,
    items: rest.slice(0, limit).map(({ offer }) => offerInFlight(world, offer)),
    nextCursor: rest.length > limit ? (rest[limit - 1]?.at ?? null) : null,
  };
}

function offerInFlight(world: World, offer: OpenOffer) {
  const { reach, lanes } = reachOf(offer, notesOf(world, offer.offerId).receipts);
  const { offerId, leadId, pool, method, teamPool, facts } = offer;
  return {
    offerId,
    leadId,
    company: facts.company.name,
    source: facts.source,
    score: facts.score,
    temperature: facts.temperature,
    pool,
    method,
    teamPool,
    blind: offer.blind !== null,
    openedAt: iso(offer.openedAtMs),
    closesAt: iso(offer.closesAtMs),
    reach,
    lanes: lanes.map(({ opensAtMs, sentAtMs, ...lane }) => ({
      ...lane,
      opensAt: iso(opensAtMs),
      sentAt: isoOrNull(sentAtMs),
    })),
  };
}

/** Leads that somebody owns and has not contacted: whose time runs out, or ran out, first. */
export function uncontacted(world: World, { includes, cursor, limit }: Asked) {
  const nowMs = world.clock.nowMs();
  const fromMs = nowMs - UNCONTACTED_DAYS * DAY_MS;
  const items: ReturnType<typeof uncontactedLead>[] = [];
  let at = cursor;
  let more = true;
  for (let read = 0; more && items.length < limit && read < UNCONTACTED_READ_MAX; read += UNCONTACTED_READ) {
    const rows = world.owners.uncontacted({
      fromMs,
      after: at === undefined ? undefined : dueAtOf(at),
      limit: UNCONTACTED_READ,
    });
    more = rows.length === UNCONTACTED_READ;
    for (const row of rows) {
      if (items.length === limit) {
        more = true;
        break;
      }
      at = placeOf(row.firstContactDueAt, row.id);
      const rep = world.directory.rep(row.repId);
      if (rep === undefined || !includes(rep.team)) continue;
      if (world.leads.row(row.leadId)?.status === 'owned') items.push(uncontactedLead(world, row, rep));
    }
  }
  return { asOf: iso(nowMs), from: iso(fromMs), items, nextCursor: more ? (at ?? null) : null };
}

function dueAtOf(place: string): DueAt {
  const dot = place.indexOf('.');
  return { dueAt: Number(place.slice(0, dot)), id: place.slice(dot + 1) };
}

function uncontactedLead(
  world: World,
  { leadId, repId, via, startedAt, firstContactDueAt }: OwnershipRow,
  rep: RepRow,
) {
  const lead = world.leads.row(leadId);
  return {
    leadId,
    company: lead?.companyName ?? null,
    source: lead?.source ?? null,
    temperature: lead?.temperature ?? null,
    repId,
    repName: rep.name,
    team: rep.team,
    via,
    startedAt: iso(startedAt),
    dueAt: iso(firstContactDueAt),
  };
}

/** How full a rep is, and until when it is away; null: as many as there are, and not away. */
export function workloadOf(world: World, rep: RepRow) {
  const nowMs = world.clock.nowMs();
  const { policy } = world.policy.at(nowMs);
  const away = world.timeOff.of(rep.id).filter(({ fromAt, untilAt }) => fromAt <= nowMs && nowMs < untilAt);
  return {
    openLeads: world.counters.of(rep.id, OPEN_LEADS),
    maxOpenLeads: policyOf(policy, rep.team).competition.maxOpenLeads,
    awayUntil: away.length === 0 ? null : iso(Math.max(...away.map(({ untilAt }) => untilAt))),
  };
}
