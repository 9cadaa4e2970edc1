import { defineConfig } from 'vitest/config';

/** These leave nothing behind in their process, so they share one: what they import is read once, not for each file. */
const SHARE_A_PROCESS = [
  'server/**/*.test.ts',
  'client-sdk/**/*.test.ts',
  'tools/**/*.test.ts',
  'test/{contract,house,integration,security}/**/*.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'together', include: SHARE_A_PROCESS, isolate: false, restoreMocks: true } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: SHARE_A_PROCESS } },
    ],
    // Whether a terminal, a CI runner or nobody looks on: what the commands print is the same.
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  },
});
