/** What `Ledger.write` rejects with: a fault, never a verdict. */

/**
 * The codes of the ledger itself; a transaction's own errors keep their own `code`.
 * - `notStored`: the disk refused cleanly (full, read-only, busy); nothing was written, try again.
 * - `staleGeneration`: another process took the role over; this one must end.
 * - `idempotencyKeyReused`: the key was used before with another body or route.
 * - `overloaded`: too many calls wait for the disk; nothing was written.
 * - `badArguments`: the arguments cannot be sent to the ledger's thread.
 * - `unknownTransaction`, `asyncTransaction`: a programmer's mistake, named.
 * - `transactionFailed`: a transaction threw something without a code.
 * - `closed`, `ledgerFailed`: the ledger takes no more calls; this one was not stored.
 */
export type LedgerErrorCode =
  | 'notStored'
  | 'staleGeneration'
  | 'idempotencyKeyReused'
  | 'overloaded'
  | 'badArguments'
  | 'unknownTransaction'
  | 'asyncTransaction'
  | 'transactionFailed'
  | 'closed'
  | 'ledgerFailed';

export class LedgerError extends Error {
  /** A `LedgerErrorCode`, or the code of the error that a transaction threw. */
  readonly code: string;

  constructor(code: LedgerErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerError';
    this.code = code;
  }
}
