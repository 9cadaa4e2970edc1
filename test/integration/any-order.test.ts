/**
 * Anything in any order: seeded runs of random commands, some at once, on the embedded arbiter. After
 * each run the file is sound, every lead is in one place, the boards equal a recount of the events, and
 * what each rep was told equals what is on disk.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Random } from '../../server/kernel/random.ts';
import type { TestRep } from '../support/app.ts';
import { MINUTE, Race } from '../support/race.ts';
import { lostLeads, recount } from '../support/race-recount.ts';
import { seededRandom } from '../support/seeded-random.ts';

const RUNS = 30;
const STEPS = 30;
const LEADS_MAX = 6;
const TYPES = ['demo request', 'whitepaper download', 'newsletter signup'];
const STAGES = ['qualified', 'opportunity', 'won', 'lost', 'nurture'];

interface Told {
  repId: string;
  verdict: string;
  offerId: string;
  winnerId: string | undefined;
}

let race: Race | null = null;

afterEach(async () => {
  await race?.end();
  race = null;
});

class Run {
  readonly told: Told[] = [];
  readonly #race: Race;
  readonly #random: Random;
  readonly #reps: TestRep[] = [];
  readonly #leads: string[] = [];
  #requests = 0;

  constructor(of: Race, random: Random) {
    this.#race = of;
    this.#random = random;
  }

  #oneOf<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random.unit() * items.length)] as T;
  }

  async begin(): Promise<void> {
    const preset = this.#oneOf(['open', 'tiered', 'fast-tiered']);
    await this.#race.setPolicy({ preset });
    const policy = await this.#race.done<{ leaderboard: object }>('GET', '/v1/policy');
    const leaderboard = { ...policy.leaderboard, rateMinClaims: 1 };
    await this.#race.setPolicy({ ...policy, leaderboard });
    if (this.#random.unit() < 0.5) await this.#race.changeCompetition({ dailyCap: 2 });
    for (let rep = 0; rep < 4; rep++) {
      this.#reps.push(await this.#race.app.addRep(`Rep ${rep}`, { tier: Math.min(rep + 1, 3) }));
    }
  }

  /** One command, some of which are refused: which ones is the server's affair, that all stay sound is ours. */
  async #command(): Promise<void> {
    const rep = this.#oneOf(this.#reps);
    const leadId = this.#oneOf(this.#leads);
    const chance = this.#random.unit();
    if (leadId === undefined || (chance < 0.12 && this.#leads.length < LEADS_MAX)) {
      this.#leads.push(await this.#race.app.addLead({ type: this.#oneOf(TYPES) }));
    } else if (chance < 0.5) {
      await this.#claim(rep, leadId);
    } else if (chance < 0.58) {
      await this.#call(`leads/${leadId}/releases`, { reason: 'x' }, await this.#ownerOf(leadId));
    } else if (chance < 0.64) {
      await this.#call(`leads/${leadId}/assignments`, { repId: rep.id, reason: 'x' });
    } else if (chance < 0.74) {
      await this.#call(`leads/${leadId}/activities`, { kind: 'call' }, await this.#ownerOf(leadId));
    } else if (chance < 0.88) {
      const stage = this.#oneOf(STAGES);
      const body = stage === 'won' ? { stage, revenue: 1_000 } : { stage };
      await this.#call(`leads/${leadId}/stages`, body, await this.#ownerOf(leadId));
    } else {
      const status = this.#oneOf(['break', 'ready']);
      await this.#race.app.call('PATCH', `/v1/reps/${rep.id}`, { body: { status } });
    }
  }

  async #ownerOf(leadId: string): Promise<TestRep> {
    const sql = 'SELECT rep_id AS id FROM ownerships WHERE lead_id = ? AND ended_at IS NULL';
    const [owner] = this.#race.file.all<{ id: string }>(sql, leadId);
    return this.#reps.find(({ id }) => id === owner?.id) ?? this.#oneOf(this.#reps);
  }

  async #call(path: string, body: object, by?: TestRep): Promise<void> {
    const token = by === undefined ? {} : { token: by.token };
    const { status } = await this.#race.app.call('POST', `/v1/${path}`, { body, ...token });
    expect([201, 403, 404, 409, 503]).toContain(status);
  }

  async #claim(rep: TestRep, leadId: string): Promise<void> {
    const { app } = this.#race;
    const { body } = await app.claimOverHttp(rep.token, leadId, `tap-${++this.#requests}`);
    const { verdict, offerId, winner } = body as unknown as Told & { winner?: { id: string } };
    this.told.push({ repId: rep.id, verdict, offerId, winnerId: winner?.id });
  }

  async step(): Promise<void> {
    const atOnce = this.#oneOf([1, 1, 2, 4]);
    await Promise.all(Array.from({ length: atOnce }, () => this.#command()));
    const chance = this.#random.unit();
    if (chance < 0.4) await this.#race.after(Math.floor(this.#random.unit() * MINUTE));
    else if (chance < 0.55) await this.#race.after(Math.floor(this.#random.unit() * 40 * MINUTE));
    else await this.#race.settle();
  }
}

/** Every `won` is on disk, of one rep an offer; every loser was told the name that is on disk. */
function expectToldTruth(told: Told[], of: Race): void {
  const sql = `SELECT offer_id AS offerId, rep_id AS repId FROM ownerships WHERE via = 'claim'`;
  const winners = new Map(
    of.file.all<{ offerId: string; repId: string }>(sql).map(({ offerId, repId }) => [offerId, repId]),
  );
  for (const { verdict, offerId, repId, winnerId } of told) {
    if (verdict === 'won') expect(winners.get(offerId)).toBe(repId);
    if (verdict === 'lost') expect(winners.get(offerId)).toBe(winnerId);
  }
  const won = told.filter(({ verdict }) => verdict === 'won').map(({ offerId }) => offerId);
  expect(new Set(won)).toEqual(new Set(winners.keys()));
}

async function boards(of: Race, metrics: string[]): Promise<Record<string, Record<string, number>>> {
  const shown: Record<string, Record<string, number>> = {};
  for (const metric of metrics) {
    const { rows } = await of.done<{ rows: { repId: string; value: number }[] }>(
      'GET',
      `/v1/leaderboards/${metric}?period=all`,
    );
    shown[metric] = Object.fromEntries(rows.map(({ repId, value }) => [repId, value]));
  }
  return shown;
}

describe('any order of commands', () => {
  it.each(Array.from({ length: RUNS }, (_, seed) => `seed ${seed + 1}`))('%s', async (seed) => {
    const random = seededRandom(seed);
    race = await Race.start(null, { random: seededRandom(`ids of ${seed}`) });
    const run = new Run(race, random);
    await run.begin();
    for (let step = 0; step < STEPS; step++) {
      await run.step();
      expect(lostLeads(race.file)).toEqual([]);
    }
    const counted = recount(race.file);
    expect(await boards(race, Object.keys(counted))).toEqual(counted);
    for (const [repId, points] of Object.entries(counted.points ?? {})) {
      expect(race.file.balance(repId)).toBe(points);
    }
    expectToldTruth(run.told, race);
    expect(run.told.length).toBeGreaterThan(STEPS / 8);
  });
});
