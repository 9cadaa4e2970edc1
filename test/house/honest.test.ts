/** Tests that run and wait for events; no leftovers; names that are exported by name. */
import { describe, expect, test } from 'vitest';
import { allFiles, allSources, isTest, lineAt, nameOf, type Source, sourceFrom, textOf, walk } from './source.ts';

const RUNNERS = /^(test|it|describe|bench|suite)\b/;
const SHORTENED = /\.(only|skip|todo|fails|skipIf|runIf)\b/;

/** `test.only` leaves others out, `test.skip` leaves itself out: neither may be committed. */
function leftOutTests({ path, text, program }: Source): string[] {
  const found: string[] = [];
  walk(program, (node) => {
    if (node.type !== 'MemberExpression' && node.type !== 'CallExpression') return;
    const name = nameOf(node.type === 'CallExpression' ? node.callee : node);
    const left = (RUNNERS.test(name) && SHORTENED.test(name)) || /^(fit|xit|xtest|fdescribe|xdescribe)$/.test(name);
    if (left) found.push(`${path}:${lineAt(text, node.start)} ${name}: every test runs, always`);
  });
  return [...new Set(found)];
}

/** Test files that may set a timer, and why. */
const MAY_WAIT: Record<string, string> = {};

function sleeps({ path, text, program }: Source): string[] {
  if (path in MAY_WAIT) return [];
  const found: string[] = [];
  walk(program, (node) => {
    const timer = node.type === 'CallExpression' && /^(globalThis\.)?set(Timeout|Interval)$/.test(nameOf(node.callee));
    const slept =
      node.type === 'ImportDeclaration' && /^node:timers/.test(String((node.source as { value?: unknown }).value));
    if (timer || slept)
      found.push(`${path}:${lineAt(text, node.start)} waits for time: wait for an event, or move a SimClock`);
  });
  return found;
}

/** What a tool asks for by default (its configuration, a reporter of vitest's), and types of others' packages. */
const DEFAULT_EXPORTS = /(\.config\.ts|\.d\.ts|^scripts\/count-reporter\.mjs)$/;

function defaultExports({ path, text, program }: Source): string[] {
  if (DEFAULT_EXPORTS.test(path)) return [];
  const found: string[] = [];
  walk(program, (node) => {
    const named = node.type === 'ExportSpecifier' && nameOf(node.exported) === 'default';
    if (node.type === 'ExportDefaultDeclaration' || named)
      found.push(`${path}:${lineAt(text, node.start)} exports by default: give it a name`);
  });
  return found;
}

// Built from halves, so that this file does not find itself.
const LEFTOVER = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);

function leftovers(path: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, at) => (LEFTOVER.test(line) ? [`${path}:${at + 1} ${line.trim().slice(0, 80)}`] : []));
}

const found = (check: (source: Source) => string[], code: string, path = 'test/a.test.ts') =>
  check(sourceFrom(path, code));

describe('tests', () => {
  test('are all run', () => {
    const tests = allSources().filter(({ path }) => isTest(path));
    expect(tests.length).toBeGreaterThan(20);
    expect(tests.flatMap(leftOutTests)).toEqual([]);
  });

  test('wait for events, not for time', () => {
    expect(
      allSources()
        .filter(({ path }) => isTest(path))
        .flatMap(sleeps),
    ).toEqual([]);
    expect(Object.keys(MAY_WAIT).filter((path) => !allFiles().includes(path))).toEqual([]);
  });

  test('that are left out, or sleep, are found', () => {
    expect(found(leftOutTests, `test.only('a', () => {});`)).toHaveLength(1);
    expect(found(leftOutTests, `describe.skip('a', () => {});`)).toHaveLength(1);
    expect(found(leftOutTests, `test.skipIf(slow)('a', () => {});`)).toHaveLength(1);
    expect(found(leftOutTests, `test.each([1])('a', () => {});`)).toEqual([]);
    expect(found(sleeps, 'await new Promise((resolve) => setTimeout(resolve, 50));')).toHaveLength(1);
    expect(found(sleeps, `import { setTimeout } from 'node:timers/promises';`)).toHaveLength(1);
  });
});

describe('source', () => {
  test('is exported by name', () => {
    expect(allSources().flatMap(defaultExports)).toEqual([]);
    expect(found(defaultExports, 'export default function a() {}')).toHaveLength(1);
    expect(found(defaultExports, 'const a = 1; export { a as default };')).toHaveLength(1);
    expect(found(defaultExports, 'export default {};', 'vitest.config.ts')).toEqual([]);
  });

  test('has no leftovers', () => {
    const written = allFiles().filter((path) => /\.(ts|tsx|mjs|lua|md|css|html|sql)$/.test(path));
    expect(written.flatMap((path) => leftovers(path, textOf(path)))).toEqual([]);
    expect(leftovers('a.ts', `// ${'TO' + 'DO'}: later`)).toHaveLength(1);
  });
});
