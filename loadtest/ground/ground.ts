/**
 * A file of the size that is asked for, as a replay leaves it: grown from a seed that the product wrote, held
 * against every invariant once, and kept between runs under a name that says what it is made of.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
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
const FORM = 1;
/** Its leads must stay younger than what is forgotten by itself, and its offers of today. */
const KEPT_MS = 5 * 86_400_000;
/** The team of a replay. */
const TEAM = 54;
const SEED_LEADS = 540;
const SEED_OPEN = 20;

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

async function grow(file: string, growth: Growth, bench: Bench): Promise<void> {
  const what = `a file of ${growth.leads} leads and ${growth.reps} reps`;
  bench.step(what, 0, 1);
  const seed = await growSeed(bench, {
    reps: Math.min(TEAM, growth.reps),
    leads: Math.min(SEED_LEADS, growth.leads),
    openOffers: Math.min(SEED_OPEN, growth.openOffers),
  });
  new Bulk(seed).grow(growth, (done, of) => bench.step(what, done, of));
  bench.step(`${what}: verified`, 0, 1);
  const { ok, violations } = verified(seed, true);
  if (!ok)
    throw new Error(`${what} is not sound: ${violations.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`);
  const partial = `${file}.${process.pid}`;
  bench.copyOf(seed, partial);
  renameSync(partial, file);
  rmSync(seed);
}

/** Offers that are open on a copy of a ground get their time anew: it was made on another day. */
export function reopen(file: string, nowMs: number): void {
  const sqlite = new Database(file);
  sqlite.prepare(`UPDATE offers SET closes_at = ? + clear_ms WHERE state = 'open'`).run(nowMs);
  sqlite
    .prepare(
      `UPDATE deadlines SET due_at = (SELECT closes_at FROM offers f WHERE f.id = offer_id) WHERE kind = 'offerExpires'`,
    )
    .run();
  sqlite.close();
}
