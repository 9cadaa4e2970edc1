/**
 * How much one caller may ask before it is told to wait. Three limits, all generous, none of them on a
 * claim (those are the arbiter's, FAIR-23): sign-ins that fail, leads posted, sockets held. A credential
 * that is good is never refused for its neighbours' bad ones, and this machine itself has no limit by
 * address.
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../kernel/clock.ts';
import { TokenBuckets } from '../kernel/token-buckets.ts';
import { type Addresses, isLoopback } from './addresses.ts';
import { Problem } from './problem.ts';

export interface DoorLimits {
  /** Tokens, invites, links and signatures that are none, from one address. */
  failedSignInsPerMinute: number;
  /** Leads from one source, and from one address. */
  leadsPerMinute: number;
  socketsPerAddress: number;
}

type Request = Pick<IncomingMessage, 'headers' | 'socket'>;

export interface Door {
  /** Counts a failed sign-in; answers 0, or the milliseconds to wait once there were too many. */
  failed(request: Request): number;
  /** @throws Problem 429 when too many sign-ins have failed from there. */
  mayTry(request: Request): void;
  /** Counts a screen's code. @throws Problem 429 when too many were asked for there. */
  pairing(request: Request): void;
  /** Counts a lead. @throws Problem 429 when this source or address has posted too many. */
  lead(request: Request, sourceId: string): void;
  /** False: this address holds as many sockets as it may. */
  hasRoom(request: Request): boolean;
  /** Counts a socket until `leave` is called. */
  enter(request: Request): { leave(): void };
}

/** A code lasts for ten minutes; a sales floor is hung with a few screens at a time. */
const PAIRINGS_PER_MINUTE = 10;

const tooMany = (code: string, detail: string, waitMs: number) =>
  new Problem(429, code, detail, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) });

/** The answer to a sign-in that failed once too often. */
export const tooManySignIns = (waitMs: number) =>
  tooMany('tooManySignIns', 'Too many sign-ins from your address have failed; wait.', waitMs);

export function createDoor(limits: DoorLimits, deps: { clock: Clock; addresses: Addresses }): Door {
  const nowMs = () => deps.clock.nowMs();
  const { failedSignInsPerMinute: failures, leadsPerMinute: leads } = limits;
  const failedSignIns = new TokenBuckets({ burst: failures, perMinute: failures }, nowMs);
  const posted = new TokenBuckets({ burst: leads, perMinute: leads }, nowMs);
  const pairings = new TokenBuckets({ burst: PAIRINGS_PER_MINUTE, perMinute: PAIRINGS_PER_MINUTE }, nowMs);
  const sockets = new Map<string, number>();

  return {
    failed(request) {
      const address = deps.addresses.of(request);
      return isLoopback(address) ? 0 : failedSignIns.take(address);
    },
    mayTry(request) {
      const address = deps.addresses.of(request);
      const waitMs = isLoopback(address) ? 0 : failedSignIns.waitMs(address);
      if (waitMs > 0) throw tooManySignIns(waitMs);
    },
    pairing(request) {
      const address = deps.addresses.of(request);
      const waitMs = isLoopback(address) ? 0 : pairings.take(address);
      if (waitMs > 0)
        throw tooMany('tooManyPairings', 'Too many codes were asked for from your address; wait.', waitMs);
    },
    lead(request, sourceId) {
      const address = deps.addresses.of(request);
      const waitMs = posted.take(sourceId) || (isLoopback(address) ? 0 : posted.take(address));
      if (waitMs > 0) throw tooMany('tooManyLeads', 'Leads come faster than they are taken; wait.', waitMs);
    },
    hasRoom(request) {
      const address = deps.addresses.of(request);
      return isLoopback(address) || (sockets.get(address) ?? 0) < limits.socketsPerAddress;
    },
    enter(request) {
      const address = deps.addresses.of(request);
      sockets.set(address, (sockets.get(address) ?? 0) + 1);
      return {
        leave() {
          const left = (sockets.get(address) ?? 1) - 1;
          if (left > 0) sockets.set(address, left);
          else sockets.delete(address);
        },
      };
    },
  };
}
