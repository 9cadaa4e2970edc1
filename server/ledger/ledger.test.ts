/** One suite for both ledgers: a simulation is worth something only if they cannot be told apart. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CellTransactions, createCellTransactions } from '../../test/support/cell-transactions.ts';
import { tempDatabaseFile } from '../../test/support/temp-database.ts';
import { openReader, openWriter } from '../platform/sqlite.ts';
import { createCallQueue, LEDGER_BATCH_MAX, LEDGER_QUEUE_MAX } from './call-queue.ts';
import type { Call } from './group-commit.ts';
import { createInlineLedger, createWorkerLedger, type Ledger, startLedgerThread } from './ledger.ts';
import { acquireRole } from './role-lock.ts';

type Make = (file: string, generation: number, unknown: Error[]) => Promise<Ledger<CellTransactions>>;

const workerUrl = new URL('../../test/support/cell-ledger-worker.ts', import.meta.url);

const makeWorker: Make = (file, generation, unknown) =>
  createWorkerLedger<CellTransactions>({
    thread: startLedgerThread(workerUrl),
    workerData: { file, generation },
    monotonicMs: () => 0,
    onUnknownOutcome: (error) => unknown.push(error),
  });

const makeInline: Make = async (file, generation, unknown) => {
  const connection = openWriter(file);
  return createInlineLedger({
    connection,
    transactions: createCellTransactions(connection),
    generation,
    nowMs: () => 5_000,
    onUnknownOutcome: (error) => unknown.push(error),
  });
};

async function setUp(make: Make) {
  const file = tempDatabaseFile();
  const role = acquireRole(file, { nowMs: 1_000 });
  const unknown: Error[] = [];
  const ledger = await make(file, role.generation, unknown);
  const reader = openReader(file).sqlite;
  onTestFinished(async () => {
    reader.close();
    await ledger.close();
    role.release();
  });
  const count = () => reader.prepare(`SELECT count(*) FROM cell WHERE key <> 'generation'`).pluck().get() as number;
  return { ledger, reader, count, unknown };
}

describe.each<[string, Make]>([
  ['worker', makeWorker],
  ['inline', makeInline],
])('the %s ledger', (_, make) => {
  test('a write resolves with its result once it is on disk', async () => {
    const { ledger, count } = await setUp(make);
    const written = await ledger.write('put', { key: 'a', value: 'xyz' });
    expect(written).toEqual({ result: { key: 'a', length: 3 }, replayed: false });
    expect(count()).toBe(1);
  });

  test('what follows one commit comes before what follows the next, however many awaits away it is', async () => {
    const { ledger } = await setUp(make);
    const done: string[] = [];
    const write = async (key: string, awaits: number) => {
      await ledger.write('put', { key, value: key });
      for (let hop = 0; hop < awaits; hop++) await Promise.resolve();
      done.push(key);
    };
    await Promise.all([write('a', 5), write('b', 0), write('c', 2), write('d', 0)]);
    expect(done).toEqual(['a', 'b', 'c', 'd']);
  });

  test('calls of one turn are one commit, answered each with its own', async () => {
    const { ledger, reader, count } = await setUp(make);
    const before = Number(reader.pragma('data_version', { simple: true }));
    const keys = Array.from({ length: 50 }, (_, place) => `k${place}`);
    const all = await Promise.all(keys.map((key) => ledger.write('put', { key, value: key })));
    expect(all.map((written) => written.result.key)).toEqual(keys);
    expect(count()).toBe(50);
    expect(reader.pragma('data_version', { simple: true })).toBe(before + 1);
  });

  test('more calls than a batch holds are all stored, in order', async () => {
    const { ledger, reader } = await setUp(make);
    const keys = Array.from({ length: LEDGER_BATCH_MAX * 2 + 5 }, (_, place) => `k${place}`);
    await Promise.all(keys.map((key) => ledger.write('put', { key, value: key })));
    const stored = reader.prepare(`SELECT key FROM cell WHERE key <> 'generation' ORDER BY rowid`);
    expect(stored.pluck().all()).toEqual(keys);
  });

  test('a failing call rejects with its code, its neighbours are stored', async () => {
    const { ledger, count } = await setUp(make);
    const settled = await Promise.allSettled([
      ledger.write('put', { key: 'a', value: '1' }),
      ledger.write('putThenThrow', { key: 'bad' }),
      ledger.write('put', { key: 'b', value: '1' }),
    ]);
    expect(settled).toMatchObject([
      { status: 'fulfilled' },
      {
        status: 'rejected',
        reason: { name: 'LedgerError', code: 'refusedForTest', message: 'as asked' },
      },
      { status: 'fulfilled' },
    ]);
    expect(count()).toBe(2);
  });

  test('an idempotency key is answered again without running', async () => {
    const { ledger, count } = await setUp(make);
    const key = { credential: 'c', key: 'k', route: 'r', bodyHash: 'h' };
    const first = await ledger.write('put', { key: 'a', value: '1' }, key);
    const again = await ledger.write('put', { key: 'a', value: '1' }, key);
    expect(again).toEqual({ result: first.result, replayed: true });
    expect(count()).toBe(1);
  });

  test('arguments that are not plain data are refused alone', async () => {
    const { ledger, count } = await setUp(make);
    const bad = { key: 'x', value: (() => 'no') as unknown as string };
    const settled = await Promise.allSettled([
      ledger.write('put', { key: 'a', value: '1' }),
      ledger.write('put', bad),
      ledger.write('put', { key: 'b', value: '1' }),
    ]);
    expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(settled[1]).toMatchObject({ reason: { code: 'badArguments' } });
    await expect(ledger.write('put', bad)).rejects.toMatchObject({ code: 'badArguments' });
    expect(count()).toBe(2);
  });

  test('beyond the queue a call is refused at once, and the others are stored', async () => {
    const { ledger, count } = await setUp(make);
    const writes = Array.from({ length: LEDGER_QUEUE_MAX + 1 }, (_, place) =>
      ledger.write('put', { key: `k${place}`, value: '' }),
    );
    const settled = await Promise.allSettled(writes);
    expect(settled.filter((one) => one.status === 'rejected')).toMatchObject([{ reason: { code: 'overloaded' } }]);
    expect(count()).toBe(LEDGER_QUEUE_MAX);
  });

  test('flush waits for what was accepted; close answers it and refuses what comes after', async () => {
    const { ledger, count } = await setUp(make);
    const order: string[] = [];
    const write = ledger.write('put', { key: 'a', value: '1' }).then(() => order.push('a'));
    await ledger.flush().then(() => order.push('flushed'));
    await write;
    expect(order).toEqual(['a', 'flushed']);
    await ledger.flush();
    const last = ledger.write('put', { key: 'b', value: '1' });
    const closed = ledger.close();
    await expect(ledger.write('put', { key: 'c', value: '1' })).rejects.toMatchObject({
      code: 'closed',
    });
    await expect(last).resolves.toMatchObject({ replayed: false });
    await Promise.all([closed, ledger.close()]);
    expect(count()).toBe(2);
  });

  test('two calls with a stale generation are refused and not stored', async () => {
    const file = tempDatabaseFile();
    const old = acquireRole(file, { nowMs: 1 });
    const unknown: Error[] = [];
    const ledger = await make(file, old.generation, unknown);
    old.release();
    const successor = acquireRole(file, { nowMs: 2 });
    onTestFinished(async () => {
      await ledger.close();
      successor.release();
    });
    const write = ledger.write('put', { key: 'a', value: '1' });
    await expect(write).rejects.toMatchObject({ code: 'staleGeneration' });
    expect(unknown).toEqual([]);
  });
});

describe('the worker ledger alone', () => {
  test('a file that cannot be opened rejects the start', async () => {
    const file = `${tempDatabaseFile()}/not/there.db`;
    await expect(makeWorker(file, 1, [])).rejects.toThrow();
  });

  test('a thread that dies answers nobody and says so once', async () => {
    const file = tempDatabaseFile();
    const role = acquireRole(file, { nowMs: 1 });
    onTestFinished(() => role.release());
    const deaths: Error[] = [];
    let answered = false;
    const settle = () => {
      answered = true;
    };
    await new Promise<void>((resolve, reject) => {
      createWorkerLedger<CellTransactions>({
        thread: startLedgerThread(new URL('../../test/support/dying-ledger-worker.ts', import.meta.url)),
        workerData: { file, generation: role.generation },
        monotonicMs: () => 0,
        onUnknownOutcome: (error) => resolve(void deaths.push(error)),
      }).then((ledger) => {
        onTestFinished(() => ledger.close());
        ledger.write('put', { key: 'a', value: '1' }).then(settle, settle);
      }, reject);
    });
    expect(deaths.map((error) => error.message)).toEqual(["the ledger's thread ended by itself (7)"]);
    expect(answered).toBe(false);
  });
});

describe('the queue', () => {
  test('one batch at a time: what comes meanwhile gathers for the next', async () => {
    const sent: Call[][] = [];
    const queue = createCallQueue({ nowMs: () => 0, schedule: queueMicrotask, send: (calls) => sent.push(calls) });
    const call = (name: string) => queue.write({ name, args: null });
    const first = call('a');
    await Promise.resolve();
    const rest = [call('b'), call('c')];
    await Promise.resolve();
    expect(sent.map((calls) => calls.map((one) => one.name))).toEqual([['a']]);
    queue.answer([{ result: 1, replayed: false }]);
    await first;
    expect(sent.map((calls) => calls.map((one) => one.name))).toEqual([['a'], ['b', 'c']]);
    queue.answer([
      { result: 2, replayed: false },
      { result: 3, replayed: false },
    ]);
    expect((await Promise.all(rest)).map((one) => one.result)).toEqual([2, 3]);
  });

  test('after a failure nothing is answered, and what comes after is refused', async () => {
    const queue = createCallQueue({ nowMs: () => 0, schedule: queueMicrotask, send: () => undefined });
    let answered = false;
    const settle = () => {
      answered = true;
    };
    queue.write({ name: 'a', args: null }).then(settle, settle);
    const flushed = queue.flush();
    await Promise.resolve();
    expect(queue.fail()).toBe(true);
    expect(queue.fail()).toBe(false);
    queue.answer([{ result: 1, replayed: false }]);
    await expect(flushed).rejects.toMatchObject({ code: 'ledgerFailed' });
    await expect(queue.write({ name: 'b', args: null })).rejects.toMatchObject({
      code: 'ledgerFailed',
    });
    await queue.close();
    expect(answered).toBe(false);
  });
});
