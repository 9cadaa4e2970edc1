/** The database file as a stranger reads it: whole tables, beside the running server. */
import { openReader } from '../../server/platform/sqlite.ts';

export type Row = Record<string, unknown>;

/** Table → all of its rows. */
export function allRows(file: string): Map<string, Row[]> {
  const { sqlite } = openReader(file);
  try {
    const names = sqlite
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
      .pluck()
      .all() as string[];
    return new Map(names.map((name) => [name, sqlite.prepare(`SELECT * FROM "${name}"`).all() as Row[]]));
  } finally {
    sqlite.close();
  }
}

/** Table → number of rows. */
export function rowCounts(file: string): Record<string, number> {
  const { sqlite } = openReader(file);
  try {
    const names = sqlite
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      names.map((name) => [name, sqlite.prepare(`SELECT count(*) FROM "${name}"`).pluck().get()]),
    ) as Record<string, number>;
  } finally {
    sqlite.close();
  }
}
