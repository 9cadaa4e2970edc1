import { describe, expect, onTestFinished, test } from 'vitest';
import { createCellTransactions } from '../../test/support/cell-transactions.ts';
import { tempDatabaseFile } from '../../test/support/temp-database.ts';
import { openReader, openWriter } from '../platform/sqlite.ts';
import { type Call, createGroupCommit } from './group-commit.ts';
import { acquireRole } from './role-lock.ts';

function setUp() {
  const file = tempDatabaseFile();
  const role = acquireRole(file, { nowMs: 1_000 });
  const connection = openWriter(file);
  const { sqlite } = connection;
  const begun: string[] = [];
  const unknown: Error[] = [];
  const transactions = {
    ...createCellTransactions(connection),
    raiseGeneration: (_: null) => sqlite.exec(`UPDATE cell SET value = '99' WHERE key = 'generation'`),
    swallow({ key }: { key: string }) {
      sqlite.exec('ROLLBACK');
      sqlite.prepare('INSERT INTO cell VALUES (?, ?)').run(key, 'outside');
      return null;
    },
    fail({ code }: { code: string }) {
      throw Object.assign(new Error(code), { code });
    },
    begun({ tag }: { tag: string }) {
      begun.push(tag);
      return tag;
    },
  };
  const commit = createGroupCommit({
    sqlite,
    transactions,
    generation: role.generation,
    nowMs: () => 5_000,
    onUnknownOutcome: (error) => unknown.push(error),
  });
  const reader = openReader(file).sqlite;
  onTestFinished(() => {
    reader.close();
    sqlite.close();
    role.release();
  });
  const keys = () => reader.prepare(`SELECT key FROM cell WHERE key <> 'generation' ORDER BY key`).pluck().all();
  return { file, sqlite, commit, keys, begun, unknown, reader };
}

const put = (key: string, value = 'v'): Call => ({ name: 'put', args: { key, value } });

describe('one commit for many calls', () => {
  test('a batch is one transaction, seen by a reader whole', () => {
    const { commit, keys, reader } = setUp();
    const before = reader.pragma('data_version', { simple: true });
    expect(commit.run([put('a'), put('b', 'long'), { name: 'get', args: { key: 'a' } }])).toEqual([
      { result: { key: 'a', length: 1 }, replayed: false },
      { result: { key: 'b', length: 4 }, replayed: false },
      { result: 'v', replayed: false },
    ]);
    expect(keys()).toEqual(['a', 'b']);
    expect(reader.pragma('data_version', { simple: true })).toBe(Number(before) + 1);
  });

  test('a call that throws gets its error, and its batch is stored without it', () => {
    const { commit, keys } = setUp();
    const outcomes = commit.run([put('a'), { name: 'putThenThrow', args: { key: 'bad' } }, put('b')]);
    expect(outcomes).toEqual([
      { result: { key: 'a', length: 1 }, replayed: false },
      { error: { code: 'refusedForTest', message: 'as asked' } },
      { result: { key: 'b', length: 1 }, replayed: false },
    ]);
    expect(keys()).toEqual(['a', 'b']);
  });

  test('two calls that exclude each other: the first is stored, the second hears why not', () => {
    const { commit, keys } = setUp();
    const [first, second] = commit.run([put('a'), put('a')]) ?? [];
    expect(first).toEqual({ result: { key: 'a', length: 1 }, replayed: false });
    expect(second).toMatchObject({ error: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
    expect(keys()).toEqual(['a']);
  });

  test('an unknown name and a returned promise are errors of that call alone', () => {
    const { commit, keys } = setUp();
    const outcomes = commit.run([put('a'), { name: 'nothing', args: 1 }, { name: 'promise', args: null }]);
    expect(outcomes).toMatchObject([
      { result: { key: 'a' } },
      { error: { code: 'unknownTransaction' } },
      { error: { code: 'asyncTransaction' } },
    ]);
    expect(keys()).toEqual(['a']);
  });

  test('an async transaction is refused before anything runs', () => {
    const { sqlite } = setUp();
    const transactions = { late: async (_: null) => 1 };
    const options = { sqlite, generation: 1, nowMs: () => 0, onUnknownOutcome: () => undefined };
    expect(() => createGroupCommit({ ...options, transactions })).toThrow(/late must not be async/);
  });
});

describe('the generation', () => {
  test('a commit under an old generation is refused and writes nothing', () => {
    const { commit, keys, sqlite } = setUp();
    sqlite.exec(`UPDATE cell SET value = '2' WHERE key = 'generation'`);
    expect(commit.run([put('a'), put('b')])).toMatchObject([
      { error: { code: 'staleGeneration' } },
      { error: { code: 'staleGeneration' } },
    ]);
    expect(keys()).toEqual([]);
  });

  test('it is looked at again before each replayed call', () => {
    const { commit, keys } = setUp();
    const calls = [put('a'), { name: 'raiseGeneration', args: null }, put('a'), put('b')];
    expect(commit.run(calls)).toMatchObject([
      { result: { key: 'a' } },
      { replayed: false },
      { error: { code: 'staleGeneration' } },
      { error: { code: 'staleGeneration' } },
    ]);
    expect(keys()).toEqual(['a']);
  });
});

describe('idempotency keys', () => {
  const key = { credential: 'tok_1', key: 'k', route: 'POST /v1/leads', bodyHash: 'h1' };

  test('the same key again is answered from the file and runs nothing', () => {
    const { commit, begun, reader } = setUp();
    const call = { name: 'begun', args: { tag: 'once' }, idempotency: key };
    expect(commit.run([call])).toEqual([{ result: 'once', replayed: false }]);
    expect(commit.run([call])).toEqual([{ result: 'once', replayed: true }]);
    expect(begun).toEqual(['once']);
    expect(reader.prepare('SELECT at, result FROM idempotency').all()).toEqual([{ at: 5_000, result: '"once"' }]);
  });

  test('the same key twice in one batch runs once', () => {
    const { commit, begun } = setUp();
    const call = { name: 'begun', args: { tag: 'once' }, idempotency: key };
    expect(commit.run([call, call])).toEqual([
      { result: 'once', replayed: false },
      { result: 'once', replayed: true },
    ]);
    expect(begun).toEqual(['once']);
  });

  test('another body or another route under the same key is refused, another credential is not', () => {
    const { commit, keys } = setUp();
    const keyed = (name: string, change: object) => ({
      ...put(name),
      idempotency: { ...key, ...change },
    });
    const calls = [
      keyed('a', {}),
      keyed('b', { bodyHash: 'h2' }),
      keyed('c', { route: 'POST /v1/reps' }),
      keyed('d', { credential: 'tok_2' }),
    ];
    expect(commit.run(calls)).toMatchObject([
      { replayed: false },
      { error: { code: 'idempotencyKeyReused' } },
      { error: { code: 'idempotencyKeyReused' } },
      { replayed: false },
    ]);
    expect(keys()).toEqual(['a', 'd']);
  });

  test('a call that failed keeps no answer: it may be tried again', () => {
    const { commit, reader } = setUp();
    commit.run([{ name: 'putThenThrow', args: { key: 'x' }, idempotency: key }]);
    expect(reader.prepare('SELECT count(*) FROM idempotency').pluck().get()).toBe(0);
    expect(commit.run([{ ...put('x'), idempotency: key }])).toMatchObject([{ replayed: false }]);
  });
});

describe('when the disk says no', () => {
  test('full: every call of the batch hears notStored, nothing is kept, and it works again after', () => {
    const { commit, keys, sqlite, unknown } = setUp();
    const pages = sqlite.pragma('page_count', { simple: true });
    sqlite.pragma(`max_page_count = ${String(pages)}`);
    expect(commit.run([put('a'), put('big', 'x'.repeat(1_000_000)), put('b')])).toMatchObject([
      { error: { code: 'notStored' } },
      { error: { code: 'notStored' } },
      { error: { code: 'notStored' } },
    ]);
    expect(keys()).toEqual([]);
    sqlite.pragma('max_page_count = 1000000');
    expect(commit.run([put('a')])).toMatchObject([{ replayed: false }]);
    expect(unknown).toEqual([]);
  });

  test('busy: another writer in the way is a clean refusal', () => {
    const { commit, file, keys, sqlite } = setUp();
    sqlite.pragma('busy_timeout = 0');
    const other = openWriter(file).sqlite;
    other.exec('BEGIN IMMEDIATE');
    expect(commit.run([put('a')])).toMatchObject([{ error: { code: 'notStored' } }]);
    other.close();
    expect(commit.run([put('a')])).toMatchObject([{ replayed: false }]);
    expect(keys()).toEqual(['a']);
  });

  test('an I/O error: nobody is answered, the callback is called, nothing is ever run again', () => {
    const { commit, unknown, begun } = setUp();
    expect(commit.run([put('a'), { name: 'fail', args: { code: 'SQLITE_IOERR_FSYNC' } }])).toBeNull();
    expect(unknown).toMatchObject([{ code: 'SQLITE_IOERR_FSYNC' }]);
    expect(commit.run([{ name: 'begun', args: { tag: 'no' } }])).toBeNull();
    expect(begun).toEqual([]);
    expect(unknown).toHaveLength(1);
  });

  test('a call that swallowed a rollback leaves an unknown outcome, never an answer', () => {
    const { commit, unknown } = setUp();
    expect(commit.run([put('a'), { name: 'swallow', args: { key: 'b' } }])).toBeNull();
    expect(unknown).toMatchObject([{ code: 'transactionLost' }]);
  });
});
