/**
 * Is the file what SQLite and the migrations say it is? Pages, indexes, foreign keys, and every table,
 * index and trigger word for word: a unique index that somebody dropped is a promise that nobody keeps.
 * What the rows mean is for `verify`.
 */
import { schemaOfMigrations, schemaStatements, versionOf } from '../platform/migrate.ts';
import { openReader } from '../platform/sqlite.ts';

export interface Integrity {
  ok: boolean;
  problems: { kind: 'pages' | 'foreignKeys' | 'schema'; detail: string }[];
  /** Migrations in the file, and those that this code knows; a start brings it up to date. */
  version: { version: number; of: number };
  bytes: number;
  /** Of these, pages that nothing uses. */
  freeBytes: number;
}

/** Told in words; a damaged file may have a problem a row. */
const PROBLEMS_MAX = 100;

/**
 * Read-only, beside a running server too. `quick` leaves out the comparison of indexes with their tables.
 * @throws DatabaseNewerError, DatabaseForeignError, or SQLite's own error for what is no database
 */
export function integrityOf(file: string, options: { quick?: boolean } = {}): Integrity {
  const version = versionOf(file);
  const { sqlite } = openReader(file);
  try {
    sqlite.exec('BEGIN');
    const check = options.quick === true ? 'quick_check' : 'integrity_check';
    const pages = (sqlite.pragma(`${check}(${PROBLEMS_MAX})`) as Record<string, string>[]).flatMap(Object.values);
    const foreignKeys = sqlite
      .prepare(`SELECT "table" || ' row ' || coalesce(rowid, '?') || ' names no ' || parent
        FROM pragma_foreign_key_check LIMIT ${PROBLEMS_MAX}`)
      .pluck()
      .all() as string[];
    const schema = version.version === version.of ? schemaProblems(schemaStatements(sqlite)) : [];
    const problems: Integrity['problems'] = [
      ...pages.filter((line) => line !== 'ok').map((detail) => ({ kind: 'pages' as const, detail })),
      ...foreignKeys.map((detail) => ({ kind: 'foreignKeys' as const, detail })),
      ...schema.map((detail) => ({ kind: 'schema' as const, detail })),
    ];
    const pageBytes = sqlite.pragma('page_size', { simple: true }) as number;
    const count = (pragma: string) => (sqlite.pragma(pragma, { simple: true }) as number) * pageBytes;
    const freeBytes = count('freelist_count');
    return { ok: problems.length === 0, problems, version, bytes: count('page_count'), freeBytes };
  } finally {
    sqlite.close();
  }
}

function schemaProblems(found: Map<string, string>): string[] {
  const wanted = schemaOfMigrations();
  const missing = [...wanted.keys()].filter((name) => !found.has(name)).map((name) => `${name} is missing`);
  const other = [...found].flatMap(([name, statement]) => {
    const meant = wanted.get(name);
    if (meant === statement) return [];
    return [meant === undefined ? `${name} is not of any migration` : `${name} is not as its migration made it`];
  });
  return [...missing, ...other];
}
