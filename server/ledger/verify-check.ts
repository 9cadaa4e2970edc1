/** What a check of `verify` is. */
import type { Connection } from '../platform/sqlite.ts';

/** The read-only connection of the auditor. */
export type Auditor = Connection['sqlite'];

export interface Finding {
  name: string;
  /** The case in words: which rows, and what is wrong with them. */
  detail: string;
}

export interface Check {
  /** Of the contract's section 6; 0: the file itself. */
  invariant: number;
  /** Every name its findings may carry. */
  names: readonly [string, ...string[]];
  /** Yields one finding a violation and holds none: memory stays bounded whatever the file holds. */
  find(sqlite: Auditor): Iterable<Finding>;
}

/** A query with one column, the detail, for each violation of one name. */
export function rule(invariant: number, name: string, query: string): Check {
  return {
    invariant,
    names: [name],
    *find(sqlite) {
      for (const detail of sqlite.prepare(query).pluck().iterate()) {
        yield { name, detail: String(detail) };
      }
    },
  };
}
