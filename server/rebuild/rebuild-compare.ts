/** What is on file beside what the record says, row by row and column by column. Pure. */

export interface Difference {
  table: string;
  key: string;
  /** Null: the whole row is too many (`rebuilt` null) or missing (`stored` null). */
  column: string | null;
  stored: unknown;
  rebuilt: unknown;
  /** True: no event can bring it back; it was never in one. */
  lost?: true;
}

/** Rows are compared by the columns of the rebuilt ones alone: the others are not of the record. */
export function compareRows<S extends object, R extends object>(
  table: string,
  keyOf: (row: S | R) => string,
  stored: Iterable<S>,
  rebuilt: Iterable<R>,
): Difference[] {
  const left = new Map<string, R>();
  for (const row of rebuilt) left.set(keyOf(row), row);
  const differences: Difference[] = [];
  for (const row of stored) {
    const key = keyOf(row);
    const wanted = left.get(key);
    // Taken off, so that a second row of one key is one too many.
    left.delete(key);
    if (wanted === undefined) differences.push({ table, key, column: null, stored: 'a row', rebuilt: null });
    else differences.push(...columnsOf(table, key, row as Record<string, unknown>, wanted as Record<string, unknown>));
  }
  for (const key of left.keys()) differences.push({ table, key, column: null, stored: null, rebuilt: 'a row' });
  return differences;
}

function* columnsOf(
  table: string,
  key: string,
  stored: Record<string, unknown>,
  rebuilt: Record<string, unknown>,
): Iterable<Difference> {
  for (const [column, value] of Object.entries(rebuilt)) {
    if (stored[column] !== value) yield { table, key, column, stored: stored[column], rebuilt: value };
  }
}
