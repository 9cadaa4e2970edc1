/** Values made from the protocol's own schemas, and then broken in one or two places. */
import fc from 'fast-check';
import { z } from 'zod';

interface Json {
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Json[];
  properties?: Record<string, Json>;
  items?: Json;
  minimum?: number;
}

/** One value that the schema takes, but for what JSON Schema cannot say. */
export function sampleOf(schema: Json): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] as Json);
  if (schema.type === 'object') {
    const members = Object.entries(schema.properties ?? {});
    return Object.fromEntries(members.map(([name, member]) => [name, sampleOf(member)]));
  }
  if (schema.type === 'array') return schema.items === undefined ? [] : [sampleOf(schema.items)];
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (schema.type === 'boolean') return true;
  if (schema.type === 'null') return null;
  const formats: Record<string, string> = {
    email: 'fuzz@example.com',
    'date-time': '2026-01-01T00:00:00Z',
    date: '2026-01-01',
  };
  return formats[schema.format ?? ''] ?? 'some_text_1';
}

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
export const HOSTILE: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  '',
  ' ',
  '0',
  'null',
  'NaN',
  '\u0000',
  '\ud800',
  '\u202e‏مرحبا',
  '👩🏽‍💼',
  'x'.repeat(12_000),
  '../../etc/passwd',
  "'; DROP TABLE leads; --",
  '{{7*7}}',
  '2026-13-45T99:99:99Z',
  '+262026-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  [],
  {},
  [[]],
  [{}],
  Array(300).fill('x'),
  nested(2_000),
  JSON.parse('{"__proto__":{"admin":true}}'),
  { constructor: { prototype: { admin: true } } },
  { toString: 1, valueOf: null, length: -1 },
];

type Path = (string | number)[];

function pathsOf(value: unknown, above: Path = []): Path[] {
  // What a first break has nested deeply need not be broken deep down again.
  if (typeof value !== 'object' || value === null || above.length > 5) return [above];
  return [above, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...above, key]))];
}

function changed(value: unknown, [key, ...rest]: Path, change: (was: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, change);
  return copy;
}

interface Break {
  place: number;
  kind: 'replace' | 'remove' | 'wrap' | 'add';
  hostile: number;
}

function broken(sample: unknown, { place, kind, hostile }: Break): unknown {
  const paths = pathsOf(sample);
  const path = paths[place % paths.length] as Path;
  const bad = HOSTILE[hostile];
  return changed(sample, path, (was) => {
    if (kind === 'replace') return bad;
    if (kind === 'remove') return undefined;
    if (kind === 'wrap') return [was];
    return typeof was === 'object' && was !== null ? { ...was, extra: bad } : { value: was, extra: bad };
  });
}

const aBreak: fc.Arbitrary<Break> = fc.record({
  place: fc.nat(100),
  kind: fc.constantFrom('replace', 'replace', 'remove', 'wrap', 'add'),
  hostile: fc.nat(HOSTILE.length - 1),
});
export const breaks = fc.array(aBreak, { minLength: 1, maxLength: 2 });
export const breakAll = (sample: unknown, all: Break[]) => all.reduce((value, one) => broken(value, one), sample);
export const jsonOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
