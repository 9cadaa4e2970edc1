/** The oracle, tried on histories that each break one rule: that rule fires, and no other. */
import { createHash } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { openWriter } from '../../server/platform/sqlite.ts';
import { writeSoundDatabase } from '../../test/support/sound-database.ts';
import {
  ask,
  asks,
  awarded,
  ayu,
  board,
  budi,
  gone,
  heard,
  iso,
  lost,
  of,
  redis,
  retry,
  type Said,
  SOUND,
  taken,
  won,
} from '../../test/support/sound-history.ts';
import { tempFolder } from '../../test/support/temp-database.ts';
import { brokenRules, History, replayHistory } from './history.ts';
import { CONTACT_MARK } from './line.ts';
import type { RedisFacts } from './on-redis.ts';
import { type Judgement, Oracle, RULES } from './oracle.ts';

interface Planted {
  /** What is broken, where a rule can be broken in several ways. */
  how: string;
  lines?: Said[];
  sql?: string;
  redis?: Partial<RedisFacts>;
}

const again = (claim: typeof ayu, requestId: string) => ({ ...claim, requestId });
const mark = { kind: 'mark', generation: 0, epoch: 0, lastEvent: 0, lastEntry: 0 } as const;
const nothing = Array(2).fill(createHash('sha256').digest('hex')).join(' ');

const PLANTED: Record<string, Planted[]> = {
  S1: [{ how: 'two were told', lines: ask(again(budi, 'b9'), won(budi, 1100)) }],
  S2: [
    {
      how: 'an offer without a claim',
      lines: ask(asks('r1', 'o9', 'l1', 'a9'), won(asks('r1', 'o9', 'l1', ''), 1100)),
    },
    { how: 'another instant', lines: ask(again(ayu, 'a9'), won(ayu, 1101)) },
    {
      how: 'in the record',
      sql: `UPDATE race_notes SET notes = '{"attempts":[{"repId":"r2","verdict":"won"}]}' WHERE offer_id = 'o1'`,
    },
  ],
  S3: [
    { how: 'by lead:taken', lines: [taken(11, 'r9')] },
    { how: 'by lost', lines: ask(again(budi, 'b9'), { ...lost, winner: { id: 'r9', name: null } } as Verdict) },
    { how: 'on a wall', lines: [heard('r1', 'wall:feed', { latest: [{ leadId: 'l3', repId: 'r1' }] })] },
    { how: 'in the record', sql: `UPDATE race_notes SET notes = replace(notes, '"winnerId":"r1"', '"winnerId":"r2"')` },
  ],
  S4: [
    { how: 'lost, then gone', lines: ask(budi, gone(budi, 'expired')) },
    { how: 'won, then gone while it is owned', lines: ask(ayu, gone(ayu, 'released')) },
  ],
  S5: [
    {
      how: 'won before it was sent',
      lines: ask(asks('r1', 'o4', 'l4', 'a4'), won(asks('r1', 'o4', 'l4', ''), 3200), { wallMs: 9000 }),
    },
    { how: 'before the window', sql: `UPDATE offer_lanes SET opens_at = 1101 WHERE offer_id = 'o1'` },
  ],
  S6: [
    {
      how: 'over the cap',
      sql: `UPDATE offers SET limits = '[{"rule":"dailyCap","terms":[{"counter":"claims:day:2026-11-23","coefficient":1}],"max":0}]' WHERE id = 'o4'`,
    },
  ],
  S7: [
    { how: 'not in the offer', sql: `UPDATE offer_lanes SET reps = '[2]' WHERE offer_id = 'o1'` },
    { how: 'told to be over', lines: ask(again(budi, 'b9'), gone(budi, 'assigned'), { at: 5, sentAt: 4 }) },
  ],
  S8: [{ how: 'lost before the winner asked', lines: ask(again(budi, 'b9'), lost, { at: 5, sentAt: 4 }) }],
  S9: [
    {
      how: 'an earlier win',
      lines: [{ kind: 'win', offerId: 'o1', repId: 'r2', requestId: 'b1', order: '1099-7', epoch: 1 }],
    },
  ],
  S10: [
    { how: 'awarded, not booked', lines: [heard('r1', 'points:awarded', { ...awarded, points: 6 })] },
    { how: 'not earned', sql: `UPDATE point_entries SET rule = 'won' WHERE id = 6` },
    { how: 'a fact that changed', lines: [{ ...mark, digest: 'what it was', lastEvent: 12 }] },
  ],
  S11: [
    { how: 'two see two', lines: [heard('r2', 'board:delta', board(1, 6)), heard('r2', 'board:delta', board(1, 5))] },
    { how: 'a stale board', lines: [{ kind: 'board', state: board(2, 10) }] },
    { how: 'no fold', sql: `UPDATE rep_days SET revenue = 501 WHERE day = '2026-11-24'` },
  ],
  S12: [
    {
      how: 'backwards',
      lines: [
        { ...mark, digest: nothing, generation: 2 },
        { ...mark, digest: nothing, generation: 1 },
      ],
    },
    { how: 'two ledgers', lines: [{ kind: 'ledger', process: 'third', generation: 2 }] },
  ],
  S13: [
    {
      how: 'a fact in two versions',
      lines: ['x', 'y'].map((reason, n) => heard(`r${n + 1}`, 'lead:withdrawn', { id: 30, ...of(ayu), reason })),
    },
    { how: 'a pool that misses an offer', lines: [heard('r2', 'pool:snapshot', { upTo: 18, offers: [] })] },
    {
      how: 'a pool that shows what is over',
      lines: [heard('r2', 'lead:alert', { id: 31, ...of(ayu), opensAt: iso(1000) })],
    },
    {
      how: 'backwards',
      lines: [
        heard('r1', 'lead:window', { id: 41, offerId: 'o3', leadId: 'l2', opensAt: iso(1000), closesAt: iso(90_000) }),
        heard('r1', 'lead:window', { id: 40, offerId: 'o3', leadId: 'l2', opensAt: iso(1000), closesAt: iso(80_000) }),
      ],
    },
  ],
  S14: [{ how: 'a win that nobody settled', redis: { wins: [{ offerId: 'o9', repId: 'r1', order: '9-9' }] } }],
  L1: [
    {
      how: 'silence',
      lines: [
        { kind: 'sent', ...again(ayu, 'a9') },
        { kind: 'silence', ...again(ayu, 'a9') },
      ],
    },
    { how: 'too late', lines: [{ kind: 'calm', at: 100 }, ...ask(again(budi, 'b9'), lost, { sentAt: 90, at: 5101 })] },
  ],
  L2: [{ how: 'retry for ever', lines: ask(asks('r2', 'o3', 'l2', 'b3'), retry(asks('r2', 'o3', 'l2', ''))) }],
  L3: [
    { how: 'a counter', redis: { counters: new Map([...redis.counters, ['r2', { 'leads:open': 1 }]]) } },
    { how: 'an offer', redis: { offers: new Map() } },
    {
      how: 'a winner',
      redis: { offers: new Map([...redis.offers, ['o4', { state: 'claimed', winner: 'r2' }]]) },
    },
  ],
  L4: [{ how: 'a request that never ends', redis: { keys: [...redis.keys, { name: 'request:r1:a1', ttlMs: -1 }] } }],
  L5: [
    { how: 'memory', lines: [{ kind: 'usage', process: 'all', rssBytes: 240e6, descriptors: 40 }] },
    { how: 'descriptors', lines: [{ kind: 'usage', process: 'all', rssBytes: 200e6, descriptors: 60 }] },
  ],
  C0: [
    {
      how: 'a dangling reference',
      sql: `PRAGMA foreign_keys = OFF; CREATE TABLE parent (id integer PRIMARY KEY);
        CREATE TABLE child (parent REFERENCES parent); INSERT INTO child VALUES (7)`,
    },
  ],
  C1: [{ how: 'a claim without its event', sql: `UPDATE events SET at = 1101 WHERE seq = 10` }],
  C7: [
    { how: 'accepted and gone', lines: [{ kind: 'accepted', leadId: 'l9' }] },
    { how: 'waiting for nothing', sql: `DELETE FROM deadlines WHERE id = 'dl_route3'` },
  ],
  C8: [
    {
      how: 'fired and still owed',
      sql: `INSERT INTO deadlines (id, kind, due_at, lead_id) VALUES ('dl_route2', 'routeAgain', 1, 'l2')`,
    },
  ],
  V1: [
    {
      how: 'another lead',
      lines: ask(again(budi, 'b9'), { ...retry(budi), leadId: 'l9' } as Verdict).concat(ask(again(budi, 'b9'), lost)),
    },
  ],
  V2: [{ how: 'before the win', lines: ask(again(budi, 'b9'), { ...lost, byMs: -1 } as Verdict) }],
  V4: [
    {
      how: 'of a race',
      lines: ask(again(budi, 'b9'), { verdict: 'refused', ...of(budi), rule: 'teamPool', message: '' }),
    },
  ],
  V3: [{ how: 'in an alert', lines: [heard('r1', 'lead:window', { id: 12, offerId: 'o3', phone: CONTACT_MARK })] }],
};

let file: string;

beforeEach(() => {
  file = join(tempFolder(), 'sambar.db');
  writeSoundDatabase(file);
});

function judge({ lines = [], sql, redis: changed }: Partial<Planted>): Judgement {
  if (sql !== undefined) {
    const { sqlite } = openWriter(file);
    sqlite.exec(sql);
    sqlite.close();
  }
  let at = 1000;
  const history = new History({ skewMs: 500, clock: { monotonicMs: () => at++, nowMs: () => at } });
  for (const line of [...SOUND, ...lines]) history.record(line);
  return history.judge(file, { isOver: true, redis: { ...redis, ...changed } });
}

describe('the oracle', () => {
  test('finds nothing in a sound history, and has judged every rule', () => {
    const { broken, unjudged, counts, lost: missing, doubled } = judge({});
    expect({ broken, unjudged, missing, doubled }).toEqual({ broken: [], unjudged: [], missing: 0, doubled: 0 });
    expect(counts).toMatchObject({
      claims: 7,
      wins: 2,
      outcomes: { won: 2, lost: 2, early: 0, refused: 0, gone: 1, retry: 2, silence: 0 },
      accepted: 1,
      faults: 1,
      hitsInFlight: 1,
      inFlight: 0,
    });
  });

  test('has a planted violation of every rule', () => {
    expect(Object.keys(PLANTED).sort()).toEqual([...RULES.keys()].sort());
  });

  const cases = Object.entries(PLANTED).flatMap(([id, all]) => all.map((one) => ({ id, ...one })));

  test.each(cases)('$id fires, alone: $how', ({ id, ...planted }) => {
    const { broken } = judge(planted);
    expect(broken.map((one) => one.id)).toEqual([id]);
    expect(broken[0]?.cases.length).toBeGreaterThan(0);
  });

  test('says what it could not judge', () => {
    const history = new History();
    const { broken, unjudged } = history.judge(file);
    expect(broken).toEqual([]);
    expect(unjudged.map(({ id }) => id).sort()).toEqual(['L1', 'L2', 'L3', 'L4', 'L5', 'S12', 'S14', 'S5', 'S9']);
  });

  test('knows a claim that names no offer again, once it was answered for one', () => {
    const unnamed = { ...again(ayu, 'a9'), offerId: null };
    const sent = { kind: 'sent', ...unnamed, wallMs: 1100 } as const;
    const answered = (verdict: Verdict): Said => ({ kind: 'answered', ...unnamed, verdict, wallMs: 1100 });
    expect(judge({ lines: [sent, answered(retry(ayu)), sent, answered(won(ayu, 1100))] }).broken).toEqual([]);
  });

  test('a win of an epoch that did not survive, or that was given back, is nobody’s', () => {
    const lines: Said[] = [
      { kind: 'win', offerId: 'o2', repId: 'r1', requestId: 'a2', order: '1000-0', epoch: 0 },
      { kind: 'win', offerId: 'o2', repId: 'r1', requestId: 'a2', order: '1150-0', epoch: 1 },
      { kind: 'reopened', offerId: 'o2', order: '1150-0' },
      { kind: 'win', offerId: 'o2', repId: 'r2', requestId: 'b2', order: '1200-0', epoch: 1 },
    ];
    expect(judge({ lines }).broken).toEqual([]);
  });

  test('counts what is lost and what is doubled', () => {
    const [without] = PLANTED.S2 as [Planted];
    const [twice] = PLANTED.S1 as [Planted];
    expect(judge(without)).toMatchObject({ lost: 1, doubled: 0 });
    expect(judge(twice)).toMatchObject({ lost: 0, doubled: 1 });
    expect(judge((PLANTED.C1 as [Planted])[0])).toMatchObject({ lost: 0, doubled: 1 });
    expect(judge({ lines: [{ kind: 'accepted', leadId: 'l9' }] })).toMatchObject({ lost: 1 });
  });

  test('tells the same of a history that was kept in a file', () => {
    const kept = join(tempFolder(), 'history.jsonl');
    const live = new History({ skewMs: 500, file: kept, isKept: false });
    const [planted] = PLANTED.S3 as [Planted];
    for (const line of [...SOUND, ...(planted.lines ?? [])]) live.record(line);
    live[Symbol.dispose]();
    const oracle = new Oracle({ skewMs: 500 });
    replayHistory(kept, oracle);
    expect(live.lines).toEqual([]);
    const options = { isOver: true, redis };
    expect(brokenRules(oracle.judge(file, options))).toEqual(brokenRules(live.judge(file, options)));
    expect(brokenRules(oracle.judge(file, options))[0]).toContain('S3 whoever is named');
  });

  test('forgets what is over, and keeps what it found and that it must not change', () => {
    const oracle = new Oracle({ skewMs: 500 });
    const [planted] = PLANTED.S3 as [Planted];
    let at = 1000;
    for (const line of [...SOUND, ...(planted.lines ?? [])]) oracle.line({ at: at++, ...line });
    expect(oracle.underWay).toBe(2);
    oracle.retire(file, at, 60_000);
    expect(oracle.underWay).toBe(2);
    oracle.retire(file, at + 60_000, 60_000);
    expect(oracle.underWay).toBe(0);
    expect(oracle.judge(file, { isOver: true, redis }).broken.map(({ id }) => id)).toEqual(['S3']);
    const before = join(tempFolder(), 'before.db');
    copyFileSync(file, before);
    const { sqlite } = openWriter(file);
    sqlite.exec(`DELETE FROM events WHERE seq = 18`);
    sqlite.close();
    expect(oracle.judge(before, { isOver: true, redis }).broken.map(({ id }) => id)).toEqual(['S3']);
    expect(oracle.judge(file, { isOver: true, redis }).broken.map(({ id }) => id)).toContain('S10');
  });
});
