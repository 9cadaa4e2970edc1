/** The wall clock of a running process, moved while its timers go on; see shims/wall-clock.c. */
import { join } from 'node:path';
import { compileShim, MappedBytes } from '../shims/compile.ts';

export class WallClock {
  /** For the environment of the process that is to see it; redis-server may, too. */
  readonly env: Record<string, string>;
  readonly #shift: MappedBytes;

  /** `folder` must outlive the process. */
  constructor(folder: string) {
    this.#shift = new MappedBytes(join(folder, 'clock-shift'), 8);
    this.env = { LD_PRELOAD: compileShim('wall-clock', folder), CLOCK_SHIFT_FILE: this.#shift.file };
  }

  /** From now on the process reads true time plus `shiftMs`; 0 puts it right. */
  shiftTo(shiftMs: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(shiftMs));
    this.#shift.write(bytes);
  }
}
