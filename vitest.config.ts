import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['server/**/*.test.ts', 'client-sdk/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    maxWorkers: 2,
    // Whether a terminal, a CI runner or nobody looks on: what the commands print is the same.
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  },
});
