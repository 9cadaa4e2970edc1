// `npm run test:security`: the threats of SECURITY.md with their whole numbers, one file at a time, and what must be
// timed: on a machine that does nothing else.
import { prepareGround, runVitest } from './test-ground.mjs';

const RUN_MS_MAX = 30 * 60_000;

prepareGround();
const args = ['--config', 'vitest.faults.config.ts', '--reporter=verbose', 'test/security/', ...process.argv.slice(2)];
process.exitCode = await runVitest(args, { env: { FAULTS: 'full' }, withinMs: RUN_MS_MAX });
