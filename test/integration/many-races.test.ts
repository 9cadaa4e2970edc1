/**
 * Ten thousand claims: fifty reps tap at each of two hundred leads the moment its alert arrives, four
 * leads at a time, on both arbiters. What everybody was told is then held against the file, the boards
 * and the public facts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BoardState, BoardWatch, SambarClient, Verdict } from '../../client-sdk/src/sambar-client.ts';
import { verifyFile } from '../../server/ledger/verify.ts';
import { openReader } from '../../server/platform/sqlite.ts';
import { startApp, type TestApp, type TestRep } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

/** Ten seconds on a machine of its own; others may share it. */
const TEST_MS = 120_000;
const REPS = 50;
const LEADS = 200;
const AT_ONCE = 4;
const BOARDS: BoardWatch[] = [
  { board: 'points', period: 'week', top: 10 },
  { board: 'points', period: 'all', top: 100 },
  { board: 'claims', period: 'day', top: 3 },
  { board: 'claimSpeed', period: 'month', top: 50 },
];

let app: TestApp;
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

afterAll(async () => {
  await redis.stop();
});

interface Told {
  rep: TestRep;
  verdict: Verdict;
}

/** Every rep claims each lead once, at its alert; a lead is done when every rep has its verdict. */
class Crowd {
  readonly told = new Map<string, Told[]>();
  readonly #done = new Map<string, () => void>();
  #break: (error: unknown) => void = () => undefined;
  /** Rejects when a claim gets no verdict, so that no race waits for it. */
  readonly #broken = new Promise<never>((_, reject) => {
    this.#break = reject;
  });

  join(rep: TestRep, client: SambarClient): void {
    client.onAlert(({ leadId, offerId }) => {
      client.claim({ leadId, offerId }).then((verdict) => this.#hear(leadId, { rep, verdict }), this.#break);
    });
  }

  async race(): Promise<void> {
    const leadId = await app.addLead();
    if (this.told.get(leadId)?.length === REPS) return;
    await Promise.race([this.#broken, new Promise<void>((resolve) => this.#done.set(leadId, resolve))]);
  }

  #hear(leadId: string, told: Told): void {
    const all = [...(this.told.get(leadId) ?? []), told];
    this.told.set(leadId, all);
    if (all.length === REPS) this.#done.get(leadId)?.();
  }
}

/** Follows a board by its deltas alone, from the first answer on. */
class Follower {
  readonly query: BoardWatch;
  readonly heard: BoardState[] = [];
  #listener: () => void = () => undefined;

  constructor(client: SambarClient, query: BoardWatch) {
    this.query = query;
    client.watchBoard(query, (state) => {
      this.heard.push(state);
      this.#listener();
    });
  }

  /** Resolves when it has heard that number, or a later one. */
  reach(seq: number): Promise<BoardState> {
    return new Promise((resolve) => {
      const look = () => {
        const last = this.heard.at(-1);
        if (last !== undefined && last.seq >= seq) resolve(last);
      };
      this.#listener = look;
      look();
    });
  }
}

/** Who won each lead, as all its racers were told: throws unless one won and all others lost to that rep. */
function winnersTold(told: Crowd['told']): Map<string, string> {
  const winners = new Map<string, string>();
  for (const [leadId, answers] of told) {
    const won = answers.filter(({ verdict }) => verdict.verdict === 'won').map(({ rep }) => rep.id);
    const named = answers.flatMap(({ verdict }) => (verdict.verdict === 'lost' ? [verdict.winner.id] : []));
    expect([won.length, named.length]).toEqual([1, REPS - 1]);
    expect(new Set(named)).toEqual(new Set(won));
    expect(new Set(answers.map(({ rep }) => rep.id)).size).toBe(REPS);
    winners.set(leadId, won[0] as string);
  }
  return winners;
}

interface Fact {
  id: number;
  kind: string;
  leadId: string;
  repId: string;
}

async function allFacts(): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (let after = '0'; ; ) {
    const page = await app.call<{ items: Fact[]; nextCursor: string | null }>(
      'GET',
      `/v1/events?after=${after}&limit=70`,
    );
    facts.push(...page.body.items);
    if (page.body.nextCursor === null) return facts;
    after = page.body.nextCursor;
  }
}

function pointsOnFile(): Map<string, number> {
  const { sqlite } = openReader(app.databaseFile);
  const rows = sqlite.prepare('SELECT rep_id AS repId, sum(points) AS points FROM point_entries GROUP BY rep_id').all();
  sqlite.close();
  return new Map((rows as { repId: string; points: number }[]).map(({ repId, points }) => [repId, points]));
}

async function expectBalances(reps: TestRep[], winners: Map<string, string>): Promise<void> {
  const points = pointsOnFile();
  for (const { id, token } of reps) {
    const wins = [...winners.values()].filter((winner) => winner === id).length;
    const { body } = await app.call<{ points: number; claimsToday: number }>('GET', '/v1/me', { token });
    expect(body).toMatchObject({ points: points.get(id) ?? 0, claimsToday: wins });
  }
  expect([...points.values()].reduce((sum, one) => sum + one, 0)).toBe(LEADS * 10);
}

async function expectBoardsFollowed(followers: Follower[]): Promise<void> {
  for (const follower of followers) {
    const { heard } = follower;
    const { board, period, top = 10 } = follower.query;
    const fresh = await app.call<BoardState>('GET', `/v1/leaderboards/${board}?period=${period}&top=${top}`);
    const shown = await follower.reach(fresh.body.seq);
    expect(shown).toMatchObject({ epoch: fresh.body.epoch, seq: fresh.body.seq });
    expect(shown.rows).toEqual(fresh.body.rows);
    expect(heard.length).toBeGreaterThan(1);
    const first = heard[0]?.seq ?? 0;
    expect(heard.map(({ seq }) => seq)).toEqual(heard.map((_, n) => first + n));
  }
}

describe.each(['embedded', 'redis'])('many races, %s', (arbiter) => {
  it(
    'AR23: one winner a lead, everybody told the same, and all that follows adds up',
    async () => {
      app = await startApp({ env: arbiter === 'redis' ? { REDIS_URL: redis.url, CELL: 'many-races' } : {} });
      const reps = await Promise.all(Array.from({ length: REPS }, (_, n) => app.addRep(`Rep ${n}`)));
      const crowd = new Crowd();
      const clients = await Promise.all(
        reps.map(async (rep) => {
          const client = await app.client(rep.token);
          await client.sync();
          crowd.join(rep, client);
          return client;
        }),
      );
      const screen = await app.call<{ token: string }>('POST', '/v1/screens', { body: { name: 'Wall' } });
      const watching = [clients[0] as SambarClient, await app.client(screen.body.token)];
      const followers = watching.flatMap((client) => BOARDS.map((query) => new Follower(client, query)));
      for (let lead = 0; lead < LEADS; lead += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => crowd.race()));
      }
      expect(crowd.told.size).toBe(LEADS);
      const winners = winnersTold(crowd.told);
      const facts = await allFacts();
      expect(facts.map(({ kind }) => kind)).toEqual(Array.from({ length: LEADS }, () => 'claimed'));
      expect(facts.every(({ id }, n) => id > (facts[n - 1]?.id ?? 0))).toBe(true);
      expect(new Map(facts.map(({ leadId, repId }) => [leadId, repId]))).toEqual(winners);
      await expectBalances(reps, winners);
      await expectBoardsFollowed(followers);
      const { violations, counted } = verifyFile(app.databaseFile);
      expect(violations).toEqual([]);
      expect(counted).toMatchObject({ leads: LEADS, offers: LEADS, claims: LEADS, pointEntries: LEADS });
    },
    TEST_MS,
  );
});
