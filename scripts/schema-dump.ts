/**
 * Writes migrations/schema.sql: what an empty file looks like once every migration has run. It is
 * there to be read and to be compared (test/house/schema-dump.test.ts); no code executes it.
 * `npm run db:dump`, after `npm run db:generate`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrateFile, migrationsFolder } from '../server/platform/migrate.ts';
import { openReader } from '../server/platform/sqlite.ts';

const HEADER = `-- What an empty file looks like after every migration. Written by \`npm run db:dump\`; do not edit.
`;

export function schemaFile(): string {
  return join(migrationsFolder(), 'schema.sql');
}

/** The schema of a database file, one statement a block, in an order that no migration changes. */
export function schemaOf(file: string): string {
  const { sqlite } = openReader(file);
  const statements = sqlite
    .prepare(
      `SELECT sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> '__drizzle_migrations'
       ORDER BY tbl_name, type = 'table' DESC, name`,
    )
    .pluck()
    .all() as string[];
  sqlite.close();
  return [HEADER, ...statements.map((statement) => `${statement};\n`)].join('\n');
}

export function dumpOfMigrations(folder: string = migrationsFolder()): string {
  const scratch = mkdtempSync(join(tmpdir(), 'sambar-schema-'));
  try {
    const file = join(scratch, 'empty.db');
    migrateFile(file, folder);
    return schemaOf(file);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(schemaFile(), dumpOfMigrations());
  console.log(`wrote ${schemaFile()}`);
}
