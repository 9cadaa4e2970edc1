/**
 * Writes migrations/schema.sql: what an empty file looks like once every migration has run. It is
 * there to be read and to be compared (test/house/schema-dump.test.ts); no code executes it.
 * `npm run db:dump`, after `npm run db:generate`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrationsFolder, schemaOfMigrations } from '../server/platform/migrate.ts';

const HEADER = `-- What an empty file looks like after every migration. Written by \`npm run db:dump\`; do not edit.
`;

export function schemaFile(): string {
  return join(migrationsFolder(), 'schema.sql');
}

/** The schema after every migration, one statement a block, in an order that no migration changes. */
export function dumpOfMigrations(folder: string = migrationsFolder()): string {
  return [HEADER, ...[...schemaOfMigrations(folder).values()].map((statement) => `${statement};\n`)].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(schemaFile(), dumpOfMigrations());
  console.log(`wrote ${schemaFile()}`);
}
