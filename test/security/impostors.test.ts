/**
 * Threats: claiming for somebody else, claiming again and again, and guessing what is there. A thousand times each
 * here; `FAULTS=full npx vitest run test/security/impostors` makes it ten thousand.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rounds } from '../faults/kit/matrix.ts';
import type { TestRep } from '../support/app.ts';
import { type Cast, startCast } from '../support/cast.ts';
import { ask, closeSockets, type FrameAnswer, signedIn } from '../support/raw-socket.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { rowCounts } from '../support/tables.ts';

const TRIES = rounds({ quick: 1_000, full: 10_000 });
const TRIES_MS_MAX = rounds({ quick: 60_000, full: 600_000 });
/** Below the thousand frames that one socket may have under way. */
const AT_ONCE = 100;

/** On a busy machine Redis may be late: the claim was not judged, and every client asks again. */
async function judged(socket: Awaited<ReturnType<typeof signedIn>>, claim: object): Promise<FrameAnswer> {
  let answer: FrameAnswer;
  do answer = await ask(socket, 'lead:claim', claim);
  while (answer.verdict === 'retry');
  return answer;
}

async function inBatches(total: number, task: (n: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < total; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, total - from);
    await Promise.all(Array.from({ length: size }, (_, n) => task(from + n)));
  }
}

describe.each(['embedded', 'redis'])('a rep who pretends, %s', { timeout: TRIES_MS_MAX }, (arbiter) => {
  let cast: Cast;
  let redis: TestRedis | null = null;

  beforeAll(async () => {
    redis = arbiter === 'redis' ? await startRedis() : null;
    cast = await startCast({ env: redis === null ? {} : { REDIS_URL: redis.url, CELL: 'impostors' } });
  });
  afterEach(closeSockets);
  afterAll(async () => {
    await cast[Symbol.asyncDispose]();
    await redis?.stop();
  });

  const url = () => cast.app.app.url;
  const ownerOf = async (leadId: string) => (await cast.app.call('GET', `/v1/leads/${leadId}`)).body.claim;

  it('cannot name whom it claims for: refused whole, on the socket and over HTTP', async () => {
    const { app, a1, a2 } = cast;
    const leadId = await app.addLead();
    const socket = await signedIn(url(), a1.token);
    const prototype = JSON.parse(`{"leadId":"${leadId}","requestId":"p","__proto__":{"repId":"${a2.id}"}}`);
    const payloads: Record<string, unknown>[] = [
      { leadId, requestId: 'r', repId: a2.id },
      { leadId, requestId: 't', tenant: 'other', tenantId: 'other' },
      { leadId, requestId: 's', subjectId: a2.id, role: 'admin', speaker: { subjectId: a2.id } },
      { leadId, requestId: 'c', constructor: { prototype: { repId: a2.id } } },
      prototype,
    ];
    for (const payload of payloads) {
      expect(await ask(socket, 'lead:claim', payload)).toEqual({
        error: expect.objectContaining({ code: 'validation' }),
      });
    }
    const bodies: unknown[] = [
      { repId: a2.id },
      { tenant: 'other' },
      `{"__proto__":{"repId":"${a2.id}"}}`,
      { constructor: {} },
    ];
    for (const [n, body] of bodies.entries()) {
      expect((await app.claimOverHttp(a1.token, leadId, `h-${n}`, body)).status).toBe(400);
    }
    expect(await ownerOf(leadId)).toBeNull();
    expect(await ask(socket, 'lead:claim', { leadId, requestId: 'own' })).toMatchObject({ verdict: 'won' });
    expect(await ownerOf(leadId)).toMatchObject({ repId: a1.id });
  });

  it(`${TRIES} replays of a win and of a loss, on two devices: the same bytes, one claim on file`, async () => {
    const { app, a1, a2 } = cast;
    const leadId = await app.addLead();
    const claim = { leadId, requestId: 'replayed' };
    const devices = async (rep: TestRep) => [await signedIn(url(), rep.token), await signedIn(url(), rep.token)];
    const [winners, losers] = [await devices(a1), await devices(a2)];
    const won = await judged(winners[0] as never, claim);
    const lost = await judged(losers[0] as never, claim);
    expect([won.verdict, lost.verdict]).toEqual(['won', 'lost']);
    const rows = rowCounts(app.databaseFile);
    const heard = { won: new Set<string>(), lost: new Set<string>() };
    await inBatches(TRIES / 2, async (n) => {
      const [again, other] = await Promise.all([
        judged(winners[n % 2] as never, claim),
        judged(losers[n % 2] as never, claim),
      ]);
      heard.won.add(JSON.stringify(again));
      heard.lost.add(JSON.stringify(other));
    });
    expect(heard).toEqual({ won: new Set([JSON.stringify(won)]), lost: new Set([JSON.stringify(lost)]) });
    await app.app.house?.idle();
    // The attempts go on the race's record, which is written every five seconds; nothing else may grow.
    expect({ ...rowCounts(app.databaseFile), race_notes: rows.race_notes }).toEqual(rows);
  });

  it("another rep's requestId is no way to its win", async () => {
    const { app, a1, a2 } = cast;
    const [first, second] = [await app.addLead(), await app.addLead()];
    const requestId = 'of-a1';
    expect((await app.claimOverHttp(a1.token, first, requestId)).body).toMatchObject({ verdict: 'won' });
    const stolen = await app.claimOverHttp(a2.token, first, requestId);
    expect(stolen.body).toMatchObject({ status: 409, verdict: 'lost', winner: { id: a1.id } });
    expect(JSON.stringify(stolen.body)).not.toContain('contact');
    // For itself the id is free, so it cannot be used to lock a colleague out either.
    const third = await app.claimOverHttp(a2.token, second, 'fresh');
    expect(third.body).toMatchObject({ verdict: 'won' });
    expect((await app.claimOverHttp(a1.token, second, 'fresh')).body).toMatchObject({ verdict: 'lost' });
    expect((await app.claimOverHttp(a1.token, second, requestId)).status).toBe(422);
  });

  it(`${TRIES} guessed ids: one answer, the same as for what is there and not the rep's`, async () => {
    const { app, b1 } = cast;
    const theirs = await app.addLead();
    await app.claimOverHttp(b1.token, theirs, 'not-theirs');
    const stranger = await app.addRep(`Stranger ${arbiter}`);
    const random = seededRandom('guesses');
    // As near to a real id as a guesser can be: its time, and other chance.
    const guess = () =>
      theirs.slice(0, -8) + Array.from(random.bytes(8), (byte) => '0123456789abcdef'[byte % 16]).join('');
    const seen = { leads: new Set<string>(), races: new Set<string>(), claims: new Set<string>() };
    const look = async (what: 'leads' | 'races', id: string) => {
      const { status, body } = await app.call('GET', `/v1/${what}/${id}`, { token: stranger.token });
      seen[what].add(JSON.stringify([status, { ...body, instance: '' }]));
    };
    const socket = await signedIn(url(), stranger.token);
    await Promise.all([look('leads', theirs), look('races', theirs)]);
    await inBatches(TRIES, async (n) => {
      if (n % 4 === 0) return look('leads', guess());
      if (n % 4 === 1) return look('races', guess());
      seen.claims.add(JSON.stringify(await judged(socket, { leadId: guess(), requestId: `guess-${n}` })));
    });
    const shapes = Object.values(seen).map((answers) => [...answers].map((text) => JSON.parse(text)));
    expect(shapes).toEqual([
      [[404, expect.objectContaining({ code: 'unknownLead' })]],
      [[404, expect.objectContaining({ code: 'unknownLead' })]],
      [{ error: { code: 'unknownLead', field: 'leadId', message: 'There is no such lead or offer.' } }],
    ]);
    // A whole id of a lead that was never offered to the rep is refused by name, without a word about who won.
    const known = await ask(socket, 'lead:claim', { leadId: theirs, requestId: 'known' });
    expect(known).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    expect(JSON.stringify(known)).not.toContain(b1.id);
  });
});
