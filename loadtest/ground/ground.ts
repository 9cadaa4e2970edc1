/**
 * A file of the size that is asked for, as a replay leaves it: grown from a seed that the product wrote, held
 * against every invariant once, and kept between runs under a name that says what it is made of.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { verified } from '../../tools/commands/verify.ts';
import { type Bench, ROOT } from '../bench.ts';
import type { KnownRep } from '../generator/racers.ts';
import { Bulk, type Growth, tokenOf } from './bulk.ts';
import { growSeed } from './seed.ts';

export interface Ground {
  file: string;
  /** In the order of their numbers: the first are the seed's own. */
  reps: KnownRep[];
}

/** Grows when what is grown changes without a change of the tables. */
const FORM = 2;
/** Its leads must stay younger than what is forgotten by itself, and its offers of today. */
const KEPT_MS = 5 * 86_400_000;
/** Receipts of 54 phones for each lead are most of it. */
const BYTES_PER_LEAD = 9_000;
/** It is grown, kept, and copied for a run. */
const FILES_AT_ONCE = 3;
/** The team of a replay. */
export const TEAM = 54;
const SEED_LEADS = 540;
const SEED_OPEN = 4;

/** What is too old goes. */
function tidied(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(path)) {
    const file = join(path, name);
    if (Date.now() - statSync(file).mtimeMs > KEPT_MS) rmSync(file, { force: true });
  }
  return path;
}

/** Never written to again: work on `bench.copyOf` it. Grown when it is not there, which takes minutes for a million leads. */
export async function groundFile(growth: Growth, bench: Bench): Promise<Ground> {
  const schema = readFileSync(join(ROOT, 'migrations/schema.sql'));
  const key = createHash('sha256')
    .update(schema)
    .update(JSON.stringify({ ...growth, FORM }))
    .digest('hex')
    .slice(0, 16);
  const file = join(tidied(bench.groundFolder), `${key}.db`);
  if (!existsSync(file)) await grow(file, growth, bench);
  const sqlite = new Database(file, { readonly: true, fileMustExist: true });
  const ids = sqlite.prepare('SELECT id FROM reps ORDER BY num').pluck().all() as string[];
  sqlite.close();
  return { file, reps: ids.map((repId) => ({ repId, token: tokenOf(repId) })) };
}

/** @throws Error in words when it would not fit */
function assertRoom(folder: string, leads: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = leads * BYTES_PER_LEAD * FILES_AT_ONCE;
  if (bavail * bsize > needed) return;
  throw new Error(`${Math.ceil(needed / 1e9)} GB are needed in ${folder}: make room, or set TMPDIR to another disk`);
}

async function grow(file: string, growth: Growth, bench: Bench): Promise<void> {
  assertRoom(bench.groundFolder, growth.leads);
  const what = `a file of ${growth.leads} leads and ${growth.reps} reps`;
  bench.step(what, 0, 1);
  const seed = await growSeed(bench, {
    reps: Math.min(growth.team, growth.reps),
    leads: Math.min(SEED_LEADS, growth.leads),
    openOffers: growth.leads === 0 ? 0 : SEED_OPEN,
  });
  new Bulk(seed).grow(growth, (done, of) => bench.step(what, done, of));
  bench.step(`${what}: verified`, 0, 1);
  const { ok, violations } = verified(seed, true);
  if (!ok)
    throw new Error(`${what} is not sound: ${violations.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`);
  const partial = `${file}.${process.pid}`;
  bench.copyOf(seed, partial);
  rmSync(seed);
  renameSync(partial, file);
}

/** Puts more offers up on a copy of a ground, and gives all of them their time anew: it may be of another day. */
export function openOffers(file: string, count: number, nowMs: number): void {
  new Bulk(file).open(count);
  const sqlite = new Database(file);
  sqlite.prepare(`UPDATE offers SET closes_at = ? + clear_ms WHERE state = 'open'`).run(nowMs);
  sqlite
    .prepare(
      `UPDATE deadlines SET due_at = (SELECT closes_at FROM offers f WHERE f.id = offer_id) WHERE kind = 'offerExpires'`,
    )
    .run();
  sqlite.close();
}
