/** The Lua scripts, read from their files once, and run through ioredis, which reloads a lost one. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const KEY_COUNTS = {
  claim: 1,
  now: 1,
  open: 3,
  admit: 2,
  extend: 1,
  hold: 2,
  close: 2,
  settle: 5,
  count: 2,
  raise: 1,
  takeOver: 4,
  renew: 3,
} as const;

export type ScriptName = keyof typeof KEY_COUNTS;
export type Scripts = Record<ScriptName, string>;

/** The claim's script is three files, so that each can be read on one screen. */
export const scripts: Readonly<Scripts> = Object.freeze({
  claim: ['claim-offer', 'claim-verdict', 'claim-grant'].map(luaFile).join('\n'),
  now: luaFile('now'),
  open: luaFile('open'),
  admit: luaFile('admit'),
  extend: luaFile('extend'),
  hold: luaFile('hold'),
  close: luaFile('close'),
  settle: luaFile('settle'),
  count: luaFile('count'),
  raise: luaFile('raise'),
  takeOver: luaFile('take-over'),
  renew: luaFile('renew'),
});

function luaFile(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
}

type Command = (...args: (string | number)[]) => Promise<unknown>;

export type RunScript = (
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/** Defines the scripts on this connection; a test may pass other texts. */
export function scriptRunner(redis: Redis, texts: Readonly<Scripts> = scripts): RunScript {
  const commands = redis as unknown as Record<string, Command>;
  for (const [name, numberOfKeys] of Object.entries(KEY_COUNTS)) {
    redis.defineCommand(`sambar:${name}`, { lua: texts[name as ScriptName], numberOfKeys });
  }
  return async (name, keys, args) => {
    if (keys.length !== KEY_COUNTS[name]) throw new Error(`${name}: ${keys.length} keys`);
    return commands[`sambar:${name}`]?.(...keys, ...args);
  };
}
