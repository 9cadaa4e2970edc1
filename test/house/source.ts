/**
 * The project's own source as the house tests see it: files, their syntax trees (vite's parser, which
 * reads TypeScript and tells a type import from one that runs), and the few questions asked of them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Node {
  type: string;
  start: number;
  end: number;
  [member: string]: unknown;
}

export interface Source {
  /** From the project's root, with slashes. */
  path: string;
  text: string;
  program: Node;
}

export interface Import {
  file: string;
  line: number;
  /** A path from the project's root, or a package: `zod`, `node:fs`. */
  to: string;
  /** `import type …` alone: with `{ type X }` the module is still loaded. */
  typeOnly: boolean;
}

const FOLDERS = ['server', 'client-sdk', 'web', 'tools', 'loadtest', 'demo', 'scripts', 'test', 'migrations', 'docs'];
const LEFT_OUT = new Set(['node_modules', 'dist', 'meta']);

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : filesBelow(path);
    return [path];
  });
}

/** Every file of the project's folders and of its root, without what is built or installed. */
export function allFiles(): string[] {
  const top = readdirSync(ROOT, { withFileTypes: true });
  const folders = top.filter((entry) => entry.isDirectory() && FOLDERS.includes(entry.name));
  const files = top.filter((entry) => entry.isFile() && !entry.name.startsWith('.env')).map(({ name }) => name);
  return [...files, ...folders.flatMap(({ name }) => filesBelow(name))].sort();
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function sourceFrom(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  return { path, text, program: program as unknown as Node };
}

export const isTest = (path: string) => path.startsWith('test/') || path.endsWith('.test.ts');

let parsed: Source[] | null = null;

export function allSources(): Source[] {
  parsed ??= allFiles()
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
    .map((path) => sourceFrom(path, textOf(path)));
  return parsed;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** Every node, parents before children; `parents` ends with the nearest. */
export function walk(node: Node, visit: (node: Node, parents: Node[]) => void, parents: Node[] = []): void {
  visit(node, parents);
  const inside = [...parents, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, inside);
  }
}

/** `Date.now`, `setTimeout`, `window.setTimeout`; empty for anything that is not plain names. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return '';
  if (node.type === 'Identifier') return String(node.name);
  if (node.type !== 'MemberExpression' || node.computed === true) return '';
  const [object, property] = [nameOf(node.object), nameOf(node.property)];
  return object === '' || property === '' ? '' : `${object}.${property}`;
}

function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier));
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

export function importsOf({ path, text, program }: Source): Import[] {
  const found: Import[] = [];
  walk(program, (node) => {
    const source = node.source;
    if (!/^(Import|Export\w+)(Declaration|Expression)$/.test(node.type) || !isNode(source)) return;
    const specifier = typeof source.value === 'string' ? source.value : '(computed)';
    const typeOnly = node.importKind === 'type' || node.exportKind === 'type';
    found.push({
      file: path,
      line: lineAt(text, node.start),
      to: target(path, specifier),
      typeOnly,
    });
  });
  return found;
}
