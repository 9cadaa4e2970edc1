/** `sambar token`: a way in for a rep, a manager or an administrator. */
import { Argument, type Command } from 'commander';
import type { Api } from '../../client-sdk/src/sambar-client.ts';
import { newId } from '../../server/kernel/ids.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { hashSecret, newSecret, SESSION_MS } from '../../server/people/people.ts';
import { loadEveryone } from '../../server/people/people-store.ts';
import type { Db } from '../../server/platform/db.ts';
import { createOutput } from '../terminal/output.ts';
import {
  adminApi,
  databaseFile,
  EXIT,
  type ExitCode,
  NotFoundError,
  onServerOptions,
  type ServerOptions,
  seconds,
  UsageError,
} from './command.ts';
import { onFile } from './on-file.ts';

type TokenRole = 'rep' | 'manager' | 'admin';

interface TokenOptions extends ServerOptions {
  ttl?: number;
}

interface Minted {
  tokenId: string;
  token: string;
  expiresAt: string | null;
}

export function addToken(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('token')
    .description('make a token for a rep, a manager or an administrator; it is shown once')
    .addArgument(new Argument('<role>', 'whose it is').choices(['rep', 'manager', 'admin']))
    .argument('[who]', 'the id or e-mail address; none for admin')
    .option('--ttl <time>', 'how long it is good: 90s, 15m, 12h, 30d (default: 30d; admin: until revoked)', seconds);
  onServerOptions(command).action(async (role: TokenRole, who: string | undefined, options: TokenOptions) => {
    ends(await token(role, who, options));
  });
}

async function token(role: TokenRole, who: string | undefined, options: TokenOptions): Promise<ExitCode> {
  if (role === 'admin' ? who !== undefined : who === undefined) {
    throw new UsageError(
      role === 'admin' ? 'a token for admin names nobody' : `name the ${role} by id or e-mail address`,
    );
  }
  if ((options.ttl ?? 0) * 1000 > SESSION_MS) throw new UsageError('--ttl is 30d at most');
  const api = adminApi(options);
  const minted =
    api === null
      ? await mintOnFile(databaseFile(options), role, who, options.ttl)
      : await mintOverApi(api, role, who, options.ttl);
  const output = createOutput(options.json);
  if (options.json) output.json({ ok: true, role, ...minted });
  else {
    // The token alone on standard output, so that a script can take it as it is.
    process.stderr.write(`${minted.tokenId}, good until ${minted.expiresAt ?? 'revoked'}\n`);
    output.line(minted.token);
  }
  return EXIT.ok;
}

async function mintOverApi(
  api: Api,
  role: TokenRole,
  who: string | undefined,
  ttlSeconds: number | undefined,
): Promise<Minted> {
  if (role === 'admin')
    throw new UsageError('an admin token is made on the file: stop the server and leave --url away');
  const id = who?.includes('@') ? await idOfEmail(api, role, who) : who;
  return api.post<Minted>(
    `/${role}s/${encodeURIComponent(id ?? '')}/tokens`,
    ttlSeconds === undefined ? {} : { ttlSeconds },
  );
}

async function idOfEmail(api: Api, role: 'rep' | 'manager', email: string): Promise<string> {
  if (role === 'manager') throw new UsageError('a server finds managers by id alone: name the id');
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: { items: { id: string; email: string }[]; nextCursor: string | null } = await api.get(
      `/reps?limit=500${query}`,
    );
    const found = page.items.find((rep) => rep.email === email);
    if (found !== undefined) return found.id;
    cursor = page.nextCursor;
  } while (cursor !== null);
  throw new NotFoundError(`there is no rep with the address ${email}`);
}

function mintOnFile(
  file: string,
  role: TokenRole,
  who: string | undefined,
  ttlSeconds: number | undefined,
): Promise<Minted> {
  return onFile(file, async ({ ledger, connection, nowMs }) => {
    const random = createSystemRandom();
    const subjectId = who === undefined ? 'admin' : idOnFile(connection.db, role, who);
    const secret = newSecret(role, random);
    const ttlMs = ttlSeconds === undefined ? (role === 'admin' ? null : SESSION_MS) : ttlSeconds * 1000;
    const expiresAt = ttlMs === null ? null : nowMs + ttlMs;
    const id = newId('tok', nowMs, random);
    await ledger.write('addToken', {
      token: {
        id,
        hash: hashSecret(secret),
        role,
        subjectId,
        createdAt: nowMs,
        expiresAt,
        renewsForMs: null,
        revokedAt: null,
      },
      expiry:
        expiresAt === null
          ? null
          : { id: newId('dl', nowMs, random), kind: 'tokenExpires', dueAt: expiresAt, subjectId: id },
      actor: 'admin',
      at: nowMs,
    });
    return { tokenId: id, token: secret, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
  });
}

function idOnFile(db: Db, role: TokenRole, who: string): string {
  const { reps, managers } = loadEveryone(db);
  const people: { id: string; email: string }[] = role === 'rep' ? reps : managers;
  const found = people.find(({ id, email }) => id === who || email === who);
  if (found === undefined) throw new NotFoundError(`there is no ${role} ${who}`);
  return found.id;
}
