// `npm run test:security [-- --json]`: the threats of SECURITY.md with their whole numbers, one file at a time, and
// what must be timed: on a machine that does nothing else. Other arguments are vitest's own.
import { prepareGround, runCounted } from './test-ground.mjs';

const RUN_MS_MAX = 30 * 60_000;

const isJson = process.argv.includes('--json');
const own = process.argv.slice(2).filter((arg) => arg !== '--json');
prepareGround();
const startedMs = Date.now();
const { code, passed, failed } = await runCounted(['--config', 'vitest.faults.config.ts', 'test/security/', ...own], {
  env: { FAULTS: 'full' },
  withinMs: RUN_MS_MAX,
  reporter: 'verbose',
});
const ok = code === 0 && failed === 0;
const tookSeconds = Math.round((Date.now() - startedMs) / 1000);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
if (isJson) process.stdout.write(`${JSON.stringify({ ok, passed, failed, tookSeconds })}\n`);
process.exitCode = ok ? 0 : 1;
