/**
 * Who may talk to the server: an in-memory directory, loaded at start and changed only by what the
 * ledger has committed. Tokens are opaque and random; only their SHA-256 is kept (revocable at once).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../kernel/random.ts';
import type { EveryoneRows, ManagerRow, RepRow, ScreenRow, SourceRow, TokenRow } from './people-store.ts';

export type Role = TokenRow['role'];
export type Language = 'id' | 'en';

/** Who is speaking: resolved from a token for every request and socket. */
export interface Session {
  role: Role;
  /** The rep's, manager's, source's or screen's id; `admin` for an admin key. */
  subjectId: string;
  tokenId: string;
  expiresAt: number | null;
  renewsForMs: number | null;
}

/** `rep:<id>`, `manager:<id>`, `source:<id>`, `screen:<id>` or `admin`: how events name an actor. */
export function actorOf(session: Session): string {
  return session.role === 'admin' ? 'admin' : `${session.role}:${session.subjectId}`;
}

/** A device session ends after this long without use; tokens minted by an admin after this long at most. */
export const SESSION_MS = 30 * 86_400_000;
/** An invite is good for a day and for one use. */
export const INVITE_MS = 86_400_000;

/** A device session is a rep's or a manager's: its invite says whose, when it is used. */
export type SecretKind = Role | 'invite' | 'session';

const PREFIX: Record<SecretKind, string> = {
  admin: 'sbr_adm_',
  manager: 'sbr_mgr_',
  rep: 'sbr_rep_',
  source: 'sbr_src_',
  screen: 'sbr_scr_',
  invite: 'sbr_inv_',
  session: 'sbr_ses_',
};

/** 32 random bytes that nobody can guess, behind a word that tells people what it is. */
export function newSecret(kind: SecretKind, random: Random): string {
  return PREFIX[kind] + Buffer.from(random.bytes(32)).toString('base64url');
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Hears of what gateways must know; nothing where there are none. */
export interface DirectoryWatcher {
  tokenPut(row: TokenRow): void;
  /** Resolves when gateways can find it no more, or cannot be told now. */
  tokenDropped(row: TokenRow): Promise<void>;
  repPut(row: RepRow): void;
  /** Other rules are in force: whether names are shown may have changed. */
  policyChanged(): void;
}

export interface Directory {
  rep(id: string): RepRow | undefined;
  repByNum(num: number): RepRow | undefined;
  reps(): RepRow[];
  manager(id: string): ManagerRow | undefined;
  managers(): ManagerRow[];
  source(id: string): SourceRow | undefined;
  sources(): SourceRow[];
  screen(id: string): ScreenRow | undefined;
  screens(): ScreenRow[];
  token(id: string): TokenRow | undefined;
  tokensOf(subjectId: string): TokenRow[];
  /** When this process last let the token in; null: not since it started. */
  lastUsedAt(tokenId: string): number | null;
  tokens(): TokenRow[];
  /** The session of a token; null when it is unknown, revoked or past its time. */
  authenticate(secret: string, nowMs: number): Session | null;
  /** The teams a session may see; null: all of them. */
  teamsOf(session: Session): string[] | null;
  /** The language of messages to this session. */
  language(session: Session): Language;
  putRep(row: RepRow): void;
  putManager(row: ManagerRow): void;
  putSource(row: SourceRow): void;
  putScreen(row: ScreenRow): void;
  putToken(row: TokenRow): void;
  /** Resolves when no process finds it any more. */
  dropToken(id: string): Promise<void>;
}

export function createDirectory(rows: EveryoneRows, adminApiKey: string | null, watcher?: DirectoryWatcher): Directory {
  const byId = <T extends { id: string }>(items: T[]) => new Map(items.map((item) => [item.id, item]));
  const reps = byId(rows.reps);
  const repsByNum = new Map(rows.reps.map((rep) => [rep.num, rep]));
  const managers = byId(rows.managers);
  const sources = byId(rows.sources);
  const screens = byId(rows.screens);
  const tokens = byId(rows.tokens);
  const tokensByHash = new Map(rows.tokens.map((token) => [token.hash, token]));
  const lastUsed = new Map<string, number>();
  const adminHash = adminApiKey === null ? null : Buffer.from(hashSecret(adminApiKey));

  function authenticate(secret: string, nowMs: number): Session | null {
    const hash = hashSecret(secret);
    if (adminHash !== null && timingSafeEqual(Buffer.from(hash), adminHash)) {
      return { role: 'admin', subjectId: 'admin', tokenId: 'environment', expiresAt: null, renewsForMs: null };
    }
    const token = tokensByHash.get(hash);
    if (token === undefined || token.revokedAt !== null) return null;
    if (token.expiresAt !== null && token.expiresAt <= nowMs) return null;
    lastUsed.set(token.id, nowMs);
    const { role, subjectId, id, expiresAt, renewsForMs } = token;
    return { role, subjectId, tokenId: id, expiresAt, renewsForMs };
  }

  return {
    rep: (id) => reps.get(id),
    repByNum: (num) => repsByNum.get(num),
    reps: () => [...reps.values()],
    manager: (id) => managers.get(id),
    managers: () => [...managers.values()],
    source: (id) => sources.get(id),
    sources: () => [...sources.values()],
    screen: (id) => screens.get(id),
    screens: () => [...screens.values()],
    token: (id) => tokens.get(id),
    tokens: () => [...tokens.values()],
    tokensOf: (subjectId) => [...tokens.values()].filter((token) => token.subjectId === subjectId),
    lastUsedAt: (tokenId) => lastUsed.get(tokenId) ?? null,
    authenticate,
    teamsOf(session) {
      if (session.role !== 'manager') return null;
      return JSON.parse(managers.get(session.subjectId)?.teams ?? '[]') as string[];
    },
    language(session) {
      const spoken = session.role === 'rep' ? reps.get(session.subjectId)?.languages : undefined;
      return ((JSON.parse(spoken ?? '["en"]') as string[])[0] ?? 'id') === 'en' ? 'en' : 'id';
    },
    putRep(row) {
      reps.set(row.id, row);
      repsByNum.set(row.num, row);
      watcher?.repPut(row);
    },
    putManager: (row) => void managers.set(row.id, row),
    putSource: (row) => void sources.set(row.id, row),
    putScreen: (row) => void screens.set(row.id, row),
    putToken(row) {
      tokens.set(row.id, row);
      tokensByHash.set(row.hash, row);
      watcher?.tokenPut(row);
    },
    async dropToken(id) {
      const token = tokens.get(id);
      if (token === undefined) return;
      tokens.delete(id);
      tokensByHash.delete(token.hash);
      lastUsed.delete(id);
      await watcher?.tokenDropped(token);
    },
  };
}
