/**
 * What the boards must show, counted again from the events on file in the plainest way: ownership by
 * ownership, by the rules of the presets. It shares nothing with what the server sums up.
 */
import type { RaceFile } from './race-file.ts';

interface Held {
  repId: string;
  claimed: boolean;
  startedAt: number;
  /** Null: of a queue, which alerts nobody. */
  speedMs: number | null;
  contactAt: number | null;
  opportunity: boolean;
  won: boolean;
  revenue: number;
}

interface FileEvent {
  at: number;
  kind: string;
  repId: string;
  data: string;
}

export type Recount = Record<string, Record<string, number>>;

const QUICK_CLAIM_MS = 60_000;
const QUICK_CONTACT_MS = 300_000;

/** The ownerships that were neither given back nor taken away, as their events leave them. */
function standing(file: RaceFile): Held[] {
  const held = new Map<string, Held>();
  const sql = 'SELECT at, kind, rep_id AS repId, data FROM events ORDER BY seq';
  for (const { at, kind, repId, data } of file.all<FileEvent>(sql)) {
    const facts = JSON.parse(data);
    const own = held.get(facts.ownershipId);
    if (kind === 'lead.released') held.delete(facts.ownershipId);
    if (kind === 'lead.assigned') held.delete(facts.endedOwnershipId);
    if (kind === 'lead.claimed' || kind === 'lead.assigned') {
      held.set(facts.ownershipId, {
        repId,
        claimed: kind === 'lead.claimed',
        startedAt: at,
        speedMs: facts.claimSpeedMs ?? null,
        contactAt: null,
        opportunity: false,
        won: false,
        revenue: 0,
      });
    }
    if (own === undefined) continue;
    // A clock that was set back meanwhile: nobody answers before the lead is theirs.
    if (kind === 'lead.contacted') own.contactAt = Math.max(at, own.startedAt);
    if (kind === 'lead.stage') {
      const kept = ['won', 'lost'].includes(facts.stage) && own.opportunity;
      own.opportunity = facts.stage === 'opportunity' || kept;
      own.won = facts.stage === 'won';
      own.revenue = own.won ? (facts.revenue ?? 0) : 0;
    }
  }
  return [...held.values()];
}

function pointsOf(own: Held): number {
  const quick = own.claimed && own.speedMs !== null && own.speedMs <= QUICK_CLAIM_MS ? 10 : 0;
  const inTime = own.contactAt !== null && own.contactAt - own.startedAt <= QUICK_CONTACT_MS;
  return quick + (inTime ? 25 : 0) + (own.opportunity ? 50 : 0) + (own.won ? 200 : 0);
}

/** Metric → rep → value of all time, where a rate counts from the first claim; who has none is not there. */
export function recount(file: RaceFile): Recount {
  const all = standing(file);
  const byRep = (value: (own: Held[]) => number | null): Record<string, number> => {
    const values: Record<string, number> = {};
    for (const repId of new Set(all.map((own) => own.repId))) {
      const found = value(all.filter((own) => own.repId === repId));
      if (found !== null) values[repId] = found;
    }
    return values;
  };
  const above0 = (sum: number) => (sum > 0 ? sum : null);
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const mean = (numbers: number[]) => (numbers.length === 0 ? null : Math.round(sum(numbers) / numbers.length));
  return {
    points: byRep((own) => above0(sum(own.map(pointsOf)))),
    claims: byRep((own) => above0(own.filter(({ claimed }) => claimed).length)),
    opportunities: byRep((own) => above0(own.filter(({ opportunity }) => opportunity).length)),
    conversion: byRep((own) => {
      const claims = own.filter(({ claimed }) => claimed);
      const converted = claims.filter(({ opportunity, won }) => opportunity || won);
      return claims.length === 0 ? null : converted.length / claims.length;
    }),
    revenue: byRep((own) => above0(sum(own.map(({ revenue }) => revenue)))),
    claimSpeed: byRep((own) =>
      mean(own.flatMap(({ claimed, speedMs }) => (claimed && speedMs !== null ? [speedMs] : []))),
    ),
    responseSpeed: byRep((own) =>
      mean(own.flatMap(({ contactAt, startedAt }) => (contactAt === null ? [] : [contactAt - startedAt]))),
    ),
  };
}

/** Leads that are not in one place exactly: offered, owned, finished, or waiting for a timer that exists. */
export function lostLeads(file: RaceFile): object[] {
  return file.all<object>(`
    WITH places AS (
      SELECT l.id, l.status, l.stage,
        (SELECT count(*) FROM offers o WHERE o.lead_id = l.id AND o.state = 'open') AS offers,
        (SELECT count(*) FROM ownerships w WHERE w.lead_id = l.id AND w.ended_at IS NULL) AS owners,
        (SELECT count(*) FROM deadlines d WHERE d.lead_id = l.id AND d.kind = 'routeAgain') AS timers,
        (SELECT count(*) FROM deadlines d JOIN offers o ON o.id = d.offer_id
          WHERE o.lead_id = l.id AND o.state = 'open' AND d.kind = 'offerExpires') AS expiries
      FROM leads l)
    SELECT * FROM places WHERE NOT (
      (status = 'offered' AND offers = 1 AND owners = 0 AND timers = 0 AND expiries = 1)
      OR (status = 'owned' AND offers = 0 AND owners = 1 AND timers = 0)
      OR (status = 'finished' AND offers = 0 AND owners = 1 AND stage IN ('won', 'lost', 'disqualified'))
      OR (status = 'waiting' AND offers = 0 AND owners = 0 AND timers = 1))`);
}
