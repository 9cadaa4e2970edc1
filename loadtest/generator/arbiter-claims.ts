/**
 * `arbiter.claim` of the product, as a gateway calls it. Offers are put up by the control half, which then
 * lets go: the epoch that it renews each second is kept alive by hand, so that nothing but claims runs.
 */
import { createRedisArbiter } from '../../server/claims/redis-arbiter.ts';
import { createRedisArbiterControl } from '../../server/claims/redis-arbiter-control.ts';
import { redisKeys } from '../../server/claims/redis-keys.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { createRedis } from '../../server/platform/redis.ts';
import { connection, leadOf, offerOf, type PumpOrder, repOf, servePump } from './pump.ts';

const CELL = 'load';
/** The same in every round, so that no claim finds the gateway with an old one. */
const EPOCH = 1;
const REPS = 10;
const OPENED_AT_ONCE = 200;
const HOUR_MS = 3_600_000;
const JUDGE_WITHIN_MS = 2_000;

const clock = createSystemClock();
const redis = connection();
const claims = connection();
const arbiter = createRedisArbiter({ redis: claims, cell: CELL, clock });
const onFault = (fault: unknown) => process.stderr.write(`${String(fault)}\n`);
let round = 0;

async function prepare({ round: now, leads }: PumpOrder): Promise<void> {
  round = now;
  if (redis.status === 'wait') await Promise.all([redis.connect(), claims.connect()]);
  const stream = createRedis(process.env.REDIS_URL ?? '', 'stream', {
    random: createSystemRandom(),
    onError: () => undefined,
  });
  await stream.connect();
  const control = createRedisArbiterControl({ redis, stream, cell: CELL, clock, onDisturbance: onFault, onFault });
  await control.start({ epoch: EPOCH, cursor: '0' });
  await control.openGate();
  const lanes = [{ opensAtMs: clock.nowMs() - 1_000, repIds: Array.from({ length: REPS }, (_, n) => repOf(n)) }];
  for (let from = 0; from < leads; from += OPENED_AT_ONCE) {
    const count = Math.min(OPENED_AT_ONCE, leads - from);
    await Promise.all(
      Array.from({ length: count }, (_, n) =>
        control.open({
          offerId: offerOf(round, from + n),
          leadId: leadOf(round, from + n),
          lanes,
          closesAtMs: clock.nowMs() + HOUR_MS,
          limits: [],
          increments: [{ counter: 'claims:day:2026-11-22', by: 1 }],
          attemptRate: null,
        }),
      ),
    );
  }
  await control.stop();
  if ((await redis.pexpire(redisKeys(CELL).epoch, HOUR_MS)) === 0) throw new Error('the epoch ran out meanwhile');
}

servePump({
  prepare,
  async claim(lead, repId, requestId) {
    const [leadId, offerId] = [leadOf(round, lead), offerOf(round, lead)];
    for (;;) {
      const deadlineMs = arbiter.nearlyNow() + JUDGE_WITHIN_MS;
      const judged = await arbiter.claim({ leadId, offerId, repId, requestId, deadlineMs });
      if (judged.kind === 'pending') return { winner: judged.claim.repId };
      // What was not judged in time is asked again, as a client does.
      if (judged.kind !== 'retry') throw new Error(`a claim was answered ${JSON.stringify(judged)}`);
    }
  },
});
