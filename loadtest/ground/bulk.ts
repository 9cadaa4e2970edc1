/** Grows a seed to the size that is asked for, through the product's own tables, without its indexes meanwhile. */
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { type Copy, Cutter, type Maker, type Row, repIdOf, type Value } from './copies.ts';

export interface Growth {
  leads: number;
  reps: number;
  /** Reps of the seed; where more are asked for, it is copied as a team. */
  team: number;
}

/** A history of sixty days, a week apart: counters name their week by its Monday, which a copy's must be too. */
const HISTORY_WEEKS = 60;
/** Tables that hold leads, each with the column that says whose row it is. */
const TABLES: Record<string, 'id' | 'lead_id' | 'offer_id'> = {
  leads: 'id',
  lead_private: 'lead_id',
  offers: 'lead_id',
  offer_lanes: 'offer_id',
  offer_admissions: 'offer_id',
  ownerships: 'lead_id',
  events: 'lead_id',
  point_entries: 'lead_id',
  race_notes: 'offer_id',
  deadlines: 'lead_id',
};
type Numbers = 'events' | 'point_entries';
/** Columns that number rows, and whose: a copy's begin where those before it end. */
const NUMBERED: Record<string, Numbers> = {
  'events.seq': 'events',
  'point_entries.id': 'point_entries',
  'point_entries.event_seq': 'events',
  'point_entries.reverses': 'point_entries',
};
/** Rows a commit. */
const COPIES_A_COMMIT = 20;
/** Copies of open offers are numbered from here, beyond those of a history. */
const FIRST_OPEN = 500_000;
const OFFERED = `= 'offered'`;
const OVER = `<> 'offered'`;
const NO_SPAN: Span = { from: 0, count: 0, moved: 0 };
const SUMMED = /^(?!rep_id$|day$|name$)/;

/** The token that a rep of a grown file signs in with. */
export const tokenOf = (repId: string) => `sbr_rep_load-${repId}`;

interface Planted {
  insert: Database.Statement;
  rows: { makers: Maker[] }[];
}

/** Where the numbers of a seed's rows begin, how many there are, and by how much the next copy's are moved. */
interface Span {
  from: number;
  count: number;
  moved: number;
}

export class Bulk {
  readonly #sqlite: Database.Database;
  readonly #cutter = new Cutter();
  readonly #teamSize: number;
  #spans: Record<Numbers, Span> = { events: NO_SPAN, point_entries: NO_SPAN };

  /** @param file a seed, or what was grown from it, whose server has ended */
  constructor(file: string) {
    this.#sqlite = new Database(file);
    // Nobody needs it before it is whole: a power loss costs one growing.
    this.#sqlite.pragma('journal_mode = DELETE');
    this.#sqlite.pragma('journal_mode = OFF');
    this.#sqlite.pragma('synchronous = OFF');
    this.#sqlite.pragma('cache_size = -400000');
    this.#teamSize = this.#most('reps', 'num');
  }

  /** A history of two months. @param onStep how many copies are done, of how many */
  grow({ leads, reps }: Omit<Growth, 'team'>, onStep: (done: number, of: number) => void): void {
    const indexes = this.#dropIndexes();
    const teams = Math.max(1, Math.ceil(reps / this.#teamSize));
    this.#hire(teams);
    const copies = copiesOf(leads, this.#count(OVER), teams);
    this.#plant(OVER, copies, (done) => onStep(done, copies.length));
    this.#sum(copies);
    for (const sql of indexes) this.#sqlite.exec(sql);
    this.#close();
  }

  /** More offers that are open, of today and to the seed's own team. */
  open(openOffers: number): void {
    const copies = Math.ceil(openOffers / this.#count(OFFERED)) - 1;
    this.#plant(
      OFFERED,
      Array.from({ length: Math.max(0, copies) }, (_, n) => ({ number: FIRST_OPEN + n, daysBack: 0, team: 0 })),
    );
    this.#close();
  }

  #close(): void {
    this.#sqlite.pragma('journal_mode = WAL');
    this.#sqlite.close();
  }

  #count(status: string): number {
    return this.#sqlite.prepare(`SELECT count(*) FROM leads WHERE status ${status}`).pluck().get() as number;
  }

  #most(table: string, column: string): number {
    return (this.#sqlite.prepare(`SELECT max(${column}) FROM ${table}`).pluck().get() as number | null) ?? 0;
  }

  #dropIndexes(): string[] {
    const rows = this.#sqlite
      .prepare<[], { name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`,
      )
      .all();
    for (const { name } of rows) this.#sqlite.exec(`DROP INDEX "${name}"`);
    return rows.map(({ sql }) => sql);
  }

  /** Copies of the team, and for every rep a token that does not end. */
  #hire(teams: number): void {
    const team = this.#sqlite.prepare<[], Row>('SELECT * FROM reps ORDER BY num').all();
    const columns = Object.keys(team[0] as Row);
    const insert = this.#insertInto('reps', columns);
    const now = Date.now();
    this.#sqlite.exec(`DELETE FROM tokens; DELETE FROM deadlines WHERE kind = 'tokenExpires'`);
    const token = this.#insertInto('tokens', ['id', 'hash', 'role', 'subject_id', 'created_at']);
    this.#sqlite.transaction(() => {
      for (let copy = 0; copy < teams; copy++) {
        for (const rep of team) {
          const id = repIdOf(rep.id as string, copy);
          const num = (rep.num as number) + copy * this.#teamSize;
          const own: Row = { ...rep, id, num, name: `Rep ${num}`, email: `rep-${num}@sales.example` };
          if (copy > 0) insert.run(columns.map((column) => own[column] as Value));
          const hash = createHash('sha256').update(tokenOf(id)).digest('hex');
          token.run(id.replace('rep_', 'tok_'), hash, 'rep', id, now);
        }
      }
    })();
  }

  #plant(status: string, copies: readonly Copy[], onStep: (done: number) => void = () => undefined): void {
    this.#spans = {
      events: this.#span('events', 'seq', status),
      point_entries: this.#span('point_entries', 'id', status),
    };
    const planted = Object.entries(TABLES).map(([table, column]) => this.#planted(table, column, status));
    for (let from = 0; from < copies.length; from += COPIES_A_COMMIT) {
      this.#sqlite.transaction(() => {
        for (const copy of copies.slice(from, from + COPIES_A_COMMIT)) {
          for (const { insert, rows } of planted) {
            for (const { makers } of rows) insert.run(makers.map((make) => make(copy)));
          }
          for (const span of Object.values(this.#spans)) span.moved += span.count;
        }
      })();
      onStep(Math.min(copies.length, from + COPIES_A_COMMIT));
    }
  }

  /** Rows of other leads may stand between: their numbers stay free in the copies. */
  #span(table: Numbers, column: string, status: string): Span {
    const [from, to] = this.#sqlite
      .prepare(`SELECT min(${column}), max(${column}) FROM ${table}
        WHERE (SELECT l.status FROM leads l WHERE l.id = ${table}.lead_id) ${status}`)
      .raw()
      .get() as [number | null, number | null];
    return from === null || to === null
      ? { ...NO_SPAN }
      : { from, count: to - from + 1, moved: this.#most(table, column) + 1 };
  }

  #planted(table: string, column: 'id' | 'lead_id' | 'offer_id', status: string): Planted {
    const lead =
      column === 'offer_id' ? `(SELECT f.lead_id FROM offers f WHERE f.id = ${table}.offer_id)` : `${table}.${column}`;
    const rows = this.#sqlite
      .prepare<[], Row>(`SELECT * FROM ${table} WHERE (SELECT l.status FROM leads l WHERE l.id = ${lead}) ${status}`)
      .all();
    const columns = this.#sqlite.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[];
    return {
      insert: this.#insertInto(table, columns),
      rows: rows.map((row) => ({ makers: columns.map((name) => this.#maker(table, name, row[name] as Value)) })),
    };
  }

  #maker(table: string, column: string, value: Value): Maker {
    const numbered = NUMBERED[`${table}.${column}`];
    if (numbered !== undefined && typeof value === 'number') {
      const span = this.#spans[numbered];
      return () => value - span.from + span.moved;
    }
    if (table === 'offer_lanes' && column === 'reps') {
      const nums = JSON.parse(value as string) as number[];
      return ({ team }) => JSON.stringify(nums.map((num) => num + team * this.#teamSize));
    }
    return this.#cutter.maker(value);
  }

  /** Sums a rep and day, and counters: the seed's, as often as it was copied for that team and day. */
  #sum(copies: readonly Copy[]): void {
    const times = new Map<string, { copy: Copy; count: number }>();
    for (const copy of copies) {
      const key = `${copy.team} ${copy.daysBack}`;
      const entry = times.get(key) ?? { copy, count: 0 };
      entry.count++;
      times.set(key, entry);
    }
    for (const table of ['counters', 'rep_days']) {
      const rows = this.#sqlite.prepare<[], Row>(`SELECT * FROM ${table}`).all();
      const columns = Object.keys(rows[0] ?? {});
      if (rows.length === 0) continue;
      // A counter without a period is the same row for every day.
      const added = table === 'counters' ? ' ON CONFLICT DO UPDATE SET value = value + excluded.value' : '';
      const insert = this.#insertInto(table, columns, added);
      this.#sqlite.transaction(() => {
        for (const { copy, count } of times.values()) {
          for (const row of rows) insert.run(columns.map((name) => this.#summed(row, name, copy, count)));
        }
      })();
    }
  }

  #summed(row: Row, column: string, copy: Copy, count: number): Value {
    const value = row[column] as Value;
    const made = this.#cutter.maker(value)(copy);
    const isSum = typeof value === 'number' && made === value && SUMMED.test(column);
    return isSum ? value * count : made;
  }

  #insertInto(table: string, columns: readonly string[], otherwise = ''): Database.Statement {
    const names = columns.map((name) => `"${name}"`).join(', ');
    return this.#sqlite.prepare(
      `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})${otherwise}`,
    );
  }
}

/** As many copies beside the seed itself as make so many leads; the oldest first, so that numbers grow with time. */
function copiesOf(wanted: number, inSeed: number, teams: number): Copy[] {
  const all = inSeed === 0 ? 0 : Math.ceil(wanted / inSeed);
  return Array.from({ length: Math.max(0, all - 1) }, (_, n) => {
    const number = n + 1;
    return { number, daysBack: 7 * (HISTORY_WEEKS - Math.floor((number * HISTORY_WEEKS) / all)), team: number % teams };
  });
}
