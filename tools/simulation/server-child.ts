/**
 * A whole server as a child of a tool, so that the tool's own work costs the server nothing. It is told
 * everything by its parent and reads no environment: an operator's settings must not lead a simulation
 * to the real database or the real Redis.
 *
 *   waiting → serving → stopping → gone
 *
 * A parent that dies takes it along, with the throw-away folder: nothing is left behind.
 */
import { rmSync } from 'node:fs';
import { compose } from '../../server/compose.ts';
import { readConfig } from '../../server/config.ts';
import type { App } from '../../server/serving.ts';

export interface StartOrder {
  kind: 'start';
  env: Record<string, string>;
  /** Removed by this process when its parent is gone without a word. */
  folder: string;
}
export type ToServer = StartOrder | { kind: 'stop' };
export type FromServer = { kind: 'listening'; url: string } | { kind: 'failed'; reason: string };

let app: Promise<App> | undefined;
let folder: string | undefined;

async function start(order: StartOrder): Promise<void> {
  folder = order.folder;
  try {
    app = compose(readConfig(order.env));
    const { url } = await app;
    tell({ kind: 'listening', url });
  } catch (error) {
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    process.disconnect();
  }
}

function tell(message: FromServer): void {
  process.send?.(message);
}

async function stop(): Promise<void> {
  await app?.then((running) => running.close()).catch(() => undefined);
}

process.on('message', (message: ToServer) => {
  if (message.kind === 'start') void start(message);
  else void stop().then(() => process.exit(0));
});
process.on('disconnect', () => {
  void stop().then(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
});
// Ctrl-C goes to the whole group of the terminal; the parent decides when its server ends.
process.on('SIGINT', () => undefined);
