/** The secret that signs: from the environment, or made once and kept beside the database, for its owner's eyes. */
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Random } from './kernel/random.ts';

export function appSecretOf(given: string | null, databaseFile: string, random: Random): string {
  if (given !== null) return given;
  const file = `${databaseFile}.secret`;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const secret = Buffer.from(random.bytes(48)).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return secret;
}

/** A key for one purpose: what is signed with it is worth nothing anywhere else. */
export function keyFor(appSecret: string, purpose: 'intake' | 'claim-links'): Buffer {
  return createHmac('sha256', appSecret).update(`sambar ${purpose}`).digest();
}
