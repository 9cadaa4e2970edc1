// `npm test`: every test, against a real Redis and a real browser; nothing is skipped silently. Arguments
// are vitest's own: `npm test -- test/contract`. The last line is `N passed, N failed`, for machines.
import { prepareGround, runCounted } from './test-ground.mjs';

/** A run that hangs must end as a failure before the one who waits for it gives up. */
const RUN_MS_MAX = 18 * 60_000;

prepareGround();
const { code, passed, failed } = await runCounted(process.argv.slice(2), {
  env: { SAMBAR_TEST_BUILT: '1' },
  withinMs: RUN_MS_MAX,
});
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = code !== 0 || failed > 0 ? 1 : 0;
