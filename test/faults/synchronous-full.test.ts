/**
 * Power loss (invariant 2): what was acknowledged is what the disk holds. Killing a process proves
 * nothing here, since the kernel keeps what was written; so the disk's content is imaged at each
 * sync, and the same test with NORMAL must lose rows, or it could not see a loss at all.
 */
import { describe, expect, test } from 'vitest';
import { rowsIn, runChild } from './durability.ts';

const ROWS = 40;
const all = Array.from({ length: ROWS }, (_, row) => `row${row}`);

describe('after a power loss', () => {
  test('with synchronous=FULL every acknowledged row is on the disk', async () => {
    const { said, signal, image } = await runChild({ synchronous: 'FULL', rows: ROWS });
    expect(signal).toBe('SIGKILL');
    expect(said).toEqual(all);
    expect(rowsIn(image)).toEqual(all);
  });

  test('control: with synchronous=NORMAL acknowledged rows are lost, and only from the disk', async () => {
    const { said, signal, file, image } = await runChild({ synchronous: 'NORMAL', rows: ROWS });
    expect(signal).toBe('SIGKILL');
    expect(said).toEqual(all);
    expect(rowsIn(file)).toEqual(all);
    expect(rowsIn(image).length).toBeLessThan(ROWS);
  });
});
