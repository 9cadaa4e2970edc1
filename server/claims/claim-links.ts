/**
 * A link that claims: for one rep, one offer, until one instant. It is signed, not stored, so nothing
 * can be guessed or listed; following it shows the card and changes nothing, since phones and chats
 * follow links by themselves to show a preview.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface ClaimLink {
  offerId: string;
  repId: string;
  expiresAtMs: number;
}

const TOKEN = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,64})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{43})$/;

function signatureOf(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function signLink(key: Buffer, { offerId, repId, expiresAtMs }: ClaimLink): string {
  const text = `${offerId}.${repId}.${expiresAtMs.toString(36)}`;
  return `${text}.${signatureOf(key, text).toString('base64url')}`;
}

/** `expired` only of a link that was good once. */
export function readLink(key: Buffer, token: string, nowMs: number): ClaimLink | 'bad' | 'expired' {
  const [, offerId, repId, expires, signature] = TOKEN.exec(token) ?? [];
  if (offerId === undefined || repId === undefined || expires === undefined || signature === undefined) return 'bad';
  const expected = signatureOf(key, `${offerId}.${repId}.${expires}`);
  const shown = Buffer.from(signature, 'base64url');
  if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) return 'bad';
  const expiresAtMs = Number.parseInt(expires, 36);
  return nowMs < expiresAtMs ? { offerId, repId, expiresAtMs } : 'expired';
}
