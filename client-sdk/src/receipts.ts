/**
 * Tells the server which alerts arrived on this device. Gathered, because an alert to many reps
 * would otherwise be answered by as many frames at the very moment their claims come in.
 */
import type { Connection } from './connection.ts';
import type { ClientClock, ClientTimer } from './platform.ts';

export const GATHER_MS = 200;
/** The bound of one receipt on the wire, and of what is kept while there is no link. */
const OFFERS_PER_RECEIPT_MAX = 200;
/** Offers remembered as reported: an offer is reported once, however often it is told. */
const REPORTED_KEPT = 1000;

export class Receipts {
  readonly #connection: Connection;
  readonly #clock: ClientClock;
  readonly #reported = new Set<string>();
  #waiting: string[] = [];
  #timer: ClientTimer | undefined;

  constructor(connection: Connection, clock: ClientClock) {
    this.#connection = connection;
    this.#clock = clock;
    connection.onLive(() => this.#gather());
  }

  delivered(offerId: string): void {
    if (this.#reported.has(offerId)) return;
    this.#reported.add(offerId);
    for (const oldest of this.#reported) {
      if (this.#reported.size <= REPORTED_KEPT) break;
      this.#reported.delete(oldest);
    }
    this.#waiting = [...this.#waiting, offerId].slice(-OFFERS_PER_RECEIPT_MAX);
    this.#gather();
  }

  seen(leadId: string, offerId: string): void {
    this.#connection.tell('lead:seen', { leadId, offerId });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #gather(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    this.#timer = this.#clock.after(GATHER_MS, () => {
      this.#timer = undefined;
      // Without a link they wait for the next one: late is better than "never arrived".
      if (this.#connection.tell('lead:delivered', { offerIds: this.#waiting })) this.#waiting = [];
    });
  }
}
