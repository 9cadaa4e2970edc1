/**
 * Threat: one bot at 200 taps a second against 20 humans. It may be quicker, which is on record as a flag; what it may
 * not is win early, cost a human so much as one claim judged on its merits, or, under a cap, win more than its share.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Limit } from '../../server/claims/arbiter.ts';
import { HUMAN_REACTION_MS_MIN, plausibilityFlags, reactionMs } from '../../server/claims/plausibility-rules.ts';
import { type Bench, cap, claimOf, offerOf, T0 } from '../contract/arbiter-bench.ts';
import { connect, embeddedBench, patientClock, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { seededRandom } from '../support/seeded-random.ts';

const OFFERS = 3;
/** Under a cap of one a day: one for each human, and one for the bot, which is its fair share. */
const CAPPED_OFFERS = 21;
const FAIR_SHARE = 1;
const HUMANS = Array.from({ length: 20 }, (_, n) => `human_${n}`);
const BOT = 'bot';
const BOT_EVERY_MS = 5;
/** The lane opens this long after the offer is up; the bot taps all the while. */
const OPENS_AFTER_MS = 1_000;
const RATE = { perSecond: 5, perMinute: 60 };

let server: TestRedis;
let redis: TestConnection;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'plain');
});
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

interface Tap {
  atMs: number;
  repId: string;
}

/** A hand needs 180 ms and more; every third human has tapped once too early. */
function humanTaps(offer: number, opensAtMs: number): Tap[] {
  const random = seededRandom(`hands of ${offer}`);
  return HUMANS.flatMap((repId, n) => {
    const tap = { atMs: opensAtMs + 180 + Math.round(random.unit() * 700), repId };
    return n % 3 === 0 ? [{ atMs: opensAtMs - 50, repId }, tap] : [tap];
  });
}

const botTaps = (fromMs: number, untilMs: number): Tap[] =>
  Array.from({ length: (untilMs - fromMs) / BOT_EVERY_MS }, (_, n) => ({
    atMs: fromMs + n * BOT_EVERY_MS,
    repId: BOT,
  }));

interface Played {
  wins: { repId: string; sinceOpenMs: number }[];
  /** Verdicts by who heard them. */
  bot: Record<string, number>;
  humans: Record<string, number>;
}

async function play(bench: Bench, withBot: boolean, offers = OFFERS, limits: Limit[] = []): Promise<Played> {
  const played: Played = { wins: [], bot: {}, humans: {} };
  for (let n = 0; n < offers; n++) {
    const upAtMs = T0 + n * 10_000;
    const opensAtMs = upAtMs + OPENS_AFTER_MS;
    const [offerId, leadId] = [`offer_${n}`, `lead_${n}`];
    await bench.setTime(upAtMs);
    const lanes = [{ opensAtMs, repIds: [BOT, ...HUMANS] }];
    await bench.arbiter.open(
      offerOf({ offerId, leadId, lanes, limits, closesAtMs: opensAtMs + 60_000, attemptRate: RATE }),
    );
    const taps = [...humanTaps(n, opensAtMs), ...(withBot ? botTaps(upAtMs, opensAtMs + 500) : [])];
    for (const { atMs, repId } of taps.sort((a, b) => a.atMs - b.atMs)) {
      await bench.setTime(atMs);
      const judged = await bench.arbiter.claim(claimOf(repId, { offerId, leadId }));
      const heard = repId === BOT ? played.bot : played.humans;
      const name = judged.kind === 'refused' ? judged.rule : judged.kind;
      heard[name] = (heard[name] ?? 0) + 1;
      if (judged.kind !== 'pending') continue;
      await bench.arbiter.settle(judged.claim, { outcome: 'committed' });
      played.wins.push({ repId, sinceOpenMs: judged.claim.claimedAtMs - opensAtMs });
    }
  }
  await bench.end();
  return played;
}

const makers = { embedded: () => embeddedBench(), redis: () => redisBench(redis, { clock: patientClock() }) };
const flagsOf = ({ sinceOpenMs }: Played['wins'][number]) =>
  plausibilityFlags(reactionMs(T0 + sinceOpenMs, { opensAt: T0, sentAt: T0 }));

it.each(['embedded', 'redis'] as const)(
  '1 bot at 200 a second, 20 humans, %s: 0 early wins, no human slowed, each win of the bot flagged, no human flagged',
  async (arbiter) => {
    const calm = await play(await makers[arbiter](), false);
    const { wins, bot, humans } = await play(await makers[arbiter](), true);
    expect([calm.wins.length, wins.length]).toEqual([OFFERS, OFFERS]);
    expect(wins.filter(({ sinceOpenMs }) => sinceOpenMs < 0)).toEqual([]);
    // Each human hears what it would hear without the bot, but for the one who would have won.
    expect(humans).toEqual({ early: calm.humans.early, lost: (calm.humans.lost ?? 0) + OFFERS });
    // Of its 200 early taps an offer five a second are judged; its first claim on the open lane is, as a human's would be.
    expect(bot).toMatchObject({ pending: OFFERS, early: 5 * OFFERS, attemptRate: 195 * OFFERS });
    expect(wins.map(flagsOf)).toEqual(wins.map(() => ['fasterThanHuman']));
    expect(calm.wins.map(flagsOf)).toEqual(calm.wins.map(() => []));
    expect(Math.min(...calm.wins.map(({ sinceOpenMs }) => sinceOpenMs))).toBeGreaterThan(HUMAN_REACTION_MS_MIN);
  },
);

it.each(['embedded', 'redis'] as const)(
  'under a cap, %s: the bot wins no more than its fair share, none early, and humans as many as without it',
  async (arbiter) => {
    const limits = [cap(FAIR_SHARE - 1)];
    const winsOf = ({ wins }: Played) => ({
      bot: wins.filter(({ repId }) => repId === BOT).length,
      humans: new Set(wins.filter(({ repId }) => repId !== BOT).map(({ repId }) => repId)).size,
    });
    const calm = await play(await makers[arbiter](), false, CAPPED_OFFERS, limits);
    const beside = await play(await makers[arbiter](), true, CAPPED_OFFERS, limits);
    expect(winsOf(calm)).toEqual({ bot: 0, humans: HUMANS.length });
    expect(winsOf(beside)).toEqual({ bot: FAIR_SHARE, humans: HUMANS.length });
    expect(beside.wins.filter(({ sinceOpenMs }) => sinceOpenMs < 0)).toEqual([]);
    // It is refused by name from then on, and nobody else pays for its taps.
    expect(beside.bot.dailyCap).toBeGreaterThan(0);
    expect([calm.humans.attemptRate, beside.humans.attemptRate]).toEqual([undefined, undefined]);
  },
);
