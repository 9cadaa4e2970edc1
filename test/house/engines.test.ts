/** Every locked package that says which Node it needs accepts the oldest one that this project promises. */
import { describe, expect, test } from 'vitest';
import { textOf } from './source.ts';

interface Locked {
  engines?: { node?: string };
  optional?: boolean;
  version?: string;
}

type Version = [major: number, minor: number, patch: number];

function versionOf(text: string): { version: Version; parts: number } {
  const numbers = text
    .replace(/^v/, '')
    .split('.')
    .filter((part) => /^\d+/.test(part))
    .map(Number.parseFloat);
  const [major = 0, minor = 0, patch = 0] = numbers.map(Math.trunc);
  return { version: [major, minor, patch], parts: numbers.length };
}

function compare(left: Version, right: Version): number {
  for (const [place, number] of left.entries()) if (number !== right[place]) return number - (right[place] ?? 0);
  return 0;
}

/** The first version that `^`, `~` and a bare `20` or `20.x` leave out. */
function upperBound(operator: string, [major, minor]: Version, parts: number): Version {
  if (operator === '~' || parts === 2) return operator === '^' ? [major + 1, 0, 0] : [major, minor + 1, 0];
  return [major + 1, 0, 0];
}

function acceptsOne(comparator: string, version: Version): boolean {
  const match = /^(>=|<=|>|<|=|\^|~)?\s*v?([\dx*.]+)/.exec(comparator);
  if (match === null || /^[x*]/.test(match[2] ?? '')) return comparator === '' || match !== null;
  const { version: bound, parts } = versionOf(match[2] ?? '');
  const order = compare(version, bound);
  switch (match[1]) {
    case '>=':
      return order >= 0;
    case '>':
      return parts < 3 ? compare(version, upperBound('', bound, parts)) >= 0 : order > 0;
    case '<':
      return order < 0;
    case '<=':
      return parts < 3 ? compare(version, upperBound('', bound, parts)) < 0 : order <= 0;
    case '=':
      return order === 0;
    case undefined:
      if (parts === 3) return order === 0;
  }
  return order >= 0 && compare(version, upperBound(match[1] ?? '', bound, parts)) < 0;
}

/** npm's ranges as engines use them: `||`, spaces for and, `>= 1` with a space, `1 - 2`. */
function accepts(range: string, version: Version): boolean {
  return range.split('||').some((alternative) => {
    const joined = alternative
      .trim()
      .replace(/(\S+)\s+-\s+(\S+)/, '>=$1 <=$2')
      .replace(/([<>=^~])\s+/g, '$1');
    return joined.split(/\s+/).every((comparator) => acceptsOne(comparator, version));
  });
}

const packages = () => (JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Locked> }).packages;

describe('engines', () => {
  test('every locked package runs on the Node that is promised', () => {
    const locked = Object.entries(packages());
    expect(locked.length).toBeGreaterThan(100);
    const promised = versionOf((packages()['']?.engines?.node ?? '').replace('>=', '')).version;
    expect(promised).toEqual([20, 19, 0]);
    for (const version of [promised, [20, 20, 0] as Version]) {
      const refusing = locked.filter(
        ([, { engines, optional }]) => optional !== true && !accepts(engines?.node ?? '*', version),
      );
      expect(refusing.map(([path, { engines }]) => `${path} needs ${engines?.node}`)).toEqual([]);
    }
  });

  test('dependencies are pinned to one version each', () => {
    const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  test.each([
    ['>=18', true],
    ['>= 20.19', true],
    ['>=22', false],
    ['^18 || ^20.19.0 || >=22.12', true],
    ['^20.20.1', false],
    ['20.x', true],
    ['20 || 22', true],
    ['18 || 22', false],
    ['>=18 <21', true],
    ['>=18 <20', false],
    ['~20.20.0', true],
    ['*', true],
    ['>=0.10', true],
    ['10 - 19', false],
    ['18 - 20', true],
    ['>20', false],
    ['>19', true],
    ['<=20', true],
    ['20.20.0', true],
  ])('%s accepts 20.20.0: %s', (range, expected) => {
    expect(accepts(range, [20, 20, 0])).toBe(expected);
  });
});
