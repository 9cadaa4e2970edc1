/** Who may import whom: the table is import-rules.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { brokenImports, IMPORT_RULES, SHARED_LANGUAGE } from './import-rules.ts';
import { allSources, importsOf, isTest, ROOT, sourceFrom, walk } from './source.ts';

/** A file and an import in it that must be refused, and a word of the rule that refuses it. */
const BAD: [file: string, code: string, rule: string][] = [
  ['tools/a.ts', `import '../server/main.ts';`, 'nothing imports main'],
  ['server/flow/a.ts', `import { compose } from '../compose.ts';`, 'only main'],
  ['server/claims/a.ts', `import type { Config } from '../config.ts';`, 'nothing below'],
  ['server/flow/a.ts', 'await import(name);', 'computed'],
  ['server/utils/a.ts', `import { b } from './b.ts';`, 'every folder'],
  ['server/flow/a.ts', `import { createLog } from '../platform/log.ts';`, 'flow takes'],
  ['server/flow/a.ts', `import { sql } from 'drizzle-orm';`, 'flow knows no package'],
  ['server/flow/a.ts', `import type { Redis } from 'ioredis';`, 'flow knows no package'],
  ['server/flow/a.ts', `import { leadsRoutes } from '../leads/leads-routes.ts';`, 'flow does not know'],
  ['server/flow/a.ts', `import { createLeadsStore } from '../leads/leads-store.ts';`, 'flow writes'],
  [
    'server/flow/transactions/a.ts',
    `import { createLeaderboard } from '../../leaderboard/leaderboard.ts';`,
    'a transaction is',
  ],
  ['server/points/a.ts', `import { x } from '../leads/leads.ts';`, 'siblings'],
  ['server/points/a.ts', `export type { x } from '../leads/leads.ts';`, 'siblings'],
  ['server/points/a.ts', `import type { World } from '../flow/world.ts';`, 'no flow'],
  ['server/points/points.ts', `import { Problem } from '../platform/problem.ts';`, 'of the platform'],
  ['server/points/points-rules.ts', `import { hash } from 'node:crypto';`, 'rules are pure'],
  ['server/points/schema.ts', `import { newAssist } from '../../client-sdk/protocol/http.ts';`, 'judges no message'],
  ['server/platform/a.ts', `import type { Arbiter } from '../claims/arbiter.ts';`, 'the platform knows'],
  ['server/kernel/a.ts', `import { verdict } from '../../client-sdk/protocol/verdict.ts';`, 'the kernel imports'],
  ['server/kernel/a.ts', `import { Temporal } from 'temporal-polyfill';`, 'one home'],
  ['client-sdk/src/a.ts', `import type { Clock } from '../../server/kernel/clock.ts';`, 'never sees'],
  ['client-sdk/protocol/a.ts', `import { io } from 'socket.io-client';`, 'made of zod'],
  ['client-sdk/src/a.ts', `import { type Verdict } from '../protocol/verdict.ts';`, 'zod must not'],
  ['web/rep/a.ts', `import { verdict } from '../../client-sdk/protocol/verdict.ts';`, 'zod must not'],
  ['web/rep/a.ts', `import type { Clock } from '../../server/kernel/clock.ts';`, 'web sees'],
  ['loadtest/a.ts', `import { compose } from '../server/compose.ts';`, 'the load tester'],
  ['server/ledger/a.ts', `import Database from 'better-sqlite3';`, 'one home'],
  ['server/claims/a.ts', `import { Redis } from 'ioredis';`, 'one home'],
  ['server/claims/a.ts', `import { setTimeout } from 'node:timers/promises';`, 'waiting has'],
];

/** And what must be let through, so that a rule cannot pass by refusing everything. */
const GOOD: [file: string, code: string][] = [
  ['server/main.ts', `import { compose } from './compose.ts';`],
  ['server/flow/a.ts', `import type { Log } from '../platform/log.ts';`],
  ['server/points/points-rules.ts', `import type { PointsPolicy } from '../policy/policy-rules.ts';`],
  ['server/claims/claims-routes.ts', `import { Problem } from '../platform/problem.ts';`],
  ['server/kernel/messages.ts', `import type { RefusalRule } from '../../client-sdk/protocol/verdict.ts';`],
  ['server/claims/a.ts', `import type { Redis } from 'ioredis';`],
  ['client-sdk/src/a.ts', `import type { Verdict } from '../protocol/verdict.ts';`],
];

describe('imports', () => {
  test('go in the directions that ARCHITECTURE.md draws', () => {
    expect(brokenImports(allSources().flatMap(importsOf))).toEqual([]);
  });

  test.each(BAD)('in %s: %s is refused', (file, code, rule) => {
    expect(brokenImports(importsOf(sourceFrom(file, code))).join('\n')).toContain(rule);
  });

  test.each(GOOD)('in %s: %s is let through', (file, code) => {
    expect(importsOf(sourceFrom(file, code))).toHaveLength(1);
    expect(brokenImports(importsOf(sourceFrom(file, code)))).toEqual([]);
  });

  test('a package that belongs behind one file is found in two', () => {
    const of = (file: string) => importsOf(sourceFrom(file, `import Redlock from 'redlock';`));
    expect(brokenImports(of('server/ledger/a.ts'))).toEqual([]);
    expect(brokenImports([...of('server/ledger/a.ts'), ...of('server/gateway/b.ts')])).toHaveLength(1);
  });

  test('every rule has a sample that it refuses', () => {
    const unproven = IMPORT_RULES.filter(
      (rule) => !BAD.some(([file, code]) => importsOf(sourceFrom(file, code)).some((one) => rule.forbids(one))),
    );
    expect(unproven.map(({ says }) => says)).toEqual([]);
  });

  test('what is shared between siblings exists', () => {
    expect(Object.keys(SHARED_LANGUAGE).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

/** Names of async functions and awaits: SQLite commits at the first one inside a transaction. */
function asyncParts(path: string, text: string): string[] {
  const found: string[] = [];
  walk(sourceFrom(path, text).program, (node) => {
    if (node.async === true || node.type === 'AwaitExpression')
      found.push(`${path}: ${text.slice(node.start, node.start + 60)}`);
  });
  return found;
}

describe('transactions', () => {
  test('have nothing asynchronous in them', () => {
    const files = allSources().filter(({ path }) => path.startsWith('server/flow/transactions/') && !isTest(path));
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(({ path, text }) => asyncParts(path, text))).toEqual([]);
  });

  test('an async function is found', () => {
    expect(asyncParts('a.ts', 'export async function settle() { await write(); }')).toHaveLength(2);
  });
});
