/**
 * The current-state tables, folded anew from what was appended: compared with what is there, and with
 * `write` put right, in one transaction. Linear in the record; what is held is one lead, a page of
 * entries, and the sums of the reps.
 *
 * Not touched, because they are not folds: the record itself (events, point entries), what was given at
 * the opening of an offer (limits, lanes' reps), people, policies, personal data, race notes.
 */
import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { counters } from '../claims/schema.ts';
import { offers } from '../distribution/schema.ts';
import type { Random } from '../kernel/random.ts';
import type { RepDay } from '../leaderboard/day-sums.ts';
import { repDays } from '../leaderboard/schema.ts';
import { events } from '../ledger/schema.ts';
import { reps } from '../people/schema.ts';
import type { Connection } from '../platform/sqlite.ts';
import { assists, pointEntries } from '../points/schema.ts';
import { compareRows, type Difference } from './rebuild-compare.ts';
import { foldAssist, foldLead, foldPoints } from './rebuild-fold.ts';
import { LeadRebuilder } from './rebuild-lead.ts';
import { RepTotals } from './rebuild-totals.ts';

export interface Rebuild {
  /** Nothing differed. */
  same: boolean;
  /** How many differences there are; `differences` holds the first of them. */
  count: number;
  differences: Difference[];
  /** Differences that no event can put right. */
  lost: number;
  counted: { leads: number; events: number; pointEntries: number };
}

export interface RebuildOptions {
  /** False: compares, and writes nothing. */
  write: boolean;
  nowMs: number;
  random: Random;
  onProgress?: (done: number, of: number) => void;
}

/** Differences told in full; the rest is counted. */
const DIFFERENCES_TOLD = 100;
const LEADS_PER_PAGE = 200;
const ENTRIES_PER_PAGE = 2_000;

class Findings {
  count = 0;
  lost = 0;
  readonly told: Difference[] = [];

  add(differences: readonly Difference[]): boolean {
    this.count += differences.length;
    for (const difference of differences) {
      if (difference.lost) this.lost++;
      if (this.told.length < DIFFERENCES_TOLD) this.told.push(difference);
    }
    return differences.length > 0;
  }
}

/** @throws RecordError when the record contradicts itself; nothing is written then. */
export function rebuild(connection: Connection, options: RebuildOptions): Rebuild {
  const { sqlite } = connection;
  sqlite.exec(options.write ? 'BEGIN IMMEDIATE' : 'BEGIN');
  try {
    const result = run(connection, options);
    sqlite.exec(options.write ? 'COMMIT' : 'ROLLBACK');
    return result;
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

function run(connection: Connection, options: RebuildOptions): Rebuild {
  const findings = new Findings();
  const totals = new RepTotals();
  const counted = { leads: 0, events: 0, pointEntries: 0 };
  rebuildLeads(connection, options, totals, findings, counted);
  dropStrays(connection, options, findings);
  foldRest(connection, totals, counted);
  rebuildTotals(connection, options, totals, findings);
  const { count, told, lost } = findings;
  return { same: count === 0, count, differences: told, lost, counted };
}

function rebuildLeads(
  { sqlite, db }: Connection,
  { write, nowMs, random, onProgress }: RebuildOptions,
  totals: RepTotals,
  findings: Findings,
  counted: Rebuild['counted'],
): void {
  const page = sqlite
    .prepare<[string], string>(
      `SELECT DISTINCT lead_id FROM events WHERE lead_id > ? ORDER BY lead_id LIMIT ${LEADS_PER_PAGE}`,
    )
    .pluck();
  const eventsOf = db
    .select()
    .from(events)
    .where(eq(events.leadId, sql.placeholder('leadId')))
    .orderBy(asc(events.seq))
    .prepare();
  const offerById = db
    .select({ id: offers.id, increments: offers.increments })
    .from(offers)
    .where(eq(offers.id, sql.placeholder('id')))
    .prepare();
  const of = sqlite.prepare('SELECT count(*) FROM leads').pluck().get() as number;
  const leadRebuilder = new LeadRebuilder(db, random);
  for (let after = ''; ; ) {
    const leadIds = page.all(after);
    for (const leadId of leadIds) {
      const ofLead = eventsOf.all({ leadId });
      const lead = foldLead(leadId, ofLead, totals, (id) => offerById.get({ id }));
      if (findings.add(leadRebuilder.compare(lead)) && write) leadRebuilder.write(lead, nowMs);
      counted.leads++;
      counted.events += ofLead.length;
    }
    onProgress?.(counted.leads, Math.max(of, counted.leads));
    if (leadIds.length < LEADS_PER_PAGE) return;
    after = leadIds[leadIds.length - 1]!;
  }
}

/** Rows about leads of which the record knows nothing. */
function dropStrays({ sqlite }: Connection, { write }: RebuildOptions, findings: Findings): void {
  for (const table of ['ownerships', 'deadlines'] as const) {
    const strays = sqlite
      .prepare<[], string>(
        `SELECT id FROM ${table} t WHERE lead_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM events e WHERE e.lead_id = t.lead_id)`,
      )
      .pluck()
      .all();
    findings.add(strays.map((key) => ({ table, key, column: null, stored: 'a row', rebuilt: null })));
    if (!write) continue;
    const drop = sqlite.prepare(`DELETE FROM ${table} WHERE id = ?`);
    for (const id of strays) drop.run(id);
  }
}

/** Help that has no lead, and every point entry. */
function foldRest({ db }: Connection, totals: RepTotals, counted: Rebuild['counted']): void {
  const assisting = inArray(events.kind, ['assist.asked', 'assist.confirmed']);
  for (let after = 0; ; ) {
    const page = db
      .select()
      .from(events)
      .where(and(isNull(events.leadId), assisting, gt(events.seq, after)))
      .orderBy(asc(events.seq))
      .limit(ENTRIES_PER_PAGE)
      .all();
    for (const event of page) foldAssist(event, totals);
    counted.events += page.length;
    if (page.length < ENTRIES_PER_PAGE) break;
    after = page[page.length - 1]!.seq;
  }
  for (let after = 0; ; ) {
    const page = db
      .select()
      .from(pointEntries)
      .where(gt(pointEntries.id, after))
      .orderBy(asc(pointEntries.id))
      .limit(ENTRIES_PER_PAGE)
      .all();
    for (const row of page) foldPoints(row, totals);
    counted.pointEntries += page.length;
    if (page.length < ENTRIES_PER_PAGE) break;
    after = page[page.length - 1]!.id;
  }
}

function rebuildTotals({ db }: Connection, { write }: RebuildOptions, totals: RepTotals, findings: Findings): void {
  const days = [...totals.days].flatMap(([repId, ofRep]) =>
    [...ofRep].map(([day, sums]): RepDay => ({ repId, day, ...sums })),
  );
  if (
    findings.add(
      compareRows('rep_days', ({ repId, day }) => `${repId} ${day}`, db.select().from(repDays).all(), days),
    ) &&
    write
  ) {
    db.delete(repDays).run();
    for (const row of days) db.insert(repDays).values(row).run();
  }
  const counts = [...totals.counters].flatMap(([repId, own]) =>
    [...own].map(([name, value]) => ({ repId, name, value })),
  );
  if (
    findings.add(
      compareRows('counters', ({ repId, name }) => `${repId} ${name}`, db.select().from(counters).all(), counts),
    ) &&
    write
  ) {
    db.delete(counters).run();
    for (const row of counts) db.insert(counters).values(row).run();
  }
  const helped = [...totals.assists.values()];
  if (findings.add(compareRows('assists', ({ id }) => id, db.select().from(assists).all(), helped)) && write) {
    db.delete(assists).run();
    for (const row of helped) db.insert(assists).values(row).run();
  }
  const people = db.select({ id: reps.id, lastAssignedAt: reps.lastAssignedAt }).from(reps).all();
  const turns = people.map(({ id }) => ({ id, lastAssignedAt: totals.lastAssignedAt.get(id) ?? 0 }));
  if (findings.add(compareRows('reps', ({ id }) => id, people, turns)) && write) {
    for (const { id, lastAssignedAt } of turns) db.update(reps).set({ lastAssignedAt }).where(eq(reps.id, id)).run();
  }
}
