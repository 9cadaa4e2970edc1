/** Start, signals, stop; nothing else. */
import closeWithGrace from 'close-with-grace';
import { compose } from './compose.ts';
import { ConfigError, readProcessConfig } from './config.ts';
import type { Holder } from './ledger/role-lock.ts';

/** A standby listens to nothing, so this line is all there is to see of it; a signal ends it at once. */
function sayStandingBy(holder: Holder | null): void {
  const who =
    holder === null ? 'another process' : `pid ${holder.pid}, since ${new Date(holder.startedAtMs).toISOString()}`;
  process.stdout.write(`Sambar stands by: the database is with ${who}\n`);
}

async function main(): Promise<void> {
  const config = readProcessConfig();
  const app = await compose(config, { onStandby: sayStandingBy });
  // Done in time: exit 0. Not done, or told a second time: ended at once, with 1.
  closeWithGrace({ delay: config.drainMs }, async () => app.close());
  process.stdout.write(`Sambar listens on ${app.url}\n`);
  if (app.newAdminKey !== null) {
    process.stdout.write(`Admin key (shown this once, keep it): ${app.newAdminKey}\n`);
  }
  if (app.house?.world.directory.reps().length === 0) {
    process.stdout.write(`First steps: ${config.publicUrl ?? app.url}/manage/ (sign in with the admin key)\n`);
  }
}

main().catch((error: unknown) => {
  const lines = error instanceof ConfigError ? error.lines : [String(error instanceof Error ? error.message : error)];
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
  process.exit();
});
