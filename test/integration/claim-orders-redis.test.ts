/** Claims in every order of their steps, on a real Redis, which outlives the process and may forget. */
import { afterAll, beforeAll } from 'vitest';
import { connect, type TestConnection } from '../support/arbiter-benches.ts';
import { claimOrders } from '../support/claim-orders-suite.ts';
import { type MakeSeat, redisSeat } from '../support/ordered-seats.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
let redis: TestConnection;
let seat: MakeSeat;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'plain');
  seat = redisSeat(redis);
});

afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

claimOrders({
  orders: 60,
  ordersWithWrongArbiter: 25,
  crashes: { minLength: 1, maxLength: 4 },
  least: {
    won: 1,
    lost: 1,
    retry: 1,
    committed: 0.5,
    reopened: 0.5,
    crash: 1,
    'crash, forgetting': 0.3,
    'crash, claim on its way': 0.2,
    'crash, judgement on its way': 0.2,
    'crash, opening': 0.01,
    'crash, win on its way': 0.01,
    'crash, commit on its way': 0.01,
    'crash, committed on its way': 0.01,
    'crash, settle on its way': 0.01,
  },
  judged: ['S9', 'S14', 'L1', 'L2', 'L3', 'L4'],
  seat: () => seat,
});
