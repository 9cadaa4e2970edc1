/** The tools of the fault tests do what they say: a fault that does not strike proves nothing. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { createSystemClock } from '../../../server/kernel/clock.ts';
import { type ProxyMode, TcpProxy } from '../../../tools/faults/proxy.ts';
import { RULES } from '../../../tools/oracle/oracle.ts';
import { connect as redisTo } from '../../support/arbiter-benches.ts';
import { startRedis } from '../../support/redis.ts';
import { endServers } from '../../support/server-process.ts';
import { tempFolder } from '../../support/temp-database.ts';
import { makePeople, post } from '../racers.ts';
import { Cell } from './cell.ts';
import { rounds } from './matrix.ts';
import { ROWS } from './rows.ts';
import { WallClock } from './wall-clock.ts';

const clock = createSystemClock();

afterEach(endServers);

/** Says back what it hears, and remembers it. */
class Echo implements AsyncDisposable {
  heard = '';
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.heard += chunk.toString();
      socket.write(chunk);
    });
  });

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A client that says a word and waits for what comes back, its close, or the end of its patience. */
class Client {
  said = '';
  readonly socket: Socket;
  readonly closed: Promise<'closed'>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
    });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve('closed')));
    onTestFinished(() => void this.socket.destroy());
  }

  /** Resolves with the word when it is the last thing that came back. */
  async ask(word: string, patienceMs = 2_000): Promise<string> {
    this.socket.write(word);
    const answered = new Promise<string>((resolve) => {
      this.socket.on('data', () => this.said.endsWith(word) && resolve(word));
    });
    const silence = new Promise<string>((resolve) => clock.after(patienceMs, () => resolve('silence')));
    return Promise.race([answered, this.closed, silence]);
  }
}

describe('the proxy', () => {
  test('passes, and adds the delay to each direction in order', async () => {
    await using echo = new Echo();
    await using proxy = await TcpProxy.to(await echo.listen());
    const client = new Client(proxy.port);
    expect(await client.ask('one')).toBe('one');
    proxy.delayMs = 40;
    const from = clock.monotonicMs();
    expect(await client.ask('two')).toBe('two');
    expect(clock.monotonicMs() - from).toBeGreaterThanOrEqual(79);
    client.socket.write('three');
    proxy.delayMs = 0;
    expect(await client.ask('four')).toBe('four');
    expect([client.said, echo.heard]).toEqual(['onetwothreefour', 'onetwothreefour']);
    expect(proxy.links).toBe(1);
  });

  test('cuts what stands, and refuses what is new', async () => {
    await using echo = new Echo();
    await using proxy = await TcpProxy.to(await echo.listen());
    const first = new Client(proxy.port);
    expect(await first.ask('a')).toBe('a');
    proxy.cut();
    expect(await first.closed).toBe('closed');
    const second = new Client(proxy.port);
    expect(await second.ask('b')).toBe('b');
    proxy.set('refuse');
    expect(await second.closed).toBe('closed');
    expect(await new Client(proxy.port).ask('c')).toBe('closed');
    proxy.set('pass');
    expect(await new Client(proxy.port).ask('d')).toBe('d');
    expect(echo.heard).toBe('abd');
  });

  test('swallows both ways, and tears what it swallowed from when it passes again', async () => {
    await using echo = new Echo();
    await using proxy = await TcpProxy.to(await echo.listen());
    const standing = new Client(proxy.port);
    expect(await standing.ask('a')).toBe('a');
    proxy.set('blackhole');
    expect(await standing.ask('b', 100)).toBe('silence');
    const born = new Client(proxy.port);
    expect(await born.ask('c', 100)).toBe('silence');
    proxy.set('pass');
    expect(await Promise.all([standing.closed, born.closed])).toEqual(['closed', 'closed']);
    expect(echo.heard).toBe('a');
  });

  test.each<[ProxyMode, string]>([
    ['holdReplies', 'ab'],
    ['holdAll', 'a'],
  ])('%s: the target has heard %s, and everything arrives when it passes again', async (mode, heard) => {
    await using echo = new Echo();
    await using proxy = await TcpProxy.to(await echo.listen());
    const client = new Client(proxy.port);
    expect(await client.ask('a')).toBe('a');
    proxy.set(mode);
    expect(await client.ask('b', 100)).toBe('silence');
    expect(echo.heard).toBe(heard);
    proxy.set('pass');
    expect(await client.ask('c')).toBe('c');
    expect([client.said, echo.heard]).toEqual(['abc', 'abc']);
  });

  test('leaves a link half open: the client is not told, and a new link works', async () => {
    await using echo = new Echo();
    await using proxy = await TcpProxy.to(await echo.listen());
    const client = new Client(proxy.port);
    expect(await client.ask('a')).toBe('a');
    proxy.halfOpen();
    expect(await client.ask('b', 100)).toBe('silence');
    expect(await new Client(proxy.port).ask('c')).toBe('c');
    expect(echo.heard).toBe('ac');
  });
});

describe('the shims', () => {
  const program = `console.log(Date.now(), Math.round(performance.now()), new Date().toISOString())`;

  test.each([120_000, -300_000, 3_600_000, -1])('a wall clock that is off by %d ms', (shiftMs) => {
    const wall = new WallClock(tempFolder());
    wall.shiftTo(shiftMs);
    const { stdout } = spawnSync('node', ['-e', program], { env: { ...process.env, ...wall.env }, encoding: 'utf8' });
    const offMs = Number(stdout.split(' ')[0]) - Date.now() - shiftMs;
    expect(Math.abs(offMs)).toBeLessThan(60_000);
    expect(Number(stdout.split(' ')[1])).toBeLessThan(60_000);
  });

  test('a running Redis sees its wall clock jump, and come back', async () => {
    const wall = new WallClock(tempFolder());
    const redis = await startRedis({ env: wall.env });
    const connection = await redisTo(redis.url, 'plain');
    onTestFinished(async () => {
      connection.disconnect();
      await redis.stop();
    });
    const offS = async () => Number((await connection.time())[0]) - Date.now() / 1000;
    expect(Math.abs(await offS())).toBeLessThan(30);
    wall.shiftTo(-300_000);
    expect(Math.abs((await offS()) + 300)).toBeLessThan(30);
    wall.shiftTo(0);
    expect(Math.abs(await offS())).toBeLessThan(30);
  });
});

describe('a cell', () => {
  test('of two gateways and a ledger: cut off, frozen, killed and started again, each by itself', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    await using cell = new Cell({ redis, name: 'kit' });
    await cell.start({ role: 'ledger' });
    const first = await cell.start({ role: 'gateway', name: 'first', proxied: true, detoured: true });
    const second = await cell.start({ role: 'gateway', name: 'second' });
    await makePeople(first.url, 1);
    expect(first.toLedger?.accepted).toBeGreaterThan(0);
    first.toLedger?.set('refuse');
    await expect(post(first.url, '/reps', { name: 'C', email: 'c@example.com' })).rejects.toThrow('503');
    await post(second.url, '/reps', { name: 'C', email: 'c@example.com' });
    first.toLedger?.set('pass');
    await post(first.url, '/reps', { name: 'D', email: 'd@example.com' });
    const { port, pid } = first;
    await first.kill();
    await first.restart();
    expect(first.port).toBe(port);
    expect(first.pid).not.toBe(pid);
    expect(first.toRedis?.links).toBeGreaterThan(0);
    second.freeze();
    const answer = fetch(`${second.url}/livez`);
    const silence = new Promise((resolve) => clock.after(200, () => resolve('silence')));
    expect(await Promise.race([answer, silence])).toBe('silence');
    second.thaw();
    expect((await answer).status).toBe(200);
    expect(await second.terminate()).toBe(0);
  });
});

test('a row and its parts have names of their own', () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(15);
  expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  expect(ROWS.filter(({ parts }) => Object.keys(parts).length === 0)).toEqual([]);
  const asked = ROWS.flatMap(({ parts }) => Object.values(parts).flat());
  expect(asked.filter((id) => !RULES.has(id))).toEqual([]);
  expect(rounds({ quick: 1, full: 2 })).toBe(process.env.FAULTS === 'full' ? 2 : 1);
});
