/** The smallest transactions there are, for tests of the ledger itself: facts in table `cell`. */
import type { Connection } from '../../server/platform/sqlite.ts';

export class RefusedForTest extends Error {
  readonly code = 'refusedForTest';
}

export function createCellTransactions({ sqlite }: Connection) {
  const insert = sqlite.prepare('INSERT INTO cell (key, value) VALUES (?, ?)');
  const read = sqlite.prepare('SELECT value FROM cell WHERE key = ?').pluck();
  return {
    /** Throws when the key is there already. */
    put({ key, value }: { key: string; value: string }): { key: string; length: number } {
      insert.run(key, value);
      return { key, length: value.length };
    },
    get: ({ key }: { key: string }) => (read.get(key) as string | undefined) ?? null,
    putThenThrow({ key }: { key: string }): never {
      insert.run(key, 'must not stay');
      throw new RefusedForTest('as asked');
    },
    promise: (_: null): unknown => Promise.reject(new Error('late')),
  };
}

export type CellTransactions = ReturnType<typeof createCellTransactions>;
