/** Threat: a gateway that nobody could tell of a revocation goes on serving its token. It looks again by itself. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RegisteredToken, RegistryReader } from '../../server/gateway/registry.ts';
import { createSessionCache, type SessionCache } from '../../server/gateway/session-cache.ts';
import { SimClock } from '../support/sim-clock.ts';

const REMEMBERED_MAX = 20_000;
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

let clock: SimClock;
let tokens: Map<string, RegisteredToken>;
let isAway: boolean;
let closed: string[];
let sessions: SessionCache;

const registry: RegistryReader = {
  async token(hash) {
    if (isAway) return { kind: 'away' };
    const token = tokens.get(hash);
    return token === undefined ? { kind: 'unknown' } : { kind: 'known', token };
  },
  name: async () => null,
  ledger: async () => null,
};

beforeEach(() => {
  clock = new SimClock();
  tokens = new Map();
  isAway = false;
  closed = [];
  sessions = createSessionCache({
    registry,
    registryForClaims: registry,
    clock,
    onRevoked: (tokenId) => closed.push(tokenId),
  });
});

function put(secret: string, more: Partial<RegisteredToken> = {}): void {
  const subject = { role: 'rep', subjectId: `rep_${secret}`, language: 'id' } as const;
  tokens.set(hashOf(secret), { tokenId: `tok_${secret}`, expiresAt: null, renewsForMs: null, ...subject, ...more });
}

async function signIn(secret: string) {
  put(secret);
  const speaker = await sessions.authenticate(secret);
  return speaker ?? expect.fail();
}

/** What the clock has started is done in turns of its own. */
const settled = () => expect.poll(() => clock.nextDueMs()).not.toBeNull();

describe('a token in use', () => {
  it('is looked up again at 30 s and not a millisecond before, and every 30 s after', async () => {
    await signIn('lost');
    await signIn('kept');
    tokens.delete(hashOf('lost'));
    clock.advance(29_999);
    await settled();
    expect(closed).toEqual([]);
    clock.advance(1);
    await expect.poll(() => closed).toEqual(['tok_lost']);
    await settled();
    tokens.delete(hashOf('kept'));
    clock.advance(29_999);
    await settled();
    expect(closed).toEqual(['tok_lost']);
    clock.advance(1);
    await expect.poll(() => closed).toEqual(['tok_lost', 'tok_kept']);
  });

  it('is looked up at once when the link returns', async () => {
    await signIn('lost');
    tokens.delete(hashOf('lost'));
    await sessions.lookAgain();
    expect(closed).toEqual(['tok_lost']);
  });

  it('is not ended by a registry that is away, which may be asked again; nothing is judged meanwhile', async () => {
    const speaker = await signIn('lost');
    tokens.delete(hashOf('lost'));
    isAway = true;
    clock.advance(30_000);
    await settled();
    await sessions.lookAgain();
    expect([closed, await sessions.standing(speaker)]).toEqual([[], 'away']);
    await expect(sessions.authenticate('lost')).rejects.toMatchObject({ status: 503, code: 'registryAway' });
    isAway = false;
    expect(await sessions.standing(speaker)).toBe('ended');
    expect(closed).toEqual(['tok_lost']);
  });

  it('that has run out wins nothing at that very millisecond, though its socket may still be open', async () => {
    put('short', { expiresAt: clock.nowMs() + 1_000 });
    const speaker = (await sessions.authenticate('short')) ?? expect.fail();
    clock.advance(999);
    expect(await sessions.standing(speaker)).toBe('valid');
    clock.advance(1);
    expect([await sessions.standing(speaker), await sessions.authenticate('short')]).toEqual(['ended', null]);
  });

  it('is given its new end by the look-up, when use has moved it', async () => {
    put('renewed', { expiresAt: clock.nowMs() + 60_000 });
    const { tokenId } = (await sessions.authenticate('renewed')) ?? expect.fail();
    const expiresAt = clock.nowMs() + 600_000;
    put('renewed', { expiresAt });
    expect(sessions.expiryOf(tokenId)).toBe(clock.nowMs() + 60_000);
    await sessions.lookAgain();
    expect(sessions.expiryOf(tokenId)).toBe(expiresAt);
  });
});

describe('tokens remembered', () => {
  it(`are ${REMEMBERED_MAX}: the least lately signed in is forgotten, and judged again when it comes again`, async () => {
    const first = await signIn('first');
    const second = await signIn('second');
    for (let n = 0; n < REMEMBERED_MAX - 2; n++) await signIn(`t${n}`);
    expect(await sessions.standing(first)).toBe('valid');
    await sessions.authenticate('first');
    await signIn('one more');
    expect([await sessions.standing(first), await sessions.standing(second)]).toEqual(['valid', 'ended']);
    expect(await sessions.authenticate('second')).toMatchObject({ tokenId: 'tok_second' });
    expect(await sessions.standing(second)).toBe('valid');
    expect(closed).toEqual([]);
  });
});
