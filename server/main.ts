/** Start, signals, stop; nothing else. */
import closeWithGrace from 'close-with-grace';
import { compose } from './compose.ts';
import { ConfigError, readProcessConfig } from './config.ts';

async function main(): Promise<void> {
  const config = readProcessConfig();
  const app = await compose(config);
  // Done in time: exit 0. Not done, or told a second time: ended at once, with 1.
  closeWithGrace({ delay: config.drainMs }, async () => app.close());
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
