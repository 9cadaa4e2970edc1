/** Four servers start at once on an empty file: one migrates it and serves; the others refuse, or wait when they are told to. */
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openReader } from '../../server/platform/sqlite.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { endServers, type Program, type ServerProcess, spawnServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';

const ROUNDS = rounds({ quick: 2, full: 20 });
const ROUND_MS_MAX = 60_000;
const PROCESSES = 4;
/** The server's exit code when it refuses to start. */
const EXIT_REFUSED = 1;
const NO_LOCK = brokenBuild({
  file: 'server/platform/sqlite.js',
  from: "sqlite.exec('BEGIN EXCLUSIVE');",
  to: ';',
});

afterEach(endServers);

interface Start {
  servers: ServerProcess[];
  file: string;
  /** How each ended its start. */
  outcomes: ('serves' | 'waits' | number | null)[];
}

async function startAtOnce(env: Record<string, string>, program?: Program): Promise<Start> {
  const file = join(tempFolder(), 'sambar.db');
  const all = { DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent', ...env };
  const servers = Array.from({ length: PROCESSES }, () => spawnServer(all, program));
  const outcomes = await Promise.all(
    servers.map(({ listening, standsBy, ended }) =>
      Promise.race([
        listening.then(() => 'serves' as const).catch(() => ended),
        standsBy.then(() => 'waits' as const),
        ended,
      ]),
    ),
  );
  return { servers, file, outcomes };
}

/** How often each migration was applied, and which generation the file is in. */
function recordOf(file: string): { twice: unknown[]; generation: unknown } {
  const { sqlite } = openReader(file);
  const twice = sqlite.prepare('SELECT hash FROM __drizzle_migrations GROUP BY hash HAVING count(*) > 1').all();
  const generation = sqlite.prepare(`SELECT value FROM cell WHERE key = 'generation'`).pluck().get();
  sqlite.close();
  return { twice, generation };
}

/** What is not as it should be, in words. */
function wrongWith({ file, outcomes }: Start, others: number | 'waits'): string[] {
  const wanted = ['serves', ...Array.from({ length: PROCESSES - 1 }, () => others)];
  const { twice, generation } = recordOf(file);
  return [
    ...([...outcomes].sort().join() === wanted.sort().join() ? [] : [`they ended as ${outcomes.join(', ')}`]),
    ...(twice.length === 0 ? [] : [`${twice.length} migrations were applied twice`]),
    ...(generation === '1' ? [] : [`the file is in generation ${generation}`]),
  ];
}

it(
  'one migration, one ledger, and three that refuse or wait',
  async () => {
    const part = new Part('four-at-once', 'start');
    await part.eachRound(ROUNDS, async (round) => {
      const standby = round % 2 === 1;
      const start = await startAtOnce(standby ? { STANDBY: 'true' } : {});
      expect(wrongWith(start, standby ? 'waits' : EXIT_REFUSED)).toEqual([]);
      const holder = start.servers[start.outcomes.indexOf('serves')] as ServerProcess;
      const refused = start.servers.filter((_, n) => start.outcomes[n] === EXIT_REFUSED);
      for (const { output } of refused) expect(output()).toContain(`pid ${holder.pid}`);
      part.struck(1);
      await endServers();
    });
    const found = wrongWith(await startAtOnce({}, NO_LOCK), EXIT_REFUSED);
    part.report({ what: 'the role is not locked', found });
  },
  (ROUNDS + 1) * ROUND_MS_MAX,
);
