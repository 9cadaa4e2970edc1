/**
 * How a television gets its token without anybody typing one on it (DASH-05): it shows a code, a manager types the
 * code on another device, and the television, which alone knows the secret, takes its token away.
 *
 *   (none)  → waiting  the television asks
 *   waiting → granted  a manager names the code
 *   granted → (none)   the television has taken the token
 *   any     → (none)   ten minutes have passed, or the server was restarted: the television asks for another code
 */
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';

export const PAIRING_MS = 10 * 60_000;
/** More screens than anybody hangs up in ten minutes. */
export const PAIRINGS_MAX = 200;
const CODES = 1_000_000;
const SECRET_BYTES = 18;

export interface Pairing {
  /** Six digits, read off a wall. */
  code: string;
  /** Known to the television alone. */
  secret: string;
  expiresAtMs: number;
}

interface Held extends Pairing {
  /** Null: nobody has named the code. */
  token: string | null;
}

export interface Pairings {
  /** Null: too many televisions wait. */
  begin(): Pairing | null;
  /** False: no television shows this code. The same code is granted once. */
  grant(code: string, token: string): boolean;
  isWaiting(code: string): boolean;
  /** `waiting`, the token (once), or null: unknown, taken or over. */
  take(secret: string): 'waiting' | { token: string } | null;
}

export function createPairings({ clock, random }: { clock: Clock; random: Random }): Pairings {
  const bySecret = new Map<string, Held>();

  function live(): Held[] {
    const nowMs = clock.nowMs();
    for (const held of bySecret.values()) if (held.expiresAtMs <= nowMs) bySecret.delete(held.secret);
    return [...bySecret.values()];
  }
  const waitingAt = (code: string) => live().find((held) => held.code === code && held.token === null);

  return {
    begin() {
      const taken = new Set(live().map(({ code }) => code));
      if (taken.size >= PAIRINGS_MAX) return null;
      let code: string;
      do code = String(Math.floor(random.unit() * CODES)).padStart(6, '0');
      while (taken.has(code));
      const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
      const pairing = { code, secret, expiresAtMs: clock.nowMs() + PAIRING_MS };
      bySecret.set(secret, { ...pairing, token: null });
      return pairing;
    },
    isWaiting: (code) => waitingAt(code) !== undefined,
    grant(code, token) {
      const held = waitingAt(code);
      if (held === undefined) return false;
      held.token = token;
      return true;
    },
    take(secret) {
      live();
      const held = bySecret.get(secret);
      if (held === undefined) return null;
      if (held.token === null) return 'waiting';
      bySecret.delete(secret);
      return { token: held.token };
    },
  };
}
