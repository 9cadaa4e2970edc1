/** Who holds the role: the lease of a process that lives is respected, one that nobody renews is not. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type TestConnection } from '../../test/support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../../test/support/redis.ts';
import { SimClock } from '../../test/support/sim-clock.ts';
import { type CellRole, takeCellRole } from './cell-role.ts';

const ROLE = '{cell}:ledger-role';

let server: TestRedis;
let redis: TestConnection;
let role: CellRole;
let clock: SimClock;
let leases: string[];
let isLost: boolean;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url, 'plain');
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
  clock = new SimClock();
  leases = [];
  isLost = false;
  role = await takeCellRole({
    redis,
    cell: 'cell',
    clock,
    leftLease: null,
    onLease: (lease) => void leases.push(lease),
    onLost: () => {
      isLost = true;
    },
    onFault: () => undefined,
  });
});

afterEach(() => role.release());

/** A second goes by, and the renewal that is due then is over. */
async function aSecond(): Promise<void> {
  clock.advance(1_000);
  while (clock.nextDueMs() === null) await redis.ping();
}

async function seconds(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await aSecond();
}

describe('the role of the cell', () => {
  it('is taken again after Redis forgot it', async () => {
    await redis.del(ROLE);
    await aSecond();
    expect([leases.length, isLost]).toEqual([2, false]);
    expect(await redis.get(ROLE)).toBe(leases[1]);
  });

  it('is not lost to a lease that nobody renews: a try of its own whose answer it never heard, or one of an old snapshot', async () => {
    await redis.set(ROLE, 'of a try whose answer was lost');
    await seconds(4);
    expect(isLost).toBe(false);
    await redis.del(ROLE);
    await aSecond();
    expect([leases.length, isLost]).toEqual([2, false]);
    // What was in the way before is no part of what is in the way now.
    await redis.set(ROLE, 'of another such try');
    await seconds(4);
    expect(isLost).toBe(false);
  });

  it('is lost to a process that renews its lease, once that should have run out', async () => {
    await redis.set(ROLE, 'of another process');
    await seconds(4);
    expect(isLost).toBe(false);
    await aSecond();
    expect(isLost).toBe(true);
  });
});
