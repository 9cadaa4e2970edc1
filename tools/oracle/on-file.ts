/** What the file says, read apart from the server: one read transaction, which no writer disturbs. */
import { type Connection, openReader } from '../../server/platform/sqlite.ts';

/** An offer and the claim that won it, if any; times in ms since 1970. */
export interface OfferOnFile {
  offerId: string;
  leadId: string;
  state: string;
  closeReason: string | null;
  /** The team pool that it is in; null: in none. */
  teamPool: string | null;
  winner: string | null;
  requestId: string | null;
  claimedAt: number | null;
  /** Null while the winner owns the lead. */
  ownedUntil: number | null;
}

const OFFER = `
  SELECT o.id AS offerId, o.lead_id AS leadId, o.state, o.close_reason AS closeReason, o.team_pool AS teamPool, w.rep_id AS winner,
    w.request_id AS requestId, w.started_at AS claimedAt, w.ended_at AS ownedUntil
  FROM offers o LEFT JOIN ownerships w ON w.offer_id = o.id AND w.via = 'claim'
  WHERE o.id = ?`;

const MEMBERS = `
  SELECT r.id FROM offer_lanes n, json_each(n.reps) m JOIN reps r ON r.num = m.value WHERE n.offer_id = ?
  UNION SELECT rep_id FROM offer_admissions WHERE offer_id = ?`;

/** A path, or a connection of the caller's own that is in no transaction. */
export type FileSource = string | Connection['sqlite'];

export class OnFile implements Disposable {
  readonly #sqlite: Connection['sqlite'];
  readonly #isOwn: boolean;
  readonly #offer;
  readonly #members;
  readonly #lead;

  constructor(source: FileSource) {
    this.#isOwn = typeof source === 'string';
    this.#sqlite = typeof source === 'string' ? openReader(source).sqlite : source;
    if (this.#isOwn) this.#sqlite.exec('BEGIN');
    this.#offer = this.#sqlite.prepare<[string], OfferOnFile>(OFFER);
    this.#members = this.#sqlite.prepare<[string, string], string>(MEMBERS).pluck();
    this.#lead = this.#sqlite.prepare<[string], number>('SELECT 1 FROM leads WHERE id = ?').pluck();
  }

  offer(offerId: string): OfferOnFile | undefined {
    return this.#offer.get(offerId);
  }

  hasLead(leadId: string): boolean {
    return this.#lead.get(leadId) !== undefined;
  }

  /** Everybody in a lane of it, open or not yet. */
  members(offerId: string): Set<string> {
    return new Set(this.#members.all(offerId, offerId));
  }

  openOffers(): { offerId: string; leadId: string }[] {
    return this.all(`SELECT id AS offerId, lead_id AS leadId FROM offers WHERE state = 'open' ORDER BY id`);
  }

  all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#sqlite.prepare<(string | number)[], T>(sql).all(...values);
  }

  *each<T>(sql: string, ...values: (string | number)[]): Iterable<T> {
    yield* this.#sqlite.prepare<(string | number)[], T>(sql).iterate(...values);
  }

  cell(key: string): number {
    const [row] = this.all<{ value: string }>('SELECT value FROM cell WHERE key = ?', key);
    return Number(row?.value ?? 0);
  }

  [Symbol.dispose](): void {
    if (this.#isOwn) this.#sqlite.close();
  }
}
