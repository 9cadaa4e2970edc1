import { describe, expect, onTestFinished, test } from 'vitest';
import type { BoardState, WallFeed } from '../../client-sdk/protocol/down.ts';
import { type SambarClient, SambarProblem } from '../../client-sdk/src/sambar-client.ts';
import { Inbox, meet, type ScriptedServer, type ServerSocket } from './sdk-scripted-server.ts';

const QUERY = { board: 'points', period: 'week', top: 10 } as const;

function board(seq: number, epoch = 'e1', stream = 'points:week:-:10'): BoardState {
  return {
    stream,
    board: 'points',
    period: 'week',
    team: null,
    epoch,
    seq,
    asOf: '2026-11-23T03:00:00.000Z',
    rows: [{ rank: 1, repId: 'rep_sari', name: 'Sari', value: seq }],
  };
}

interface Watched {
  server: ScriptedServer;
  client: SambarClient;
  socket: ServerSocket;
  rows: Inbox<BoardState>;
  stop: () => void;
}

async function watched(start: BoardState): Promise<Watched> {
  const { server, client, socket } = await meet(onTestFinished);
  const rows = new Inbox<BoardState>();
  const { stop } = client.watchBoard(QUERY, (state) => rows.add(state));
  const asked = await server.frames('board:watch').next();
  expect(asked.payload).toEqual(QUERY);
  asked.ack?.(start);
  expect(await rows.next()).toEqual(start);
  return { server, client, socket, rows, stop };
}

describe('a watched board', () => {
  test('shows each delta once, in order', async () => {
    const { socket, rows } = await watched(board(3));
    for (const seq of [3, 4, 4, 5, 2, 6]) socket.emit('board:delta', board(seq));
    for (const seq of [4, 5, 6]) expect(await rows.next()).toEqual(board(seq));
    expect(rows.rest).toEqual([]);
  });

  test('deltas that overtake the answer are held; those of another stream are let be', async () => {
    const { server, client, socket } = await meet(onTestFinished);
    const rows = new Inbox<BoardState>();
    client.watchBoard(QUERY, (state) => rows.add(state));
    const asked = await server.frames('board:watch').next();
    for (const seq of [4, 5]) socket.emit('board:delta', board(seq));
    socket.emit('board:delta', board(9, 'e1', 'points:week:-:3'));
    asked.ack?.(board(4));
    expect(await rows.next()).toEqual(board(5));
    socket.emit('board:delta', board(6));
    expect(await rows.next()).toEqual(board(6));
    expect(server.frames('board:watch').rest).toEqual([]);
  });

  test.each([
    ['a gap', board(6), board(7)],
    ['a new epoch', board(1, 'e2'), board(2, 'e2')],
  ])('%s: asks again and goes on from the answer', async (_name, delta, next) => {
    const { server, socket, rows } = await watched(board(3));
    socket.emit('board:delta', delta);
    const again = await server.frames('board:watch').next();
    again.ack?.(delta);
    expect(await rows.next()).toEqual(delta);
    socket.emit('board:delta', next);
    expect(await rows.next()).toEqual(next);
  });

  test('is asked for again after a reconnect', async () => {
    const { server, socket, rows } = await watched(board(3));
    socket.conn.close();
    const again = await server.frames('board:watch').next();
    expect(again.socket.id).not.toBe(socket.id);
    again.ack?.(board(8));
    expect(await rows.next()).toEqual(board(8));
  });

  test('no ack: asked again; an error frame is told', async () => {
    const { server, client } = await meet(onTestFinished);
    const problems = new Inbox<SambarProblem>();
    client.watchBoard(
      { ...QUERY, team: 'jakarta' },
      () => {},
      (problem) => problems.add(problem),
    );
    const asked = await server.frames('board:watch').next();
    asked.ack?.({ error: { code: 'forbidden', field: 'team', message: 'not your team' } });
    const problem = await problems.next();
    expect(problem).toBeInstanceOf(SambarProblem);
    expect(problem.code).toBe('forbidden');
    await server.frames('board:watch').next();
  });

  test('stop: the last watcher of a stream lets the server go', async () => {
    const { server, client, rows, socket, stop } = await watched(board(3));
    const second = new Inbox<BoardState>();
    const other = client.watchBoard(QUERY, (state) => second.add(state));
    (await server.frames('board:watch').next()).ack?.(board(3));
    await second.next();
    stop();
    socket.emit('board:delta', board(4));
    expect(await second.next()).toEqual(board(4));
    expect(rows.rest).toEqual([]);
    expect(server.frames('board:unwatch').rest).toEqual([]);
    other.stop();
    expect((await server.frames('board:unwatch').next()).payload).toEqual({
      stream: 'points:week:-:10',
    });
  });
});

describe("the wall's feed", () => {
  test('is watched, followed, and watched again after a reconnect; what is older is dropped', async () => {
    const { server, client, socket } = await meet(onTestFinished);
    const feeds = new Inbox<WallFeed>();
    client.watchWall((feed) => feeds.add(feed));
    (await server.frames('wall:watch').next()).ack?.(feed(10));
    expect((await feeds.next()).poolSize).toBe(10);
    socket.emit('wall:feed', feed(9));
    socket.emit('wall:feed', feed(11));
    expect((await feeds.next()).poolSize).toBe(11);
    socket.conn.close();
    (await server.frames('wall:watch').next()).ack?.(feed(12));
    expect((await feeds.next()).poolSize).toBe(12);
  });
});

function feed(second: number): WallFeed {
  return {
    asOf: new Date(Date.UTC(2026, 10, 23, 3, 0, second)).toISOString(),
    poolSize: second,
    claimsToday: 0,
    latest: [],
  };
}
