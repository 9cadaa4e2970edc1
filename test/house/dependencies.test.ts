/** What comes with the product: listed, permissively licensed, and not older than the fix of a known fault. */
import { describe, expect, test } from 'vitest';
import {
  dependenciesDoc,
  EXCEPTIONS,
  isPermissive,
  lockedPackages,
  productionDependencies,
  unwelcome,
} from '../../scripts/dependencies-doc.ts';
import { textOf } from './source.ts';

/** Package → the first version that will do, the first that will not, and why. Every copy in the lock file counts. */
const FLOORS: Record<string, { from: string; below?: string; why: string }> = {
  'engine.io': { from: '6.6.10', why: 'older ones can be stopped by a stranger at the upgrade (CVE-2026-102599)' },
  'better-sqlite3': { from: '12.11.1', below: '13.0.0', why: '13 ends with a fault of the process on Node 20' },
  ioredis: { from: '6.0.0', below: '7.0.0', why: 'the tests of lost links are about what 6 does after a cut' },
  fastify: {
    from: '5.12.8',
    below: '6.0.0',
    why: 'the body parser that refuses prototype keys, and the closing, are tested on it',
  },
  'socket.io': { from: '4.8.4', below: '5.0.0', why: 'the handshake and the packets are tested on it' },
  'socket.io-parser': { from: '4.2.3', why: 'older ones throw at a crafted packet (CVE-2023-32695)' },
  ws: { from: '8.17.1', why: 'older ones fall over many headers (CVE-2024-37890)' },
  'light-my-request': { from: '6.6.0', below: '6.7.0', why: 'newer ones need Node 22 (ARCHITECTURE.md)' },
};

const numbers = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10));

function isOlder(version: string, than: string): boolean {
  const [left, right] = [numbers(version), numbers(than)];
  const place = left.findIndex((number, n) => number !== right[n]);
  return place !== -1 && (left[place] ?? 0) < (right[place] ?? 0);
}

/** One sentence for each package that is too old, too new, or not there at all. */
function outOfBounds(copies: readonly { name: string; version: string }[]): string[] {
  return Object.entries(FLOORS).flatMap(([name, { from, below, why }]) => {
    const found = copies.filter((copy) => copy.name === name);
    if (found.length === 0) return [`${name} is not in the lock file`];
    return found
      .filter(({ version }) => isOlder(version, from) || (below !== undefined && !isOlder(version, below)))
      .map(({ version }) => `${name} ${version}: ${why}`);
  });
}

describe('dependencies', () => {
  test('docs/dependencies.md is what the lock file says (npm run docs:dependencies)', () => {
    expect(textOf('docs/dependencies.md')).toBe(dependenciesDoc());
  });

  test('have permissive licences, or a reason', () => {
    const all = productionDependencies();
    expect(all.length).toBeGreaterThan(100);
    expect(unwelcome(all)).toEqual([]);
    for (const name of Object.keys(EXCEPTIONS)) expect(all.map((one) => one.name)).toContain(name);
  });

  test('another licence is found', () => {
    const one = { name: 'viral', version: '1.0.0', isDirect: true, isPlatform: false };
    for (const licence of ['GPL-3.0-only', 'AGPL-3.0', 'MPL-2.0', 'unknown', 'MIT AND GPL-2.0', 'SSPL-1.0']) {
      expect(unwelcome([{ ...one, licence }])).toEqual([`viral 1.0.0: ${licence}`]);
    }
    expect(unwelcome([{ ...one, name: 'lightningcss', licence: 'GPL-3.0-only' }])).toHaveLength(1);
    expect(['MIT', '(MIT OR GPL-2.0)', 'MIT AND ISC'].map(isPermissive)).toEqual([true, true, true]);
  });

  test('are within the versions that are known to be safe and to work', () => {
    const copies = Object.entries(lockedPackages()).map(([path, { version = '' }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
    }));
    expect(outOfBounds(copies)).toEqual([]);
  });

  test('an old one, a new one and a missing one are found', () => {
    const good = Object.entries(FLOORS).map(([name, { from: version }]) => ({ name, version }));
    const withOne = (name: string, version: string) => outOfBounds([...good, { name, version }]);
    expect(outOfBounds(good)).toEqual([]);
    expect(withOne('engine.io', '6.6.9')).toHaveLength(1);
    expect(withOne('engine.io', '6.5.99')).toHaveLength(1);
    expect(withOne('engine.io', '6.10.0')).toEqual([]);
    expect(withOne('better-sqlite3', '13.0.0')).toHaveLength(1);
    expect(outOfBounds(good.slice(1))).toEqual(['engine.io is not in the lock file']);
  });
});
