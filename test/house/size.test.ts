/** Functions that fit a screen, files split by noun. */
import { describe, expect, test } from 'vitest';
import {
  allFiles,
  allSources,
  isTest,
  lineAt,
  type Node,
  nameOf,
  type Source,
  sourceFrom,
  textOf,
  walk,
} from './source.ts';

/**
 * A function's own lines: those of functions declared inside it count for themselves, so that a factory
 * (this house's class) is read one function at a time.
 */
const OWN_LINES_MAX = 70;
/** A factory with everything in it. */
const FACTORY_LINES_MAX = 150;
const FILE_LINES_MAX = 350;
const LUA_LINES_MAX = 80;

/** Path → the reason why it may be longer. */
const LONGER: Record<string, string> = {};

const isFunction = (node: Node) =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type) && node.body !== null;

function nameFor(node: Node, parents: Node[]): string {
  const parent = parents.at(-1);
  return nameOf(node.id) || nameOf(parent?.key) || nameOf(parent?.id) || 'a function';
}

function longFunctions({ path, text, program }: Source): string[] {
  const linesOf = (node: Node) => lineAt(text, node.end) - lineAt(text, node.start) + 1;
  const whole = new Map<Node, { lines: number; inner: number; name: string }>();
  walk(program, (node, parents) => {
    if (!isFunction(node)) return;
    const lines = linesOf(node);
    whole.set(node, { lines, inner: 0, name: nameFor(node, parents) });
    const around = whole.get(parents.findLast(isFunction) as Node);
    // A function on one line shares it with its surroundings.
    if (around !== undefined) around.inner += lines - 1;
  });
  return [...whole].flatMap(([node, { lines, inner, name }]) => {
    const at = `${path}:${lineAt(text, node.start)} ${name}`;
    if (lines - inner > OWN_LINES_MAX)
      return [`${at} has ${lines - inner} lines of its own, ${OWN_LINES_MAX} fit a screen`];
    // A file of tests is one list of cases: its `describe` may be as long as the file.
    return lines > FACTORY_LINES_MAX && !isTest(path)
      ? [`${at} has ${lines} lines, a factory may have ${FACTORY_LINES_MAX}`]
      : [];
  });
}

const lineCount = (text: string) => text.trimEnd().split('\n').length;

function longFile(path: string, text: string): string[] {
  const most = path.endsWith('.lua') ? LUA_LINES_MAX : FILE_LINES_MAX;
  const lines = lineCount(text);
  return lines <= most || path in LONGER ? [] : [`${path} has ${lines} lines, ${most} at most: split it by noun`];
}

describe('size', () => {
  test(`functions have ${OWN_LINES_MAX} lines of their own at most`, () => {
    expect(allSources().flatMap(longFunctions)).toEqual([]);
  });

  test(`files have ${FILE_LINES_MAX} lines at most, scripts of Redis ${LUA_LINES_MAX}`, () => {
    const files = allFiles().filter((path) => /\.(ts|tsx|mjs|lua|css)$/.test(path));
    expect(files.filter((path) => path.endsWith('.lua')).length).toBeGreaterThan(0);
    expect(files.flatMap((path) => longFile(path, textOf(path)))).toEqual([]);
  });

  test('a long function is found, a factory of short ones is not', () => {
    const lines = (count: number) => 'work();\n'.repeat(count);
    const found = (code: string) => longFunctions(sourceFrom('server/a.ts', code));
    expect(found(`function long() {\n${lines(70)}}`)).toEqual([
      'server/a.ts:1 long has 72 lines of its own, 70 fit a screen',
    ]);
    expect(found(`const long = () => {\n${lines(70)}};`)).toHaveLength(1);
    expect(found(`class A { long() {\n${lines(70)}} }`)).toHaveLength(1);
    expect(found(`function create() {\n${`function short() {\n${lines(40)}}\n`.repeat(3)}}`)).toEqual([]);
    expect(found(`function create() {\n${`function short() {\n${lines(40)}}\n`.repeat(4)}}`)).toHaveLength(1);
  });

  test('a long file is found', () => {
    expect(longFile('server/a.ts', 'x\n'.repeat(351))).toHaveLength(1);
    expect(longFile('server/a.ts', 'x\n'.repeat(350))).toEqual([]);
    expect(longFile('server/claims/lua/a.lua', 'x\n'.repeat(81))).toHaveLength(1);
  });
});
