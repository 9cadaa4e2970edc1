/** The second referee against the file alone: whatever the arbiter grants, these refuse. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateFile } from '../../platform/migrate.ts';
import { type Connection, openWriter } from '../../platform/sqlite.ts';
import { resolvePreset } from '../../policy/policy-rules.ts';
import type { SettleClaimArgs } from './settle-claim.ts';
import { createTransactions, type Transactions } from './transactions.ts';

const T0 = Date.parse('2026-11-23T03:00:00.000Z');
const DAY = '2026-11-23';
const POINTS = resolvePreset('open')!.points;

let folder: string;
let connection: Connection;
let commits: Transactions;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sambar-test-'));
  const file = join(folder, 'sambar.db');
  migrateFile(file);
  connection = openWriter(file);
  commits = createTransactions(connection.db);
  for (const [n, id] of ['ani', 'budi', 'citra'].entries()) {
    const row = { id, name: id, email: `${id}@example.com`, tier: n + 1, createdAt: T0 };
    commits.addRep({ row, actor: 'admin', at: T0 });
  }
});

afterEach(() => {
  connection.sqlite.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An offer with lane 0 (ani, budi) at T0 and lane 1 (citra) a quarter of an hour later. */
function putUp(number: number, limits: unknown[] = []): void {
  const [leadId, offerId] = [`lead_${number}`, `offer_${number}`];
  commits.acceptLead({
    lead: {
      id: leadId,
      sourceId: 'admin',
      source: 'web',
      companyName: 'PT Maju',
      score: 60,
      temperature: 'warm',
      pool: 'standard',
      status: 'waiting',
      acceptedAt: T0,
    },
    actor: 'admin',
    private: {},
    next: {
      offer: {
        offer: {
          id: offerId,
          leadId,
          state: 'open',
          pool: 'standard',
          policyVersion: 0,
          openedAt: T0,
          closesAt: T0 + 3_600_000,
          clearMs: 60_000,
          limits: JSON.stringify(limits),
          increments: JSON.stringify([{ counter: `claims:day:${DAY}`, by: 1 }]),
        },
        lanes: [
          { offerId, lane: 0, opensAt: T0, sentAt: T0, tiers: '[1,2]', reps: '[1,2]' },
          { offerId, lane: 1, opensAt: T0 + 900_000, sentAt: null, tiers: '[3]', reps: '[3]' },
        ],
        deadlines: [{ id: `dl_${number}`, kind: 'offerExpires', dueAt: T0 + 3_600_000, leadId, offerId }],
        leftOut: '{}',
        windowHolders: '[]',
      },
    },
  });
}

function win(repId: string, atMs: number, number = 1, more: Partial<SettleClaimArgs['win']> = {}): SettleClaimArgs {
  const repNum = ['ani', 'budi', 'citra', 'dodi'].indexOf(repId) + 1;
  return {
    win: {
      offerId: `offer_${number}`,
      leadId: `lead_${number}`,
      repId,
      requestId: 'r',
      claimedAtMs: atMs,
      order: String(atMs),
      ...more,
    },
    repNum,
    day: DAY,
    firstContactMs: 180_000,
    points: POINTS,
  };
}

const count = (sql: string) => connection.sqlite.prepare(sql).pluck().get() as number;

describe('settleClaim', () => {
  it('writes claim, event, counter, points and boards at once, and takes the timers off', () => {
    putUp(1);
    const settled = commits.settleClaim(win('ani', T0 + 60_000));
    expect(settled).toMatchObject({
      outcome: 'committed',
      claimSpeedMs: 60_000,
      awards: [{ rule: 'claimWithin60s', points: 10 }],
    });
    expect(count("select count(*) from ownerships where offer_id = 'offer_1' and rep_id = 'ani'")).toBe(1);
    expect(count("select count(*) from events where kind = 'lead.claimed'")).toBe(1);
    expect(count("select value from counters where rep_id = 'ani'")).toBe(1);
    expect(count("select points from rep_days where rep_id = 'ani'")).toBe(10);
    expect(count('select count(*) from deadlines')).toBe(0);
    expect(connection.sqlite.prepare('select state from offers').pluck().get()).toBe('claimed');
  });

  it('GAME-01: 61 s after the own alert earns nothing', () => {
    putUp(1);
    expect(commits.settleClaim(win('ani', T0 + 60_001))).toMatchObject({ outcome: 'committed', awards: [] });
  });

  it('the same win twice is one claim', () => {
    putUp(1);
    commits.settleClaim(win('ani', T0 + 5));
    expect(commits.settleClaim(win('ani', T0 + 5))).toMatchObject({
      outcome: 'committed',
      seq: 0,
      claimedAtMs: T0 + 5,
    });
    expect(count('select count(*) from ownerships')).toBe(1);
    expect(count('select sum(points) from point_entries')).toBe(10);
  });

  it("another rep's win of a claimed offer hears the winner on file", () => {
    putUp(1);
    commits.settleClaim(win('ani', T0 + 5));
    expect(commits.settleClaim(win('budi', T0 + 4))).toEqual({
      outcome: 'claimedBy',
      winnerId: 'ani',
      claimedAtMs: T0 + 5,
    });
  });

  it('a request wins one offer of a lead, and comes again for no other', () => {
    putUp(1);
    commits.settleClaim(win('ani', T0 + 5));
    connection.sqlite.exec("update ownerships set ended_at = 1, end_reason = 'released'");
    putUp(2);
    connection.sqlite.exec("update offers set lead_id = 'lead_1' where id = 'offer_2'");
    const again = { leadId: 'lead_1' };
    expect(commits.settleClaim(win('ani', T0 + 6, 2, again))).toEqual({ outcome: 'repeated', wonBefore: 'offer_1' });
    expect(count("select count(*) from offers where id = 'offer_2' and state = 'open'")).toBe(1);
    // Another rep's request may have the same name.
    expect(commits.settleClaim(win('budi', T0 + 6, 2, again)).outcome).toBe('committed');
  });

  it.each([
    ['unknownOffer', win('ani', T0, 9)],
    ['otherLead', win('ani', T0, 1, { leadId: 'lead_2' })],
    ['notInOffer', win('dodi', T0)],
    ['early', win('citra', T0 + 899_999)],
    ['expired', win('ani', T0 + 3_600_000)],
  ])('refuses: %s', (why, args) => {
    putUp(1);
    expect(commits.settleClaim(args)).toEqual({ outcome: 'refused', why });
    expect(count('select count(*) from ownerships')).toBe(0);
  });

  it.each([
    ['at the opening of the own lane', win('citra', T0 + 900_000)],
    ['in the last millisecond', win('ani', T0 + 3_599_999)],
  ])('takes a win %s', (_, args) => {
    putUp(1);
    expect(commits.settleClaim(args).outcome).toBe('committed');
  });

  it('refuses what breaks a limit over the counters in the file', () => {
    const cap = { rule: 'dailyCap', terms: [{ counter: `claims:day:${DAY}`, coefficient: 1 }], max: 0 };
    putUp(1);
    putUp(2, [cap]);
    commits.settleClaim(win('ani', T0 + 5));
    expect(commits.settleClaim(win('ani', T0 + 6, 2))).toEqual({ outcome: 'refused', why: 'dailyCap' });
    expect(commits.settleClaim(win('budi', T0 + 7, 2)).outcome).toBe('committed');
  });

  it('invariant 1: an owned lead gets no second owner, whatever the offer says', () => {
    putUp(1);
    connection.sqlite.exec(
      `insert into ownerships (id, lead_id, rep_id, via, started_at, day, first_contact_due_at) values ('own_1', 'lead_1', 'budi', 'manager', ${T0}, '${DAY}', ${T0})`,
    );
    expect(commits.settleClaim(win('ani', T0 + 5))).toEqual({ outcome: 'refused', why: 'ownedAlready' });
  });

  it('invariant 1: two unique indexes refuse a second claim of an offer and a second live owner', () => {
    putUp(1);
    commits.settleClaim(win('ani', T0 + 5));
    const again = (id: string, leadId: string, offerId: string) => () =>
      connection.sqlite.exec(
        `insert into ownerships (id, lead_id, rep_id, via, offer_id, started_at, day, first_contact_due_at)
         values ('${id}', '${leadId}', 'budi', 'claim', ${offerId}, ${T0}, '${DAY}', ${T0})`,
      );
    expect(again('a', 'lead_2', "'offer_1'")).toThrow(/UNIQUE/);
    expect(again('b', 'lead_1', "'offer_2'")).toThrow(/UNIQUE/);
  });
});
