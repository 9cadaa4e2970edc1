/** Chance that is the same at each run of a seed: for tests alone, since whoever knows the seed knows it all. */
import { createHash } from 'node:crypto';
import type { Random } from '../../server/kernel/random.ts';

const UNIT_BYTES = 6;

export function seededRandom(seed: string): Random {
  let drawn = 0;
  const bytes = (count: number): Uint8Array => {
    const blocks: Buffer[] = [];
    for (let length = 0; length < count; length += 32) {
      blocks.push(createHash('sha256').update(`${seed} ${drawn++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, count);
  };
  return {
    bytes,
    unit: () => Buffer.from(bytes(UNIT_BYTES)).readUIntBE(0, UNIT_BYTES) / 2 ** (8 * UNIT_BYTES),
  };
}
