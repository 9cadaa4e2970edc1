/** What can be exported: the columns of each table and its rows, one at a time in the order in which they were written. */
import { plausibilityFlags, REGULAR_CLAIMS } from '../../server/claims/plausibility-rules.ts';
import type { Connection } from '../../server/platform/sqlite.ts';
import type { Cell } from './csv.ts';

export const EXPORTS = ['claims', 'leads', 'points'] as const;
export type ExportName = (typeof EXPORTS)[number];

export interface Rows {
  columns: readonly string[];
  count: number;
  /** Reads on as it is asked, from one instant: what is committed meanwhile is not in it. */
  rows: IterableIterator<Cell[]>;
}

/** Column → SQL. Times end in `At` and are ISO 8601 UTC. */
type Columns = Record<string, string>;

const iso = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;

const CLAIMS: Columns = {
  claimId: 'o.id',
  leadId: 'o.lead_id',
  company: 'l.company_name',
  repId: 'o.rep_id',
  repName: 'r.name',
  team: 'r.team',
  requestId: 'o.request_id',
  claimedAt: iso('o.started_at'),
  day: 'o.day',
  claimSpeedMs: 'o.claim_speed_ms',
  firstContactAt: iso('o.first_contact_at'),
  opportunityAt: iso('o.opportunity_at'),
  wonAt: iso('o.won_at'),
  revenue: 'o.revenue',
  endedAt: iso('o.ended_at'),
  endReason: 'o.end_reason',
};
const LEADS: Columns = {
  leadId: 'l.id',
  externalId: 'l.external_id',
  source: 'l.source',
  type: 'l.type',
  company: 'l.company_name',
  companySize: 'l.company_size',
  industry: 'l.industry',
  country: 'l.country',
  region: 'l.region',
  dealValue: 'l.deal_value',
  score: 'l.score',
  temperature: 'l.temperature',
  status: 'l.status',
  stage: 'l.stage',
  acceptedAt: iso('l.accepted_at'),
  forgottenAt: iso('l.forgotten_at'),
};
/** What `forget` deletes: asked for by name alone. */
const CONTACTS: Columns = {
  contactTitle: 'l.contact_title',
  contactName: `p.json ->> '$.name'`,
  contactEmail: `p.json ->> '$.email'`,
  contactPhone: `p.json ->> '$.phone'`,
};
const POINTS: Columns = {
  entryId: 'e.id',
  at: iso('e.at'),
  day: 'e.day',
  repId: 'e.rep_id',
  repName: 'r.name',
  team: 'r.team',
  rule: 'e.rule',
  points: 'e.points',
  leadId: 'e.lead_id',
  reversesEntryId: 'e.reverses',
};

interface Table {
  columns: Columns;
  count: string;
  from: string;
}

function tableOf(name: ExportName, withContacts: boolean): Table {
  switch (name) {
    case 'claims':
      return {
        columns: CLAIMS,
        count: `SELECT count(*) FROM ownerships WHERE via = 'claim'`,
        from: `ownerships o JOIN leads l ON l.id = o.lead_id LEFT JOIN reps r ON r.id = o.rep_id
          WHERE o.via = 'claim' ORDER BY o.rowid`,
      };
    case 'leads':
      return {
        columns: withContacts ? { ...LEADS, ...CONTACTS } : LEADS,
        count: 'SELECT count(*) FROM leads',
        from: `leads l LEFT JOIN lead_private p ON p.lead_id = l.id AND p.item = 'contact' ORDER BY l.rowid`,
      };
    case 'points':
      return {
        columns: POINTS,
        count: 'SELECT count(*) FROM point_entries',
        from: 'point_entries e LEFT JOIN reps r ON r.id = e.rep_id ORDER BY e.id',
      };
  }
}

/** `withContacts` is for leads; nothing else has contacts. */
export function rowsOf({ sqlite }: Connection, name: ExportName, withContacts: boolean): Rows {
  const { columns, count, from } = tableOf(name, withContacts);
  const select = Object.entries(columns).map(([column, sql]) => `${sql} AS ${column}`);
  sqlite.exec('BEGIN');
  const total = sqlite.prepare(count).pluck().get() as number;
  const rows = sqlite
    .prepare(`SELECT ${select.join(', ')} FROM ${from}`)
    .raw()
    .iterate() as IterableIterator<Cell[]>;
  const names = Object.keys(columns);
  if (name !== 'claims') return { columns: names, count: total, rows };
  return { columns: [...names, 'flags'], count: total, rows: flagged(names, rows) };
}

/** Adds what no thumb does; it remembers ten speeds a rep and nothing of the rows. */
function* flagged(names: readonly string[], rows: Iterable<Cell[]>): IterableIterator<Cell[]> {
  const [rep, speed] = [names.indexOf('repId'), names.indexOf('claimSpeedMs')];
  const latest = new Map<string, number[]>();
  for (const row of rows) {
    const [repId, speedMs] = [String(row[rep]), Number(row[speed] ?? 0)];
    const speeds = [...(latest.get(repId) ?? []), speedMs].slice(-REGULAR_CLAIMS);
    latest.set(repId, speeds);
    const flags = plausibilityFlags(speedMs, speeds);
    yield [...row, flags.join(' ') || null];
  }
}
