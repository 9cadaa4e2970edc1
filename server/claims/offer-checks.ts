/**
 * What both arbiters check before they touch their state, so that a wrong call is refused by both
 * and leaves nothing half-written: a Lua script that fails in the middle is not rolled back.
 */
import type { ArbiterOffer, Gate, GateReason } from './arbiter.ts';
import { OFFER_MEMBERS_MAX } from './limits.ts';

export type ArbiterFaultCode =
  /** The call itself is wrong: the offer, the time or the number could not be stored faithfully. */
  | 'INVALID_CALL'
  /** Redis did not take the command in the time allowed; it may still have run. */
  | 'ARBITER_AWAY'
  | 'ARBITER_CLOSED'
  /** Another ledger took the cell over with a higher epoch. */
  | 'EPOCH_SUPERSEDED'
  /** It was emptied, or another one answers, while the cell was taken over: to be begun anew. */
  | 'REDIS_CHANGED'
  /** The key of the stream of wins holds something else. */
  | 'STREAM_UNFIT';

export class ArbiterFault extends Error {
  readonly code: ArbiterFaultCode;

  constructor(code: ArbiterFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ArbiterFault';
    this.code = code;
  }
}

/** How many offers of one lead a claim without an offer id looks at. */
export const LEAD_OFFERS_MAX = 8;

export function checkOffer(offer: ArbiterOffer): void {
  const members = offer.lanes.reduce((sum, lane) => sum + lane.repIds.length, 0);
  if (members > OFFER_MEMBERS_MAX) {
    throw new ArbiterFault('INVALID_CALL', `offer ${offer.offerId} has ${members} members`);
  }
  checkId(offer.offerId);
  for (const lane of offer.lanes) lane.repIds.forEach(checkId);
  checkWhole(offer.closesAtMs, 'closesAtMs');
  for (const lane of offer.lanes) checkWhole(lane.opensAtMs, 'opensAtMs');
  for (const increment of offer.increments) checkWhole(increment.by, `by of ${increment.counter}`);
  if (offer.attemptRate !== null) {
    checkWhole(offer.attemptRate.perSecond, 'perSecond');
    checkWhole(offer.attemptRate.perMinute, 'perMinute');
  }
}

/** The scripts answer in words with spaces between; ids of our own making have none. */
function checkId(id: string): void {
  if (!/^\S+$/.test(id)) throw new ArbiterFault('INVALID_CALL', `not an id: ${JSON.stringify(id)}`);
}

/** Redis keeps whole numbers only; a fraction would be cut on one side and kept on the other. */
export function checkWhole(value: number, what: string): void {
  if (!Number.isSafeInteger(value)) {
    throw new ArbiterFault('INVALID_CALL', `${what} is not a whole number: ${value}`);
  }
}

/** The reason claims hear: each scope has its own words, whatever the caller said (AR37). */
export function reasonHeard(gate: Gate, reason: GateReason): GateReason {
  if (gate.scope === 'cell') return reason === 'rebuilding' ? 'rebuilding' : 'withdrawn';
  if (gate.scope === 'team') return 'withdrawn';
  return reason === 'inactive' ? 'inactive' : 'notReady';
}
