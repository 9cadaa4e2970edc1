/** Start, signals, stop; nothing else. */
import closeWithGrace from 'close-with-grace';
import { compose } from './compose.ts';
import { ConfigError, readProcessConfig } from './config.ts';

/** A stop takes this long at most: claims in flight are answered within two seconds. */
const STOP_WITHIN_MS = 10_000;

async function main(): Promise<void> {
  const app = await compose(readProcessConfig());
  closeWithGrace({ delay: STOP_WITHIN_MS }, async () => app.close());
  process.stdout.write(`Sambar listens on ${app.url}\n`);
  if (app.newAdminKey !== null) {
    process.stdout.write(`Admin key (shown this once, keep it): ${app.newAdminKey}\n`);
  }
}

main().catch((error: unknown) => {
  const lines = error instanceof ConfigError ? error.lines : [String(error instanceof Error ? error.message : error)];
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
  process.exit();
});
