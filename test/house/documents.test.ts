/** What is written for others to read says what the code does. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOWN, eventsDoc, UP } from '../../scripts/events-doc.ts';
import { startApp } from '../support/app.ts';
import {
  allFiles,
  allSources,
  lineAt,
  type Node,
  nameOf,
  ROOT,
  type Source,
  sourceFrom,
  textOf,
  walk,
} from './source.ts';

/** Every call of the contract, in the words of OpenAPI. */
const CALLS = [
  'POST /v1/reps',
  'GET /v1/reps',
  'PATCH /v1/reps/{id}',
  'POST /v1/managers',
  'POST /v1/reps/{id}/tokens',
  'POST /v1/managers/{id}/tokens',
  'POST /v1/reps/{id}/invites',
  'POST /v1/managers/{id}/invites',
  'DELETE /v1/tokens/{id}',
  'POST /v1/screens',
  'POST /v1/sources',
  'POST /v1/leads',
  'GET /v1/leads',
  'GET /v1/leads/{leadId}',
  'POST /v1/leads/{leadId}/claims',
  'POST /v1/leads/{leadId}/releases',
  'POST /v1/leads/{leadId}/assignments',
  'POST /v1/leads/{leadId}/activities',
  'POST /v1/leads/{leadId}/stages',
  'POST /v1/assists',
  'POST /v1/assists/{id}/confirmations',
  'GET /v1/me',
  'GET /v1/leaderboards/{metric}',
  'GET /v1/races/{leadId}',
  'GET /v1/events',
  'GET /v1/policy',
  'PUT /v1/policy',
];

type Operations = Record<string, Record<string, { summary?: string }>>;

describe('HTTP', () => {
  test('every call of the contract, and no call without a summary, is in /openapi.json', async () => {
    await using app = await startApp();
    const { body } = await app.call<{ paths: Operations }>('GET', '/openapi.json', { token: null });
    const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => ({
        call: `${method.toUpperCase()} ${path}`,
        summary,
      })),
    );
    expect(CALLS.filter((call) => !operations.some((operation) => operation.call === call))).toEqual([]);
    expect(operations.filter(({ summary }) => summary === undefined || summary === '')).toEqual([]);
  });

  /** Routes that neither describe themselves nor hide: they would be missing above unseen. */
  function undescribedRoutes({ path, text, program }: Source): string[] {
    const found: string[] = [];
    walk(program, (node) => {
      if (node.type !== 'CallExpression' || !/^app\.(get|post|put|patch|delete)$/.test(nameOf(node.callee))) return;
      const [, options] = node.arguments as Node[];
      const said = options === undefined ? '' : text.slice(options.start, options.end);
      if (!/\b(summary|hide: true)\b/.test(said)) found.push(`${path}:${lineAt(text, node.start)}`);
    });
    return found;
  }

  test('every route describes itself, or says that it hides', () => {
    expect(
      allSources()
        .filter(({ path }) => path.startsWith('server/'))
        .flatMap(undescribedRoutes),
    ).toEqual([]);
    expect(undescribedRoutes(sourceFrom('a.ts', `app.get('/v1/secret', async () => 1);`))).toHaveLength(1);
    expect(
      undescribedRoutes(sourceFrom('a.ts', `app.get('/livez', { schema: { hide: true } }, async () => 1);`)),
    ).toEqual([]);
  });
});

/** Members of an interface, from the source: what the types promise, seen without the type checker. */
function membersOf(path: string, name: string): string[] {
  const members: string[] = [];
  walk(sourceFrom(path, textOf(path)).program, (node) => {
    if (node.type !== 'TSInterfaceDeclaration' || nameOf(node.id) !== name) return;
    for (const member of (node.body as Node).body as Node[]) members.push(String((member.key as Node).value));
  });
  return members;
}

describe('sockets', () => {
  test('docs/events.md is what the schemas say (npm run docs:events)', () => {
    expect(textOf('docs/events.md')).toBe(eventsDoc());
  });

  test('every event of the protocol is in it', () => {
    const down = membersOf('client-sdk/protocol/down.ts', 'DownEvents');
    const up = membersOf('client-sdk/protocol/up.ts', 'UpEvents');
    expect(down.length).toBeGreaterThan(5);
    expect(Object.keys(DOWN).sort()).toEqual(down.sort());
    expect(Object.keys(UP).sort()).toEqual(up.sort());
    expect([...down, ...up].filter((event) => !eventsDoc().includes(`### \`${event}\``))).toEqual([]);
  });

  test('every event that a server file listens to is one of the protocol', () => {
    const heard: string[] = [];
    for (const { path, program } of allSources()) {
      if (!/^server\/.*-sockets\.ts$/.test(path)) continue;
      walk(program, (node) => {
        if (node.type !== 'CallExpression' || nameOf(node.callee) !== 'sockets.on') return;
        heard.push(String((node.arguments as Node[])[0]?.value));
      });
    }
    expect(heard.sort()).toEqual(Object.keys(UP).sort());
  });
});

/** Links of a page to files of the project that are not there. */
function deadLinks(path: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to]) => to ?? '');
  return links.filter((to) => !/^[a-z]+:/.test(to) && !existsSync(join(ROOT, normalize(join(dirname(path), to)))));
}

/** `npm run x` in a page, where package.json has no x. */
function unknownCommands(text: string): string[] {
  const scripts = (JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }).scripts;
  return [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !(name in scripts));
}

describe('pages', () => {
  const pages = () => allFiles().filter((path) => path.endsWith('.md'));

  test('link to files that exist, and name commands that exist', () => {
    expect(pages()).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md']));
    expect(pages().flatMap((path) => deadLinks(path, textOf(path)).map((to) => `${path} → ${to}`))).toEqual([]);
    expect(pages().flatMap((path) => unknownCommands(textOf(path)).map((name) => `${path}: npm run ${name}`))).toEqual(
      [],
    );
  });

  test('a dead link and an unknown command are found', () => {
    expect(deadLinks('docs/a.md', '[here](../nowhere.md) [there](https://example.com) [up](../package.json)')).toEqual([
      '../nowhere.md',
    ]);
    expect(unknownCommands('Run `npm run fly` or `npm run check`.')).toEqual(['fly']);
  });
});
