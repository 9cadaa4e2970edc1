import { defineConfig } from 'vitest/config';

/** `npm run test:faults` and `npm run test:security`: one file at a time, since each breaks the ground it stands on, and measures. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts', 'test/faults/**/*.faults.ts', 'test/security/**/*.ts'],
    testTimeout: 60 * 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    maxWorkers: 1,
    fileParallelism: false,
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  },
});
