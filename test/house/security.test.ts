/** SECURITY.md names tests, and they are there: a threat whose test was renamed or dropped shows here. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allFiles, ROOT, textOf } from './source.ts';

const FEWEST_THREATS = 20;

interface Shown {
  threat: string;
  file: string;
  /** What the names of its tests say. */
  names: string[];
}

/** The last column of the table of threats: files, each with parts of its tests' names in quotes. */
function shownBy(page: string): Shown[] {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.split('|').length === 6);
  const [, , ...threats] = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  return threats.flatMap(([, threat = '', , , shown = '']) => {
    const files = [...shown.matchAll(/`([^`]+)`([^`]*)/g)];
    if (files.length === 0) return [{ threat, file: '', names: [] }];
    return files.map(([, file = '', after = '']) => ({
      threat,
      file,
      names: [...after.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name = '']) => name.replaceAll('\\"', '"')),
    }));
  });
}

/** One line for each file that is not there, and each name that no test in it has. */
function notShown(page: string): string[] {
  return shownBy(page).flatMap(({ threat, file, names }) => {
    if (!existsSync(join(ROOT, file)) || !/\.(test|faults)\.ts$/.test(file))
      return [`${threat}: no test file "${file}"`];
    return names.filter((name) => !textOf(file).includes(name)).map((name) => `${threat}: ${file} has no "${name}"`);
  });
}

test('every test that SECURITY.md names exists', () => {
  const page = textOf('SECURITY.md');
  expect(new Set(shownBy(page).map(({ threat }) => threat)).size).toBeGreaterThan(FEWEST_THREATS);
  expect(notShown(page)).toEqual([]);
});

test('every security test is named there', () => {
  const page = textOf('SECURITY.md');
  const tests = allFiles().filter((path) => /^test\/security\/.*\.(test|faults)\.ts$/.test(path));
  expect(tests.filter((path) => !page.includes(`\`${path}\``))).toEqual([]);
});

test('a file that is gone, a name that is not there, and a threat without a test are found', () => {
  const rows = ['| threat | control | asked | shown by |', '| --- | --- | --- | --- |'];
  const page = (shown: string) => [...rows, `| a | b | c | ${shown} |`].join('\n');
  expect(notShown(page('`test/house/security.test.ts` "are found"'))).toEqual([]);
  expect(notShown(page('`test/house/gone.test.ts`'))).toHaveLength(1);
  expect(notShown(page(`\`test/house/security.test.ts\` "${'no such'} name"`))).toHaveLength(1);
  expect(notShown(page('nothing'))).toHaveLength(1);
});
