/** `sambar` as an operator types it, in this process: what it answers, what it says beside, and its code. */
import { expect, vi } from 'vitest';
import { runCli } from '../../tools/cli.ts';

export interface Said {
  code: number;
  out: string;
  err: string;
}

export async function sambar(...argv: string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const keep = (name: keyof typeof said) => (text: unknown) => {
    said[name] += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(keep('err'));
  const code = await runCli(argv);
  vi.restoreAllMocks();
  return { code, ...said };
}

/** The one object on standard output. */
export function objectOf({ out }: Said): Record<string, unknown> {
  expect(out.endsWith('\n')).toBe(true);
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(out) as Record<string, unknown>;
}
