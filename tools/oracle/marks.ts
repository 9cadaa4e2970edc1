/** Facts are only ever added: what the record held at a mark, it holds for ever. */
import { createHash, type Hash } from 'node:crypto';
import type { Mark } from './line.ts';
import { OnFile } from './on-file.ts';

interface Row {
  n: number;
}

/** A digest of one append-only table, carried on from where it stood. */
class TableDigest {
  last = 0;
  readonly #hash: Hash = createHash('sha256');
  readonly #sql: string;

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** @param upTo the last row to count in; left out, all there are */
  advance(file: OnFile, upTo = Number.MAX_SAFE_INTEGER): string {
    for (const row of file.each<Row>(this.#sql, this.last, upTo)) {
      this.#hash.update(JSON.stringify(row));
      this.last = row.n;
    }
    return this.#hash.copy().digest('hex');
  }
}

const eventsDigest = () => new TableDigest('SELECT seq AS n, * FROM events WHERE seq > ? AND seq <= ? ORDER BY seq');
const entriesDigest = () =>
  new TableDigest('SELECT id AS n, * FROM point_entries WHERE id > ? AND id <= ? ORDER BY id');

/** Marks one file again and again; each time only what is new is read. */
export class Marker {
  readonly #path: string;
  readonly #events = eventsDigest();
  readonly #entries = entriesDigest();

  constructor(path: string) {
    this.#path = path;
  }

  mark(): Mark {
    using file = new OnFile(this.#path);
    return this.markOn(file);
  }

  /** The same within a read that is under way. */
  markOn(file: OnFile): Mark {
    const digest = `${this.#events.advance(file)} ${this.#entries.advance(file)}`;
    return {
      generation: file.cell('generation'),
      epoch: file.cell('arbiterEpoch'),
      lastEvent: this.#events.last,
      lastEntry: this.#entries.last,
      digest,
    };
  }
}

/** Reads the record once and tells which marks it no longer bears out. */
export class PrefixCheck {
  readonly #file: OnFile;
  readonly #marks: readonly Mark[];

  constructor(file: OnFile, marks: readonly Mark[]) {
    this.#file = file;
    this.#marks = marks;
  }

  changed(): Mark[] {
    const events = eventsDigest();
    const entries = entriesDigest();
    return this.#marks.filter((mark) => {
      const digest = `${events.advance(this.#file, mark.lastEvent)} ${entries.advance(this.#file, mark.lastEntry)}`;
      return digest !== mark.digest;
    });
  }
}
