/** How a flow's failure to write is answered over HTTP. */
import { ArbiterFault } from './claims/offer-checks.ts';
import { LedgerError } from './ledger/ledger-error.ts';
import { Problem } from './platform/problem.ts';

/** A write that the ledger could not take is answered 503, never half done. */
export async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ArbiterFault) {
      throw new Problem(503, 'arbiterAway', 'The race cannot be reached; nothing has changed. Ask again.', {
        retryAfterSeconds: 1,
      });
    }
    if (!(error instanceof LedgerError)) throw error;
    if (error.code === 'idempotencyKeyReused') {
      throw new Problem(422, 'idempotencyKeyReused', 'This Idempotency-Key was used for another request.', {
        field: 'Idempotency-Key',
      });
    }
    throw new Problem(503, 'notStored', 'It could not be stored; nothing has changed. Ask again.', {
      retryAfterSeconds: 1,
    });
  }
}
