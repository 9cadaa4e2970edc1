/**
 * The ambient world (time, chance, timers, the environment) has one home each; everything else takes
 * it as an argument, so that a test can hold it in its hand.
 */
import { describe, expect, test } from 'vitest';
import { allSources, isTest, lineAt, type Node, nameOf, type Source, sourceFrom, walk } from './source.ts';

interface Banned {
  what: string;
  is(node: Node): boolean;
  homes: RegExp;
  instead: string;
}

const isCall = (node: Node) => node.type === 'CallExpression';
const bare = (name: string) => name.replace(/^(globalThis|window|self)\./, '');
const calls =
  (...names: string[]) =>
  (node: Node) =>
    isCall(node) && names.includes(bare(nameOf(node.callee)));
const reads = (name: string) => (node: Node) => node.type === 'MemberExpression' && nameOf(node) === name;

const CLOCKS = /^(server\/kernel\/clock|client-sdk\/src\/platform)\.ts$/;
/** A page shows things for a while and counts its own seconds; what it shows comes from the client's clock. */
const CLOCKS_AND_PAGES = /^(server\/kernel\/clock\.ts|client-sdk\/src\/platform\.ts|web\/.*)$/;

const BANNED: Banned[] = [
  {
    what: 'Date.now()',
    is: calls('Date.now'),
    homes: CLOCKS,
    instead: 'take `nowMs` as an argument, or a Clock',
  },
  {
    what: 'new Date()',
    is: (node) =>
      node.type === 'NewExpression' && nameOf(node.callee) === 'Date' && (node.arguments as Node[]).length === 0,
    homes: CLOCKS,
    instead: 'take `nowMs` as an argument, or a Clock',
  },
  {
    what: 'performance.now()',
    is: calls('performance.now'),
    homes: CLOCKS_AND_PAGES,
    instead: 'Clock.monotonicMs',
  },
  {
    what: 'Math.random() or node:crypto chance',
    is: calls('Math.random', 'randomBytes', 'randomUUID', 'randomInt', 'crypto.randomUUID', 'crypto.getRandomValues'),
    // A request's id names log lines and nothing that is stored, so no run depends on it.
    homes: /^(server\/kernel\/random|server\/platform\/http|client-sdk\/src\/platform)\.ts$/,
    instead: 'Random of server/kernel/random.ts, or ClientRandom of the client',
  },
  {
    what: 'a timer',
    is: calls('setTimeout', 'setInterval', 'requestAnimationFrame'),
    homes: CLOCKS_AND_PAGES,
    instead: 'Clock.after',
  },
  {
    what: 'setImmediate()',
    is: calls('setImmediate'),
    // All frames that one turn of the loop reads go into one commit, and all it says into one write. Simulated time
    // goes on when nothing is left to do. A report of many races is read in pieces, and claims go between.
    homes: /^server\/(ledger\/ledger|platform\/one-write|kernel\/timeline|flow\/safeguards)\.ts$/,
    instead: 'the ledger gathers calls and sockets what is sent; nothing else needs a turn of the loop',
  },
  {
    what: 'process.env',
    is: reads('process.env'),
    homes: /^server\/config\.ts$/,
    instead: 'a field of Config',
  },
  {
    what: 'process.exit()',
    is: calls('process.exit', 'process.abort'),
    homes: /^server\/(main|compose)\.ts$/,
    instead: 'throw, or tell compose through its callback',
  },
  {
    what: 'new Redis or new Database',
    is: (node) => node.type === 'NewExpression' && ['Redis', 'Cluster', 'Database'].includes(nameOf(node.callee)),
    homes: /^server\/platform\/(redis|sqlite)\.ts$/,
    instead: 'createRedis, openWriter or openReader of server/platform',
  },
];

/** Operators' programs and tests read the world themselves; the product does not. */
const isProduct = (path: string) =>
  /^(server|client-sdk|web)\//.test(path) && !isTest(path) && !path.endsWith('.config.ts');

function ambientParts({ path, text, program }: Source): string[] {
  const found: string[] = [];
  walk(program, (node) => {
    for (const { what, is, homes, instead } of BANNED) {
      if (is(node) && !homes.test(path)) found.push(`${path}:${lineAt(text, node.start)} ${what}: use ${instead}`);
    }
  });
  return found;
}

const BAD = [
  'const now = Date.now();',
  'const now = new Date();',
  'const now = performance.now();',
  'const chance = Math.random();',
  'const id = globalThis.crypto.randomUUID();',
  'setTimeout(task, 5);',
  'window.setInterval(task, 5);',
  'setImmediate(task);',
  'const { PORT } = process.env;',
  'process.exit(1);',
  'const redis = new Redis(url);',
];

describe('the ambient world', () => {
  test('is touched in its homes alone', () => {
    const product = allSources().filter(({ path }) => isProduct(path));
    expect(product.length).toBeGreaterThan(50);
    expect(product.flatMap(ambientParts)).toEqual([]);
  });

  test.each(BAD)('%s is found', (code) => {
    expect(ambientParts(sourceFrom('server/points/a.ts', code))).toHaveLength(1);
  });

  test('every ban has a sample', () => {
    const found = BAD.flatMap((code) => ambientParts(sourceFrom('server/points/a.ts', code))).join('\n');
    expect(BANNED.filter(({ what }) => !found.includes(what))).toEqual([]);
  });

  test.each([
    'new Date(nowMs).toISOString();',
    'clock.after(5, task);',
    '// Date.now() in words',
    `const text = 'Date.now()';`,
  ])('%s is let through', (code) => expect(ambientParts(sourceFrom('server/points/a.ts', code))).toEqual([]));
});
