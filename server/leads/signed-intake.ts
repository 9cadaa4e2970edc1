/**
 * Signed posts of leads (Standard Webhooks): `webhook-id`, `webhook-timestamp` and `webhook-signature:
 * v1,<base64>` over `id.timestamp.body`, by a secret that belongs to one source. Nothing of a secret is
 * stored: it is derived from the server's own, by source and version, so that two versions can be live.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a sender's clock may be off; older posts may be replays. */
export const TOLERANCE_MS = 300_000;
/** The secret before the newest goes on working this long after a rotation. */
export const OLD_SECRET_MS = 86_400_000;
/** Signatures looked at in one header: a sender in rotation shows two. */
const SIGNATURES_MAX = 5;
const PREFIX = 'whsec_';

/** Which secrets of a source are live; null stands for the first one, never rotated. */
export interface SigningState {
  version: number;
  rotatedAtMs: number;
}

export const FIRST_SIGNING: SigningState = { version: 1, rotatedAtMs: 0 };

/** The secret of one version, as it is shown to the sender: `whsec_` and 32 bytes of base64. */
export function signingSecret(key: Buffer, sourceId: string, version: number): string {
  return PREFIX + createHmac('sha256', key).update(`${sourceId}.${version}`).digest('base64');
}

/** The newest first. */
export function liveSecrets(key: Buffer, sourceId: string, state: SigningState, nowMs: number): string[] {
  const live = [signingSecret(key, sourceId, state.version)];
  if (state.version > 1 && nowMs - state.rotatedAtMs < OLD_SECRET_MS) {
    live.push(signingSecret(key, sourceId, state.version - 1));
  }
  return live;
}

export interface SignedPost {
  id: string;
  /** Seconds since 1970, as text. */
  timestamp: string;
  /** `v1,<base64>`, several with a space between. */
  signatures: string;
  body: Buffer;
}

/** The header that a sender shows for a post. */
export function sign(secret: string, { id, timestamp, body }: Omit<SignedPost, 'signatures'>): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** `stale`: signed by who it says, but too long ago or too far ahead; it is said only to the signer. */
export function judgeSignature(post: SignedPost, secrets: readonly string[], nowMs: number): 'good' | 'bad' | 'stale' {
  if (!/^[\x21-\x7e]{1,200}$/.test(post.id) || !/^\d{1,12}$/.test(post.timestamp)) return 'bad';
  const shown = post.signatures.split(' ').slice(0, SIGNATURES_MAX);
  const expected = secrets.map((secret) => sign(secret, post));
  // All are compared, whatever the first one says: how long it takes tells nothing.
  const matches = shown.flatMap((one) => expected.map((other) => sameText(one, other)));
  if (!matches.includes(true)) return 'bad';
  return Math.abs(nowMs - Number(post.timestamp) * 1_000) <= TOLERANCE_MS ? 'good' : 'stale';
}

/** In constant time, whatever the lengths. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
