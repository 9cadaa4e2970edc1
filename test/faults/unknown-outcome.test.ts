/**
 * An fsync that fails (EIO) under a COMMIT: the row may be there or not. Nobody is answered, the
 * process is told to end, and what was acknowledged before is there at the restart.
 */
import { expect, test } from 'vitest';
import { rowsIn, runChild } from './durability.ts';

test('a COMMIT of unknown outcome is never acknowledged and ends the process', async () => {
  const { said, code, file, image } = await runChild({
    synchronous: 'FULL',
    rows: 5,
    failing: true,
  });
  const told = ['row0', 'row1', 'row2', 'row3'];
  expect(said).toEqual([...told, 'unknown SQLITE_IOERR_FSYNC']);
  expect(code).toBe(70);
  expect(rowsIn(image)).toEqual(told);
  expect(rowsIn(file).slice(0, told.length)).toEqual(told);
});
