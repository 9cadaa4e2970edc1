/**
 * Who a gateway's sockets belong to. Tokens are looked up in Redis at each sign-in; those in use are
 * looked up again every 30 s, so that a revocation nobody could tell it of is found by itself.
 */
import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../kernel/clock.ts';
import type { Speaker } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { RegisteredToken, RegistryReader } from './registry.ts';

const LOOK_AGAIN_MS = 30_000;
/** Tokens remembered; the least lately signed in is forgotten first, and looked up when it comes again. */
const REMEMBERED_MAX = 20_000;

export interface SessionCache {
  /** Null: unknown, revoked or expired. Throws a 503 problem while the registry is away. */
  authenticate(token: string): Promise<Speaker | null>;
  /** Asked of Redis at each claim: a revocation counts here from its answer on, heard of or not. */
  standing(speaker: Speaker): Promise<'valid' | 'ended' | 'away'>;
  expiryOf(tokenId: string): number | null | undefined;
  language(speaker: Speaker): 'id' | 'en';
  /** The ledger has said so. */
  revoked(tokenId: string): void;
  /** Something may have been missed: looks all of them up now. */
  lookAgain(): Promise<void>;
  stop(): void;
}

export function createSessionCache(deps: {
  registry: RegistryReader;
  /** On a connection that answers in time or fails, as a claim must. */
  registryForClaims: RegistryReader;
  clock: Clock;
  onRevoked(tokenId: string): void;
}): SessionCache {
  const known = new Map<string, { hash: string; token: RegisteredToken }>();
  let stopped = false;
  let timer: Timer;

  function revoked(tokenId: string): void {
    known.delete(tokenId);
    deps.onRevoked(tokenId);
  }

  function hasEnded({ expiresAt }: RegisteredToken): boolean {
    return expiresAt !== null && expiresAt <= deps.clock.nowMs();
  }

  async function lookAgain(): Promise<void> {
    for (const [tokenId, { hash }] of [...known]) {
      const found = await deps.registry.token(hash);
      if (found.kind === 'away') return;
      if (found.kind === 'unknown') revoked(tokenId);
      else known.set(tokenId, { hash, token: found.token });
    }
  }

  function schedule(): void {
    timer = deps.clock.after(LOOK_AGAIN_MS, () => void lookAgain().finally(() => !stopped && schedule()));
  }

  schedule();
  return {
    async authenticate(secret) {
      const hash = createHash('sha256').update(secret).digest('hex');
      const found = await deps.registry.token(hash);
      if (found.kind === 'away') {
        throw new Problem(503, 'registryAway', 'Sign-ins cannot be checked now; ask again.', { retryAfterSeconds: 1 });
      }
      if (found.kind === 'unknown') return null;
      const { token } = found;
      if (hasEnded(token)) return null;
      known.delete(token.tokenId);
      known.set(token.tokenId, { hash, token });
      if (known.size > REMEMBERED_MAX) known.delete(known.keys().next().value as string);
      return token;
    },
    async standing({ tokenId }) {
      const hash = known.get(tokenId)?.hash;
      if (hash === undefined) return 'ended';
      const found = await deps.registryForClaims.token(hash);
      if (found.kind === 'away') return 'away';
      if (found.kind === 'known') return hasEnded(found.token) ? 'ended' : 'valid';
      revoked(tokenId);
      return 'ended';
    },
    expiryOf: (tokenId) => known.get(tokenId)?.token.expiresAt,
    language: ({ tokenId }) => known.get(tokenId)?.token.language ?? 'id',
    revoked,
    lookAgain,
    stop() {
      stopped = true;
      timer.cancel();
    },
  };
}
