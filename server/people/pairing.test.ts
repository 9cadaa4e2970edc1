import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimClock } from '../../test/support/sim-clock.ts';
import { createSystemRandom } from '../kernel/random.ts';
import { createPairings, PAIRING_MS, PAIRINGS_MAX, type Pairing } from './pairing.ts';

function fresh() {
  const clock = new SimClock();
  return { clock, pairings: createPairings({ clock, random: createSystemRandom() }) };
}

describe('pairing a screen', () => {
  it('waits until the code is named, then gives its token once, to who has the secret', () => {
    const { pairings } = fresh();
    const { code, secret } = pairings.begin() as Pairing;
    expect(code).toMatch(/^\d{6}$/);
    expect(pairings.take(secret)).toBe('waiting');
    expect(pairings.grant(code, 'token')).toBe(true);
    expect(pairings.isWaiting(code)).toBe(false);
    expect(pairings.grant(code, 'another')).toBe(false);
    expect(pairings.take(code)).toBeNull();
    expect(pairings.take(secret)).toEqual({ token: 'token' });
    expect(pairings.take(secret)).toBeNull();
  });

  it('ends after ten minutes: still there a millisecond before, gone at the instant', () => {
    const { clock, pairings } = fresh();
    const { code, secret } = pairings.begin() as Pairing;
    clock.advance(PAIRING_MS - 1);
    expect(pairings.isWaiting(code)).toBe(true);
    clock.advance(1);
    expect([pairings.isWaiting(code), pairings.grant(code, 'token'), pairings.take(secret)]).toEqual([
      false,
      false,
      null,
    ]);
  });

  it('a token that nobody took away ends with its code', () => {
    const { clock, pairings } = fresh();
    const { code, secret } = pairings.begin() as Pairing;
    pairings.grant(code, 'token');
    clock.advance(PAIRING_MS);
    expect(pairings.take(secret)).toBeNull();
  });

  it('holds so many and no more, each with a code of its own', () => {
    const { clock, pairings } = fresh();
    const all = Array.from({ length: PAIRINGS_MAX }, () => pairings.begin() as Pairing);
    expect(new Set(all.map(({ code }) => code)).size).toBe(PAIRINGS_MAX);
    expect(pairings.begin()).toBeNull();
    clock.advance(PAIRING_MS);
    expect(pairings.begin()).not.toBeNull();
  });

  it('property: whatever is done in whatever order, a token reaches the one secret whose code was named', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('begin' as const) }),
      fc.record({ kind: fc.constantFrom('grant' as const, 'take' as const), which: fc.nat(9) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { pairings } = fresh();
        const begun: Pairing[] = [];
        const granted = new Map<string, string>();
        for (const [n, one] of steps.entries()) {
          const pairing = one.kind === 'begin' ? undefined : begun[one.which % Math.max(1, begun.length)];
          if (one.kind === 'begin') begun.push(pairings.begin() as Pairing);
          else if (pairing === undefined) continue;
          else if (one.kind === 'grant') {
            if (pairings.grant(pairing.code, `token-${n}`)) granted.set(pairing.secret, `token-${n}`);
          } else {
            const taken = pairings.take(pairing.secret);
            if (taken !== null && taken !== 'waiting') expect(taken.token).toBe(granted.get(pairing.secret));
          }
        }
      }),
    );
  });
});
