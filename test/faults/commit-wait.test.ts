/**
 * Nothing that names a winner leaves before its commit is on disk (contract 5): the disk's sync under
 * the winning claim is held up, and everybody is listened to until then.
 */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WallFeed } from '../../client-sdk/protocol/down.ts';
import { outletKey } from '../../server/gateway/outlet.ts';
import type { Line } from '../../tools/oracle/line.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { connect } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers, type ServerProcess } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { alertedRace, expectOneWinner, RACERS, type Race, tapUntilJudged } from './alerted-race.ts';
import { HeldDisk } from './kit/held-disk.ts';

const CELL = 'commit-wait';
/** Everything from which somebody could learn who won. */
const TELLING = ['lead:taken', 'lead:withdrawn', 'points:awarded', 'board:delta'];

let redis: TestRedis;
let race: Race;

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  for (const racer of race.racers) racer.leave();
  await endServers();
});

afterAll(async () => {
  await redis.stop();
});

/** Resolves when every racer has heard whatever left the server before this call. */
async function everybodyIsUpToDate({ racers }: Race, onRedis: boolean): Promise<void> {
  if (onRedis) {
    // All that is announced goes through one stream, in order: what is at its end now comes last.
    const connection = await connect(redis.url, 'plain');
    const heard = racers.map((racer) => racer.hears('server:draining'));
    const rooms = racers.map(({ person }) => `rep:${person.id}`);
    const entry = { kind: 'emit', event: 'server:draining', rooms, payload: { reconnectAfterMs: 0 } };
    await connection.xadd(outletKey(CELL), '*', 'e', JSON.stringify(entry));
    await Promise.all(heard);
    connection.disconnect();
  }
  await Promise.all(racers.map((racer) => racer.sync()));
}

function telling(lines: Line[]): string[] {
  return lines.flatMap((line) => {
    if (line.kind === 'heard' && TELLING.includes(line.event)) return [`${line.event} to ${line.repId}`];
    if (line.kind === 'heard' && line.event === 'wall:feed') {
      return (line.payload as WallFeed).latest.map(({ repId }) => `${repId} on the wall`);
    }
    if (line.kind !== 'answered') return [];
    return line.verdict.verdict === 'retry' ? [] : [`${line.verdict.verdict} to ${line.repId}`];
  });
}

async function get<T>(server: ServerProcess, path: string): Promise<T> {
  const response = await fetch(`${server.url}/v1${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  return (await response.json()) as T;
}

async function expectNobodyCanRead(server: ServerProcess, leadId: string): Promise<void> {
  expect(await get(server, '/events')).toMatchObject({ items: [] });
  expect(await get(server, `/leads/${leadId}`)).toMatchObject({ claim: null });
  expect(await get(server, '/leaderboards/points')).toMatchObject({ rows: [] });
  expect(await get(server, `/races/${leadId}`)).toMatchObject({ owners: [], offers: [{ winner: null }] });
}

describe.each(['embedded', 'redis'])('while the commit of a win is held up, %s', (arbiter) => {
  const onRedis = arbiter === 'redis';

  it('nobody hears who won, and when it is on disk everybody does', async () => {
    const file = join(tempFolder(), 'sambar.db');
    const disk = new HeldDisk(file);
    race = await alertedRace(file, { ...disk.env, ...(onRedis ? { REDIS_URL: redis.url, CELL } : {}) });
    const { racers } = race;
    const held = disk.hold();
    const before = race.history.lines.length;
    const points = racers.map((racer) => racer.hears('points:awarded'));
    const board = Promise.all(racers.map((racer) => racer.hears('board:delta')));
    const taken = racers.map((racer) => racer.hears('lead:taken'));
    const verdicts = tapUntilJudged(race);
    // Awaited last: a test that fails before must not leave a second failure behind.
    verdicts.catch(() => undefined);
    await held;
    await everybodyIsUpToDate(race, onRedis);
    expect(telling(race.history.lines.slice(before))).toEqual([]);
    await expectNobodyCanRead(race.server, race.leadId);
    await everybodyIsUpToDate(race, onRedis);
    expect(telling(race.history.lines.slice(before))).toEqual([]);
    expect(race.history.lines.slice(before).filter(({ kind }) => kind === 'sent')).toHaveLength(RACERS);

    await disk.letGo();
    const winner = expectOneWinner(await verdicts, race);
    await Promise.all(taken.filter((_, n) => racers[n]?.person.id !== winner));
    await points[racers.findIndex(({ person }) => person.id === winner)];
    await board;
  });
});
