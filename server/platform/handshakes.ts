/**
 * Who may open a socket, and when: the origin, the bounds on how many, a place in the line, and then the
 * token. Waiting happens before the upgrade, where a newcomer costs a hundred bytes.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';
import type { Admission } from './admission.ts';
import type { Door } from './door.ts';
import type { Speaker } from './http.ts';
import type { Metrics } from './metrics.ts';
import type { OverloadLimits } from './overload.ts';

/** When a sign-in cannot be checked, the client tries again after this long. */
const AWAY_RETRY_MS = 1_000;
/** A token's sockets that broke are noticed within this long; then there is room for a new one. */
const CROWDED_RETRY_MS = 25_000;
const TOKEN_LENGTH_MAX = 400;

const WORDS: Record<string, string> = {
  away: 'Ask again.',
  tooManySockets: 'This token has too many connections.',
  tooManySignIns: 'Too many sign-ins from your address have failed; wait.',
};

export interface HandshakesDeps {
  metrics: Metrics;
  admission: Admission;
  limits: Pick<OverloadLimits, 'socketsMax' | 'socketsPerTokenMax'>;
  publicUrl: string | null;
  door: Door;
  authenticate(token: string): Speaker | null | Promise<Speaker | null>;
  /** Sockets open now. */
  count(): number;
  countOfToken(tokenId: string): number;
}

export interface Handshakes {
  allowRequest(request: IncomingMessage, answer: (why: string | null | undefined, isAllowed: boolean) => void): void;
  signIn(socket: Socket, next: (error?: Error) => void): void;
  /** Nobody is let in any more. */
  stop(): void;
}

/** Browsers always send an Origin: it must be this very host or the public one. Programs send none. */
export function originAllowed(request: IncomingMessage, publicUrl: string | null): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  try {
    const from = new URL(origin);
    return from.host === host || (publicUrl !== null && from.origin === new URL(publicUrl).origin);
  } catch {
    return false;
  }
}

export function createHandshakes(deps: HandshakesDeps): Handshakes {
  const { admission, limits, metrics } = deps;
  let stopped = false;

  async function speakerOf(token: unknown): Promise<Speaker | null> {
    return typeof token === 'string' && token.length <= TOKEN_LENGTH_MAX ? deps.authenticate(token) : null;
  }

  return {
    allowRequest(request, answer) {
      const refuse = (why: string) => {
        metrics.shed('handshake', why);
        answer(why === 'lineFull' ? `busy: come back in ${admission.lineMs()} ms` : why, false);
      };
      if (!originAllowed(request, deps.publicUrl)) {
        metrics.badInput('socket', 'origin');
        return answer('origin', false);
      }
      if (stopped) return refuse('draining');
      if (deps.count() >= limits.socketsMax || !deps.door.hasRoom(request)) return refuse('tooManySockets');
      // Nobody else listens to a connection that waits to be upgraded: an error on it would end the process.
      if (request.headers.upgrade !== undefined) request.socket.on('error', () => undefined);
      const inLine = admission.ask(() => {
        if (stopped) refuse('draining');
        else answer(null, true);
      });
      if (!inLine) refuse('lineFull');
    },
    signIn(socket, next) {
      const refuse = (code: string, retryAfterMs?: number) => {
        metrics.badInput('socket', code);
        next(
          Object.assign(new Error(code), { data: { code, message: WORDS[code] ?? 'Sign in again.', retryAfterMs } }),
        );
      };
      speakerOf(socket.handshake.auth.token).then(
        (speaker) => {
          if (speaker === null) {
            const waitMs = deps.door.failed(socket.request);
            return waitMs > 0 ? refuse('tooManySignIns', waitMs) : refuse('tokenInvalid');
          }
          if (speaker.role === 'source') return refuse('forbidden');
          if (deps.countOfToken(speaker.tokenId) >= limits.socketsPerTokenMax) {
            return refuse('tooManySockets', CROWDED_RETRY_MS);
          }
          socket.data.speaker = speaker;
          next();
        },
        // Whoever cannot be looked up now is told to come back, never to sign in again.
        () => refuse('away', AWAY_RETRY_MS),
      );
    },
    stop() {
      stopped = true;
      admission.stop();
    },
  };
}
