// `npm test`: every test, against a real Redis and a real browser; nothing is skipped silently. Arguments
// are vitest's own: `npm test -- test/contract`. The last line is `N passed, N failed`, for machines.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareGround, root, runVitest } from './test-ground.mjs';

/** A run that hangs must end as a failure before the one who waits for it gives up. */
const RUN_MS_MAX = 18 * 60_000;

/** No file: vitest ended before it could count. */
function countsIn(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function main() {
  const args = process.argv.slice(2);
  prepareGround();
  const folder = mkdtempSync(join(tmpdir(), 'sambar-test-run-'));
  const countsFile = join(folder, 'counts.json');
  const reporters = [`--reporter=${join(root, 'scripts/count-reporter.mjs')}`, '--reporter=default'];
  const code = await runVitest([...reporters, ...args], {
    env: { TEST_COUNTS_FILE: countsFile, SAMBAR_TEST_BUILT: '1' },
    withinMs: RUN_MS_MAX,
  });
  const { passed, failed, skipped } = countsIn(countsFile);
  rmSync(folder, { recursive: true, force: true });
  // With a name filter the rest is skipped on purpose; else a skipped test is a hole nobody asked for.
  const filtered = args.some((arg) => arg === '-t' || arg.startsWith('--testNamePattern'));
  const holes = filtered ? 0 : skipped;
  if (holes > 0) process.stdout.write(`${holes} skipped: counted as failed\n`);
  // Vitest also fails for what no single test shows: an unhandled rejection, no test found, time over.
  const unseen = failed + holes === 0 && code !== 0 ? 1 : 0;
  if (unseen > 0) process.stdout.write('vitest failed outside any single test: see above\n');
  process.stdout.write(`${passed} passed, ${failed + holes + unseen} failed\n`);
  process.exitCode = code !== 0 || failed + holes > 0 ? 1 : 0;
}

await main();
