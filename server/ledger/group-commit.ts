/**
 * Many calls, one COMMIT: the only way anything is written to the ledger.
 *
 * A batch's life:
 *   begun       → committed  every call has its result, and all of it is on disk
 *   begun       → replayed   a call threw: all is rolled back and each runs in a transaction of its
 *                            own, so that a bad call never spoils its batch. So a transaction may
 *                            run twice: it keeps nothing outside the file. (A savepoint for each
 *                            call would double the cost of the calls that are fine.)
 *   begun       → refused    the disk said no cleanly (full, read-only, busy), or the generation is
 *                            old: nothing is written, every call hears it, the process lives on
 *   committing  → unknown    the disk failed under the COMMIT: the rows may be there or not. Nobody
 *                            is answered, and nothing is ever run here again: the process must end
 *                            and the file decides at the restart.
 */
import type Database from 'better-sqlite3';
import { LedgerError } from './ledger-error.ts';

/** Functions of one plain argument that write, synchronously, and answer plain data. */
export type Transactions<T> = { [K in keyof T]: (args: never) => unknown };

/** Makes a call repeatable: the same key is answered once more with what it was answered first. */
export interface Idempotency {
  credential: string;
  key: string;
  route: string;
  bodyHash: string;
}

export interface Call {
  name: string;
  args: unknown;
  idempotency?: Idempotency | undefined;
}

export interface Written<R> {
  result: R;
  /** True: this is the answer that the same idempotency key was given before; nothing was run. */
  replayed: boolean;
}

export type Outcome = Written<unknown> | { error: { code: string; message: string } };

export interface GroupCommit {
  /** One outcome a call, in order; null when nobody may be answered (unknown outcome, now or before). */
  run(calls: readonly Call[]): Outcome[] | null;
}

export interface GroupCommitOptions<T> {
  sqlite: Database.Database;
  transactions: T;
  /** This process's, from the role lock: compared with the file's in every transaction. */
  generation: number;
  /** Stamps idempotency rows, which are kept for a day. */
  nowMs: () => number;
  onUnknownOutcome: (error: Error) => void;
}

type Sync = (args: unknown) => unknown;
type Phase = 'running' | 'committing';
type Failure = 'call' | 'refused' | 'unknown';

const REFUSED = /^SQLITE_(FULL|READONLY|BUSY)/;
const BROKEN = /^SQLITE_(IOERR|CORRUPT|NOTADB)/;

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'transactionFailed';
}

/**
 * What a failure says about the file. A disk that gives I/O errors is not trusted for a rollback
 * either, so it ends the process in any phase; a violated constraint is found before COMMIT writes.
 */
function failureOf(error: unknown, phase: Phase): Failure {
  const code = codeOf(error);
  if (REFUSED.test(code)) return 'refused';
  if (BROKEN.test(code) || code === 'transactionLost') return 'unknown';
  return phase === 'committing' && !code.startsWith('SQLITE_CONSTRAINT') ? 'unknown' : 'call';
}

function errorOutcome(code: string, message: string): Outcome {
  return { error: { code, message } };
}

function outcomeOf(error: unknown): Outcome {
  return errorOutcome(codeOf(error), error instanceof Error ? error.message : String(error));
}

/** An async function goes on after the rollback and writes outside any transaction: refused at start. */
function syncFunctions<T extends Transactions<T>>(transactions: T): Map<string, Sync> {
  const functions = new Map<string, Sync>();
  for (const [name, run] of Object.entries(transactions) as [string, Sync][]) {
    if (run.constructor.name === 'AsyncFunction') {
      throw new LedgerError('asyncTransaction', `transaction ${name} must not be async`);
    }
    functions.set(name, run);
  }
  return functions;
}

function assertSync(name: string, result: unknown): void {
  if (typeof result !== 'object' || result === null || !('then' in result)) return;
  if (typeof result.then !== 'function') return;
  Promise.resolve(result).catch(() => undefined);
  throw new LedgerError('asyncTransaction', `transaction ${name} returned a promise`);
}

/** `{refused}` says that nothing was written: asked again, it is judged again. */
function isRefusal(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'refused' in result;
}

/** The answers of calls that carried a key, in the same transaction as what they did. */
function createAnswers(sqlite: Database.Database, nowMs: () => number) {
  const find = sqlite.prepare<[string, string], { route: string; body_hash: string; result: string }>(
    'SELECT route, body_hash, result FROM idempotency WHERE credential = ? AND key = ?',
  );
  const insert = sqlite.prepare(
    'INSERT INTO idempotency (credential, key, route, body_hash, result, at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return {
    given({ credential, key, route, bodyHash }: Idempotency): Outcome | null {
      const row = find.get(credential, key);
      if (row === undefined) return null;
      if (row.route === route && row.body_hash === bodyHash) {
        return { result: JSON.parse(row.result), replayed: true };
      }
      return errorOutcome('idempotencyKeyReused', 'this Idempotency-Key was used with another request');
    },
    keep({ credential, key, route, bodyHash }: Idempotency, result: unknown): void {
      insert.run(credential, key, route, bodyHash, JSON.stringify(result ?? null), nowMs());
    },
  };
}

/** The statements around the calls, and this process's right to run them. */
function createFrame(sqlite: Database.Database, generation: number) {
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const rollback = sqlite.prepare('ROLLBACK');
  const readGeneration = sqlite.prepare(`SELECT value FROM cell WHERE key = 'generation'`).pluck();
  const mine = String(generation);
  return {
    begin(): void {
      begin.run();
      const found: unknown = readGeneration.get();
      if (found === mine) return;
      const message = `generation ${mine} is over, the file has ${String(found)}`;
      throw new LedgerError('staleGeneration', message);
    },
    commit: (): void => void commit.run(),
    /** Some errors have rolled back by themselves. */
    rollback(): void {
      if (sqlite.inTransaction) rollback.run();
    },
  };
}

class Commits implements GroupCommit {
  readonly #sqlite: Database.Database;
  readonly #functions: Map<string, Sync>;
  readonly #answers: ReturnType<typeof createAnswers>;
  readonly #frame: ReturnType<typeof createFrame>;
  readonly #onUnknownOutcome: (error: Error) => void;
  #phase: Phase = 'running';
  #ended = false;

  constructor(functions: Map<string, Sync>, options: Omit<GroupCommitOptions<unknown>, 'transactions'>) {
    this.#sqlite = options.sqlite;
    this.#functions = functions;
    this.#answers = createAnswers(options.sqlite, options.nowMs);
    this.#frame = createFrame(options.sqlite, options.generation);
    this.#onUnknownOutcome = options.onUnknownOutcome;
  }

  run(calls: readonly Call[]): Outcome[] | null {
    if (this.#ended) return null;
    if (calls.length === 0) return [];
    const outcomes = this.#attempt(calls);
    return outcomes === 'replay' ? this.#replay(calls) : outcomes;
  }

  /** Outcomes when all is well or all is refused; `'replay'` when one call of several threw. */
  #attempt(calls: readonly Call[]): Outcome[] | 'replay' | null {
    try {
      return this.#commit(calls);
    } catch (error) {
      const failure = failureOf(error, this.#phase);
      if (failure === 'unknown') return this.#end(error);
      try {
        this.#frame.rollback();
      } catch (broken) {
        return this.#end(broken);
      }
      if (failure === 'refused') {
        return calls.map(() => errorOutcome('notStored', `the disk refused: ${codeOf(error)}`));
      }
      const alone = calls.length === 1 || codeOf(error) === 'staleGeneration';
      return alone ? calls.map(() => outcomeOf(error)) : 'replay';
    }
  }

  #commit(calls: readonly Call[]): Outcome[] {
    this.#phase = 'running';
    this.#frame.begin();
    const outcomes: Outcome[] = [];
    for (const call of calls) outcomes.push(this.#runCall(call));
    this.#phase = 'committing';
    this.#frame.commit();
    return outcomes;
  }

  #runCall({ name, args, idempotency }: Call): Outcome {
    const run = this.#functions.get(name);
    if (run === undefined) throw new LedgerError('unknownTransaction', `no transaction ${name}`);
    const given = idempotency === undefined ? null : this.#answers.given(idempotency);
    if (given !== null) return given;
    const result = run(args);
    assertSync(name, result);
    // SQLite rolls back by itself on some errors; what a call wrote after it swallowed one is out of
    // any transaction, and nobody can tell what the file holds.
    if (!this.#sqlite.inTransaction) {
      throw new LedgerError('transactionLost', `${name} lost its transaction`);
    }
    if (idempotency !== undefined && !isRefusal(result)) this.#answers.keep(idempotency, result);
    return { result, replayed: false };
  }

  #replay(calls: readonly Call[]): Outcome[] | null {
    const outcomes: Outcome[] = [];
    for (const call of calls) {
      const alone = this.#attempt([call]);
      if (alone === null || alone === 'replay') return null;
      outcomes.push(...alone);
    }
    return outcomes;
  }

  #end(error: unknown): null {
    this.#ended = true;
    this.#onUnknownOutcome(error instanceof Error ? error : new Error(String(error)));
    return null;
  }
}

export function createGroupCommit<T extends Transactions<T>>(options: GroupCommitOptions<T>): GroupCommit {
  return new Commits(syncFunctions(options.transactions), options);
}
