/** Keys, tokens, invites and sessions: made, renewed by use, and ended for every socket at once. */
import { createHmac } from 'node:crypto';
import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import { newId } from '../kernel/ids.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import {
  hashSecret,
  INVITE_MS,
  newSecret,
  type Role,
  SESSION_MS,
  type SecretKind,
  type Session,
} from '../people/people.ts';
import type { InviteRow, TokenRow } from '../people/people-store.ts';
import type { World } from './world.ts';

/** A session in use is renewed at most once in this time: a write a day, not a write a request. */
const RENEW_EVERY_MS = 86_400_000;

export interface OpenedSession {
  tokenId: string;
  secret: string;
  role: string;
  subjectId: string;
  expiresAtMs: number;
}

export interface Access {
  addMachine(
    kind: 'source' | 'screen',
    name: string,
    actor: string,
    idempotency?: Idempotency,
  ): Promise<{ id: string; tokenId: string; secret: string }>;
  addToken(
    role: 'rep' | 'manager',
    subjectId: string,
    ttlMs: number,
    actor: string,
    idempotency?: Idempotency,
  ): Promise<{ id: string; secret: string; expiresAtMs: number | null }>;
  /** The first key for an administrator, until revoked; null when there is one. */
  firstAdminKey(): Promise<string | null>;
  addInvite(
    role: 'rep' | 'manager',
    subjectId: string,
    actor: string,
    idempotency?: Idempotency,
  ): Promise<{ secret: string; expiresAtMs: number }>;
  /** A phone is lost: every sign-in of somebody ends at once, open invites too, and there is a new invite. */
  lockOut(
    role: 'rep' | 'manager',
    subjectId: string,
    actor: string,
    idempotency?: Idempotency,
  ): Promise<{ secret: string; expiresAtMs: number; ended: number }>;
  /** Every sign-in and open invite of somebody who has left ends at once. */
  endAll(subjectId: string, actor: string): Promise<void>;
  openSession(invite: string, idempotency?: Idempotency): Promise<OpenedSession | { refused: string }>;
  /** Counts this as use: moves the end of a device session. */
  used(session: Session): void;
  revoke(tokenId: string, actor: string): Promise<void>;
  /** The timer of a token's end. */
  expire(row: DeadlineRow): Promise<void>;
}

function inviteRow(
  world: World,
  { role, subjectId, secret, at }: { role: 'rep' | 'manager'; subjectId: string; secret: string; at: number },
): InviteRow {
  const id = newId('inv', at, world.random);
  return { id, hash: hashSecret(secret), role, subjectId, createdAt: at, expiresAt: at + INVITE_MS, usedAt: null };
}

/** Makes rows of tokens, each with a new id; without `ttlMs` until it is revoked. */
function tokenMaker({ random }: World) {
  return (role: Role, subjectId: string, secret: string, nowMs: number, ttlMs: number | null): TokenRow => ({
    id: newId('tok', nowMs, random),
    hash: hashSecret(secret),
    role,
    subjectId,
    createdAt: nowMs,
    expiresAt: ttlMs === null ? null : nowMs + ttlMs,
    renewsForMs: null,
    revokedAt: null,
  });
}

export function createAccess(world: World, appSecret: string): Access {
  const tokenRow = tokenMaker(world);
  /**
   * A fresh secret; under an idempotency key always the same one, so that a repeated call can be
   * answered with a secret that is kept nowhere.
   */
  function secretFor(kind: SecretKind, idempotency: Idempotency | undefined): string {
    if (idempotency === undefined) return newSecret(kind, world.random);
    const { credential, key, route } = idempotency;
    const bytes = createHmac('sha256', appSecret)
      .update(JSON.stringify(['secret', kind, credential, key, route]))
      .digest();
    return newSecret(kind, { unit: world.random.unit, bytes: () => bytes });
  }

  const expiryTimer = (tokenId: string, nowMs: number, dueAt: number) => ({
    id: newId('dl', nowMs, world.random),
    kind: 'tokenExpires' as const,
    dueAt,
    subjectId: tokenId,
  });

  async function renew(token: TokenRow, nowMs: number): Promise<void> {
    const expiresAt = nowMs + (token.renewsForMs ?? 0);
    const expiry = expiryTimer(token.id, nowMs, expiresAt);
    world.directory.putToken({ ...token, expiresAt });
    await world.ledger.write('renewToken', { tokenId: token.id, expiresAt, expiry });
    world.timersChanged(expiresAt);
  }

  /** Announced at once; done when no gateway would let a claim in with it. */
  async function ended(tokenId: string, reason: 'revoked' | 'expired'): Promise<void> {
    const gone = world.directory.dropToken(tokenId);
    world.announcer.closeToken(tokenId, reason);
    await gone;
  }

  return {
    async addMachine(kind, name, actor, idempotency) {
      const at = await world.arbiter.now();
      const secret = secretFor(kind, idempotency);
      const row = { id: newId(kind === 'source' ? 'src' : 'scr', at, world.random), name, createdAt: at };
      const token = tokenRow(kind, row.id, secret, at, null);
      const machine = kind === 'source' ? { source: row } : { screen: row };
      const { result, replayed } = await world.ledger.write(
        'addMachine',
        { ...machine, token, actor, at },
        idempotency,
      );
      if (!replayed) {
        if (kind === 'source') world.directory.putSource(row);
        else world.directory.putScreen(row);
        world.directory.putToken(token);
      }
      return { ...result, secret };
    },

    async addToken(role, subjectId, ttlMs, actor, idempotency) {
      const at = await world.arbiter.now();
      const secret = secretFor(role, idempotency);
      const token = tokenRow(role, subjectId, secret, at, ttlMs);
      const expiry = expiryTimer(token.id, at, at + ttlMs);
      const { result, replayed } = await world.ledger.write('addToken', { token, expiry, actor, at }, idempotency);
      if (!replayed) {
        world.directory.putToken(token);
        world.timersChanged(at + ttlMs);
      }
      return { id: result.id, secret, expiresAtMs: result.expiresAt };
    },

    async firstAdminKey() {
      if (world.directory.tokensOf('admin').length > 0) return null;
      const at = await world.arbiter.now();
      const secret = newSecret('admin', world.random);
      const token = tokenRow('admin', 'admin', secret, at, null);
      await world.ledger.write('addToken', { token, expiry: null, actor: 'system', at });
      world.directory.putToken(token);
      return secret;
    },

    async addInvite(role, subjectId, actor, idempotency) {
      const at = await world.arbiter.now();
      const secret = secretFor('invite', idempotency);
      const row = inviteRow(world, { role, subjectId, secret, at });
      const { result } = await world.ledger.write('addInvite', { row, actor, at }, idempotency);
      return { secret, expiresAtMs: result.expiresAt };
    },

    async lockOut(role, subjectId, actor, idempotency) {
      const at = await world.arbiter.now();
      const secret = secretFor('invite', idempotency);
      const invite = inviteRow(world, { role, subjectId, secret, at });
      const { result } = await world.ledger.write('endAccess', { subjectId, invite, actor, at }, idempotency);
      await Promise.all(result.ended.map((tokenId) => ended(tokenId, 'revoked')));
      return { secret, expiresAtMs: result.expiresAt ?? at, ended: result.ended.length };
    },

    async endAll(subjectId, actor) {
      const at = await world.arbiter.now();
      const { result } = await world.ledger.write('endAccess', { subjectId, invite: null, actor, at });
      await Promise.all(result.ended.map((tokenId) => ended(tokenId, 'revoked')));
    },

    async openSession(invite, idempotency) {
      const at = await world.arbiter.now();
      const secret = secretFor('session', idempotency);
      const token = { ...tokenRow('rep', '', secret, at, SESSION_MS), renewsForMs: SESSION_MS };
      const order = { inviteHash: hashSecret(invite), at, token, expiry: expiryTimer(token.id, at, at + SESSION_MS) };
      const { result, replayed } = await world.ledger.write('openSession', order, idempotency);
      if ('refused' in result) return result;
      const { id: tokenId, role, subjectId, createdAt } = result.token;
      const expiresAtMs = createdAt + SESSION_MS;
      if (!replayed) {
        world.directory.putToken(result.token);
        world.timersChanged(expiresAtMs);
      }
      return { tokenId, secret, role, subjectId, expiresAtMs };
    },

    used(session) {
      if (session.renewsForMs === null) return;
      const token = world.directory.token(session.tokenId);
      const nowMs = world.clock.nowMs();
      if (token?.expiresAt == null || nowMs + session.renewsForMs - token.expiresAt < RENEW_EVERY_MS) return;
      renew(token, nowMs).catch((error: unknown) =>
        world.log.error('a session could not be renewed', { tokenId: token.id }, error),
      );
    },

    async revoke(tokenId, actor) {
      const at = await world.arbiter.now();
      await world.ledger.write('revokeToken', { tokenId, at, actor, deadlineId: null });
      await ended(tokenId, 'revoked');
    },

    async expire(row) {
      const tokenId = row.subjectId ?? '';
      const at = await world.arbiter.now();
      if ((world.directory.token(tokenId)?.expiresAt ?? 0) > at) return;
      await world.ledger.write('revokeToken', { tokenId, at, actor: 'system', deadlineId: row.id });
      await ended(tokenId, 'expired');
    },
  };
}
