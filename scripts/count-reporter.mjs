// Vitest's reporter for scripts/test.mjs: how many tests passed, failed and were skipped, as JSON in the
// file that TEST_COUNTS_FILE names. A file that could not be loaded, and an error outside any test, each
// count as one failure.
import { writeFileSync } from 'node:fs';

export class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state === 'skipped') counts.skipped++;
        else counts.failed++;
      }
    }
    writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}

export { CountReporter as default };
