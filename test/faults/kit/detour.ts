/** Sends one process's connections to a local port through another port; see shims/detour.c. */
import { join } from 'node:path';
import { compileShim, MappedBytes } from '../shims/compile.ts';

export class Detour {
  /** For the environment of the process whose connections are to be led away. */
  readonly env: Record<string, string>;
  readonly #ports: MappedBytes;

  /** `folder` must outlive the process. */
  constructor(folder: string) {
    this.#ports = new MappedBytes(join(folder, 'detour'), 8);
    this.env = { LD_PRELOAD: compileShim('detour', folder), DETOUR_FILE: this.#ports.file };
  }

  /** New connections to port `from` go to `to`; links that stand stay as they are. */
  lead(from: number, to: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(from, 0);
    bytes.writeUInt32LE(to, 4);
    this.#ports.write(bytes);
  }
}
