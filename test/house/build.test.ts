/** What is built is what is served, whoever builds it: here it is a test runner, with its own NODE_ENV. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './source.ts';

interface Built {
  path: string;
  text: string;
}

let built: Built[];

beforeAll(() => {
  const done = spawnSync('node', ['scripts/build.mjs', '--if-stale', '--quiet'], { cwd: ROOT, encoding: 'utf8' });
  expect([done.status, done.stderr]).toEqual([0, '']);
  built = ['dist', 'web/dist'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path: path.slice(ROOT.length), text: readFileSync(path, 'utf8') })),
  );
});

const namesThisMachine = ({ text }: Built) => text.includes(ROOT) || text.includes(ROOT.replaceAll('/', '\\/'));
/** How JSX of a development build says where it stands. */
const isForDevelopment = ({ text }: Built) => /\bfileName:.{1,300}\blineNumber:/s.test(text);

describe('the build', () => {
  test('names no file of the machine that built it', () => {
    expect(built.length).toBeGreaterThan(150);
    expect(built.filter(({ path }) => /^web\/dist\/.*\.js$/.test(path)).length).toBeGreaterThan(2);
    expect(built.filter(namesThisMachine).map(({ path }) => path)).toEqual([]);
  });

  test('of the pages is not for development', () => {
    const pages = built.filter(({ path }) => path.startsWith('web/dist/'));
    expect(pages.filter(isForDevelopment).map(({ path }) => path)).toEqual([]);
  });

  test('of a developer is found', () => {
    const text = `jsxDEV("p", {}, void 0, false, { fileName: "${ROOT}web/rep/app.tsx", lineNumber: 7 })`;
    const one = { path: 'web/dist/a.js', text };
    expect([namesThisMachine(one), isForDevelopment(one)]).toEqual([true, true]);
  });
});
