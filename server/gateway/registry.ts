/**
 * What gateways must know without a file: who a token belongs to, and the names that losers may be
 * told. Kept in Redis by the deciding process; tokens only as hashes. The mark says that the registry is
 * whole: an empty Redis is "ask again", never "sign in again".
 */
import type { Redis } from 'ioredis';

export interface RegisteredToken {
  tokenId: string;
  role: 'admin' | 'manager' | 'rep' | 'source' | 'screen';
  subjectId: string;
  expiresAt: number | null;
  renewsForMs: number | null;
  language: 'id' | 'en';
}

const MARK = '#';
const tokensKey = (cell: string) => `{${cell}}:tokens`;
const namesKey = (cell: string) => `{${cell}}:names`;
/** Where the deciding process says its address. */
export const ledgerKey = (cell: string) => `{${cell}}:ledger`;
/** The ledger's address runs out this long after its last word. */
export const LEDGER_KEY_MS = 3_000;

export interface LedgerAddress {
  url: string;
  /** Shown with every internal call. */
  secret: string;
}

/** The deciding process's side. */
export interface RegistryWriter {
  replaceAll(tokens: Map<string, RegisteredToken>, names: Map<string, string>): Promise<void>;
  putToken(hash: string, token: RegisteredToken): void;
  /** Resolves when it is gone from Redis, or when Redis did not take it: it is said again each second then. */
  dropToken(hash: string): Promise<void>;
  putName(repId: string, name: string): void;
  announce(address: LedgerAddress): Promise<void>;
}

export function createRegistryWriter(deps: {
  redis: Redis;
  cell: string;
  onFault(error: unknown): void;
}): RegistryWriter {
  const { redis, cell, onFault } = deps;
  const quietly = (work: Promise<unknown>) => void work.catch(onFault);
  /** Revoked, and not known to be gone from Redis: said again until they are. */
  const dropping = new Set<string>();

  async function drop(...hashes: string[]): Promise<void> {
    await redis.hdel(tokensKey(cell), ...hashes);
    for (const hash of hashes) dropping.delete(hash);
  }

  return {
    async replaceAll(tokens, names) {
      const write = redis.multi().del(tokensKey(cell), namesKey(cell)).hset(tokensKey(cell), MARK, '1');
      for (const [hash, token] of tokens) write.hset(tokensKey(cell), hash, JSON.stringify(token));
      for (const [repId, name] of names) write.hset(namesKey(cell), repId, name);
      // A registry that says it is whole and is not would sign people out.
      for (const [fault] of (await write.exec()) ?? []) if (fault !== null) throw fault;
    },
    putToken: (hash, token) => quietly(redis.hset(tokensKey(cell), hash, JSON.stringify(token))),
    dropToken(hash) {
      dropping.add(hash);
      return drop(hash).catch(onFault);
    },
    putName: (repId, name) => quietly(redis.hset(namesKey(cell), repId, name)),
    async announce(address) {
      if (dropping.size > 0) await drop(...dropping);
      await redis.set(ledgerKey(cell), JSON.stringify(address), 'PX', LEDGER_KEY_MS);
    },
  };
}

export type TokenLookUp = { kind: 'known'; token: RegisteredToken } | { kind: 'unknown' } | { kind: 'away' };

/** A gateway's side. */
export interface RegistryReader {
  token(hash: string): Promise<TokenLookUp>;
  /** Null where the team hides names, and while Redis is away. */
  name(repId: string): Promise<string | null>;
  /** Null: no ledger process has spoken lately. */
  ledger(): Promise<LedgerAddress | null>;
}

export function createRegistryReader(redis: Redis, cell: string): RegistryReader {
  return {
    async token(hash) {
      try {
        const [text, mark] = await redis.hmget(tokensKey(cell), hash, MARK);
        if (mark == null) return { kind: 'away' };
        return text == null ? { kind: 'unknown' } : { kind: 'known', token: JSON.parse(text) as RegisteredToken };
      } catch {
        return { kind: 'away' };
      }
    },
    async name(repId) {
      try {
        return (await redis.hget(namesKey(cell), repId)) || null;
      } catch {
        return null;
      }
    },
    async ledger() {
      const text = await redis.get(ledgerKey(cell));
      return text === null ? null : (JSON.parse(text) as LedgerAddress);
    },
  };
}
