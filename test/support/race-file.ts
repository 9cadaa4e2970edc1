/** The database file of a race as a test reads it: its own SQL, none of the server's. */
import { openReader } from '../../server/platform/sqlite.ts';

export interface PointEntry {
  id: number;
  rule: string;
  repId: string;
  leadId: string | null;
  points: number;
  reverses: number | null;
  event: string;
}

export class RaceFile {
  readonly #sqlite: ReturnType<typeof openReader>['sqlite'];

  constructor(file: string) {
    this.#sqlite = openReader(file).sqlite;
  }

  all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#sqlite.prepare<(string | number)[], T>(sql).all(...values);
  }

  count(sql: string, ...values: (string | number)[]): number {
    return this.#sqlite
      .prepare(sql)
      .pluck()
      .get(...values) as number;
  }

  /** When the nearest timer after `nowMs` is due: those not later have had their turn. */
  nextDueMs(nowMs: number): number {
    const sql = 'SELECT min(due_at) FROM deadlines WHERE due_at > ?';
    return (this.count(sql, nowMs) as number | null) ?? Number.POSITIVE_INFINITY;
  }

  /** Kinds of the events of a lead, in order. */
  story(leadId: string): string[] {
    const sql = 'SELECT kind FROM events WHERE lead_id = ? ORDER BY seq';
    return this.all<{ kind: string }>(sql, leadId).map(({ kind }) => kind);
  }

  /** Entries of a rep, oldest first, each with the kind of the event that caused it. */
  points(repId: string): PointEntry[] {
    return this.all<PointEntry>(
      `SELECT p.id, p.rule, p.rep_id AS repId, p.lead_id AS leadId, p.points, p.reverses, e.kind AS event
       FROM point_entries p JOIN events e ON e.seq = p.event_seq WHERE p.rep_id = ? ORDER BY p.id`,
      repId,
    );
  }

  /** `+10 claimWithin60s` and so on, oldest first. */
  ledger(repId: string): string[] {
    return this.points(repId).map(({ points, rule }) => `${points > 0 ? '+' : ''}${points} ${rule}`);
  }

  balance(repId: string): number {
    return this.count('SELECT coalesce(sum(points), 0) FROM point_entries WHERE rep_id = ?', repId);
  }

  status(leadId: string): string {
    return this.count('SELECT status FROM leads WHERE id = ?', leadId) as unknown as string;
  }

  close(): void {
    this.#sqlite.close();
  }
}
