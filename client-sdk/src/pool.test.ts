import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OfferCard, PoolSnapshot, UpcomingCard } from '../protocol/down.ts';
import {
  EMPTY_POOL,
  ENDED_KEPT,
  type Pool,
  type PoolFact,
  type PoolState,
  poolOf,
  withFact,
  withSettled,
  withSnapshot,
} from './pool.ts';

const NOTHING_YET: PoolSnapshot = { upTo: 0, offers: [] };

function at(minute: number): string {
  return new Date(Date.UTC(2026, 10, 23, 3, minute)).toISOString();
}

function card(id: number, offerId: string, opens = 100, closes = 200): OfferCard {
  return {
    id,
    offerId,
    leadId: `lead_of_${offerId}`,
    company: { name: 'PT Maju', size: 40 },
    contact: { title: 'Direktur' },
    source: 'website',
    score: 80,
    temperature: 'hot',
    opensAt: at(opens),
    closesAt: at(closes),
    sentAt: at(opens),
    blind: false,
  };
}

function soon(id: number, offerId: string, opens = 100): UpcomingCard {
  return { id, offerId, leadId: `lead_of_${offerId}`, opensAt: at(opens) };
}

const fact = {
  alert: (...args: Parameters<typeof card>): PoolFact => ({
    name: 'lead:alert',
    payload: card(...args),
  }),
  upcoming: (...args: Parameters<typeof soon>): PoolFact => ({
    name: 'lead:upcoming',
    payload: soon(...args),
  }),
  window: (id: number, offerId: string, opens: number, closes: number): PoolFact => ({
    name: 'lead:window',
    payload: { ...soon(id, offerId, opens), closesAt: at(closes) },
  }),
  taken: (id: number, offerId: string): PoolFact => ({
    name: 'lead:taken',
    payload: {
      id,
      offerId,
      leadId: `lead_of_${offerId}`,
      by: { id: 'rep_sari', name: 'Sari' },
      at: at(120),
    },
  }),
  withdrawn: (id: number, offerId: string): PoolFact => ({
    name: 'lead:withdrawn',
    payload: { id, offerId, leadId: `lead_of_${offerId}`, reason: 'expired' },
  }),
};

function after(facts: readonly PoolFact[], from: PoolState = EMPTY_POOL): PoolState {
  return facts.reduce(withFact, from);
}

describe('the pool', () => {
  test('an alert that comes after the taken of the same offer does not bring it back', () => {
    const state = after([fact.taken(8, 'a'), fact.alert(5, 'a')]);
    expect(poolOf(state)).toEqual({ offers: [], upcoming: [] });
  });

  test('an alert with a greater id than the withdrawal puts the offer up again', () => {
    const state = after([fact.alert(9, 'a'), fact.withdrawn(8, 'a'), fact.alert(5, 'a')]);
    expect(poolOf(state).offers).toEqual([card(9, 'a')]);
  });

  test('facts of one id but different names or offers all count, and each of them once', () => {
    const facts = [fact.upcoming(5, 'a'), fact.alert(5, 'b'), fact.window(5, 'b', 90, 200)];
    const state = after(facts);
    expect(poolOf(state)).toEqual({
      offers: [{ ...card(5, 'b', 90), sentAt: at(100) }],
      upcoming: [soon(5, 'a')],
    });
    expect(after(facts, state)).toBe(state);
  });

  test('what is not above the snapshot is dropped, and what the snapshot lacks is gone', () => {
    const before = after([fact.alert(5, 'a'), fact.alert(6, 'b'), fact.alert(11, 'c')]);
    const state = withSnapshot(before, { upTo: 10, offers: [card(6, 'b', 80)] }, false);
    expect(poolOf(state).offers).toEqual([card(6, 'b', 80), card(11, 'c')]);
    expect(withFact(state, fact.taken(10, 'b'))).toBe(state);
  });

  test('an answer to pool:sync that was overtaken by a newer one is not taken', () => {
    const state = withSnapshot(EMPTY_POOL, { upTo: 10, offers: [card(6, 'b')] }, true);
    expect(withSnapshot(state, NOTHING_YET, false)).toBe(state);
    expect(poolOf(withSnapshot(state, NOTHING_YET, true)).offers).toEqual([]);
  });

  test('won and lost are final, gone only until the offer is put up anew', () => {
    const up = after([fact.alert(5, 'a'), fact.alert(6, 'b')]);
    const state = withSettled(withSettled(up, 'a', true), 'b', false);
    expect(poolOf(state).offers).toEqual([]);
    const again = after([fact.alert(9, 'a'), fact.alert(9, 'b')], state);
    expect(poolOf(again).offers).toEqual([card(9, 'b')]);
    const stale = withSnapshot(again, { upTo: 9, offers: [card(5, 'a'), card(9, 'b')] }, true);
    expect(poolOf(stale).offers).toEqual([card(9, 'b')]);
  });

  test('remembers a bounded number of ended offers, and every open one', () => {
    let state = after([fact.alert(1, 'open')]);
    for (let id = 2; id < 10 * ENDED_KEPT; id += 2) {
      state = after([fact.alert(id, `offer${id}`), fact.taken(id + 1, `offer${id}`)], state);
    }
    expect(state.offers.size).toBeLessThanOrEqual(2 * ENDED_KEPT + 1);
    expect(poolOf(state).offers).toEqual([card(1, 'open')]);
  });
});

/** What the server would tell one rep, in its order, and the pool after each of it. */
interface History {
  facts: PoolFact[];
  /** `pools[n]`: the truth after the first n facts. */
  pools: Pool[];
}

interface Step {
  offer: string;
  kind: 'alert' | 'upcoming' | 'window' | 'taken' | 'withdrawn';
  sharesId: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    offer: fc.constantFrom('a', 'b', 'c', 'd'),
    kind: fc.constantFrom('alert', 'upcoming', 'window', 'taken', 'withdrawn'),
    sharesId: fc.boolean(),
  }),
  { maxLength: 40 },
);

/** A server in a dozen lines: applies each step to plain state, and skips those that make no sense. */
function historyOf(script: readonly Step[]): History {
  const shown = new Map<string, OfferCard | UpcomingCard>();
  const taken = new Set<string>();
  const history: History = { facts: [], pools: [truthOf(shown)] };
  let id = 0;
  script.forEach(({ offer, kind, sharesId }, step) => {
    const now = shown.get(offer);
    const isUp = now !== undefined && 'company' in now;
    if (taken.has(offer) || (kind === 'alert' && isUp)) return;
    if (kind === 'upcoming' && now !== undefined) return;
    if (kind !== 'alert' && kind !== 'upcoming' && now === undefined) return;
    // One cause may tell several offers at once, never the same offer twice.
    const previous = history.facts.at(-1)?.payload;
    if (!sharesId || previous === undefined || isToldByIt(history.facts, offer)) id++;
    const told = factFor(kind, id, offer, 1000 - step, 2000 + step);
    if (told.name === 'lead:alert' || told.name === 'lead:upcoming') shown.set(offer, told.payload);
    else if (told.name === 'lead:taken' || told.name === 'lead:withdrawn') shown.delete(offer);
    else if (now !== undefined) {
      const { opensAt, closesAt } = told.payload;
      shown.set(offer, 'company' in now ? { ...now, opensAt, closesAt } : { ...now, opensAt });
    }
    if (kind === 'taken') taken.add(offer);
    history.facts.push(told);
    history.pools.push(truthOf(shown));
  });
  return history;
}

/** Whether the newest cause has told this offer already. */
function isToldByIt(facts: readonly PoolFact[], offer: string): boolean {
  const last = facts.at(-1)?.payload.id;
  return facts.some(({ payload }) => payload.id === last && payload.offerId === offer);
}

function factFor(kind: Step['kind'], id: number, offer: string, opens: number, closes: number): PoolFact {
  if (kind === 'alert') return fact.alert(id, offer, opens, closes);
  if (kind === 'upcoming') return fact.upcoming(id, offer, opens);
  if (kind === 'window') return fact.window(id, offer, opens, closes);
  return kind === 'taken' ? fact.taken(id, offer) : fact.withdrawn(id, offer);
}

function truthOf(shown: ReadonlyMap<string, OfferCard | UpcomingCard>): Pool {
  const pool: Pool = { offers: [], upcoming: [] };
  for (const view of shown.values()) {
    if ('company' in view) pool.offers.push(view);
    else pool.upcoming.push(view);
  }
  const byPlace = (one: UpcomingCard, other: UpcomingCard): number =>
    one.id - other.id || (one.offerId < other.offerId ? -1 : 1);
  return { offers: pool.offers.sort(byPlace), upcoming: pool.upcoming.sort(byPlace) };
}

/** The facts up to the last of an id: a snapshot never cuts a cause in two. */
function wholeCauses(facts: readonly PoolFact[], count: number): number {
  let end = Math.min(count, facts.length);
  while (end > 0 && end < facts.length && facts[end]?.payload.id === facts[end - 1]?.payload.id) {
    end++;
  }
  return end;
}

describe('the pool, whatever the network does', () => {
  test('any order and any duplicates give the view of the truth', () => {
    const delivery = steps.chain((script) => {
      const { facts, pools } = historyOf(script);
      const twice = [...facts, ...facts];
      return fc.record({
        truth: fc.constant(pools.at(-1) as Pool),
        arrived: fc.shuffledSubarray(twice, { minLength: twice.length }),
      });
    });
    fc.assert(
      fc.property(delivery, ({ truth, arrived }) => {
        const state = after(arrived, withSnapshot(EMPTY_POOL, NOTHING_YET, true));
        expect(poolOf(state)).toEqual(truth);
      }),
    );
  });

  test('loss, then a snapshot, then late and new facts mixed give the view of the truth', () => {
    const delivery = steps.chain((script) => {
      const history = historyOf(script);
      const count = history.facts.length;
      return fc.record({
        history: fc.constant(history),
        heardBefore: fc.shuffledSubarray(history.facts),
        isFirst: fc.boolean(),
        cut: fc.nat({ max: count }).map((at) => wholeCauses(history.facts, at)),
        order: fc.shuffledSubarray([...history.facts.keys()], { minLength: count }),
      });
    });
    fc.assert(
      fc.property(delivery, ({ history, heardBefore, isFirst, cut, order }) => {
        const { facts, pools } = history;
        const { offers, upcoming } = pools[cut] as Pool;
        const snapshot: PoolSnapshot = {
          upTo: facts[cut - 1]?.payload.id ?? 0,
          offers: [...offers, ...upcoming],
        };
        const before = after(heardBefore);
        const caughtUp = withSnapshot(before, snapshot, isFirst);
        const state = after(
          order.map((index) => facts[index] as PoolFact),
          caughtUp,
        );
        expect(poolOf(state)).toEqual(pools.at(-1));
      }),
    );
  });
});
