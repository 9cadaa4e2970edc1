/**
 * The leads that are being raced for: who has still to try each, and what anybody was told.
 *
 *   (none) → running   somebody heard of it: its 201, an alert, a snapshot
 *   running → (none)   accepted, and every racer was judged
 */
import { type Clock, within } from '../../server/kernel/clock.ts';

export interface RunningLead {
  readonly leadId: string;
  /** Null: nobody was alerted to it yet. */
  offerId: string | null;
  readonly seenAtMs: number;
  isAccepted: boolean;
  /** Racers who claim it, or have been judged. */
  readonly tried: Set<string>;
  judged: number;
  inFlight: number;
  /** Somebody heard who won. */
  isTold: boolean;
}

/** Leads that are over and may be spoken of once more, by a link that is late. */
const OVER_KEPT = 20_000;

export class LeadBook {
  /** Leads that were accepted and that every racer was judged on. */
  done = 0;
  /** First tellings that a lead was won. */
  won = 0;
  readonly #running = new Map<string, RunningLead>();
  readonly #over = new Set<string>();
  readonly #racers: number;
  readonly #waits = new Set<() => void>();
  #onDone: () => void = () => undefined;

  constructor(racers: number) {
    this.#racers = racers;
  }

  get size(): number {
    return this.#running.size;
  }

  get running(): Iterable<RunningLead> {
    return this.#running.values();
  }

  find(leadId: string): RunningLead | undefined {
    return this.#running.get(leadId);
  }

  /** Null: it is over. */
  see(leadId: string, offerId: string | null, nowMs: number): RunningLead | null {
    if (this.#over.has(leadId)) return null;
    let lead = this.#running.get(leadId);
    if (lead === undefined) {
      lead = {
        ...{ leadId, offerId, seenAtMs: nowMs, isAccepted: false },
        ...{ tried: new Set(), judged: 0, inFlight: 0, isTold: false },
      };
      this.#running.set(leadId, lead);
    }
    lead.offerId ??= offerId;
    return lead;
  }

  accepted(leadId: string, nowMs: number): void {
    const lead = this.see(leadId, null, nowMs);
    if (lead === null) return;
    lead.isAccepted = true;
    this.#closeIfDone(lead);
  }

  judged(lead: RunningLead): void {
    lead.judged++;
    this.#closeIfDone(lead);
  }

  /** Somebody heard who won it. */
  told(lead: RunningLead): void {
    if (lead.isTold) return;
    lead.isTold = true;
    this.won++;
    for (const waits of this.#waits) waits();
  }

  /** Resolves when so many more have been won: true; or after `boundMs`: false. */
  async moreWon(clock: Clock, count: number, boundMs: number): Promise<boolean> {
    const enough = this.won + count;
    let look: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      look = () => {
        if (this.won >= enough) resolve();
      };
      this.#waits.add(look);
    });
    const isReached = await within(clock, boundMs, reached);
    this.#waits.delete(look);
    return isReached;
  }

  /** Offers with claims on their way of which nobody was told anything. */
  untold(): RunningLead[] {
    return [...this.#running.values()].filter(({ inFlight, isTold }) => inFlight > 0 && !isTold);
  }

  get claimsInFlight(): number {
    let sum = 0;
    for (const { inFlight } of this.#running.values()) sum += inFlight;
    return sum;
  }

  /** Calls `listener` after each lead that is done. */
  onDone(listener: () => void): void {
    this.#onDone = listener;
  }

  #closeIfDone(lead: RunningLead): void {
    if (!lead.isAccepted || lead.judged < this.#racers) return;
    this.#running.delete(lead.leadId);
    this.#over.add(lead.leadId);
    if (this.#over.size > OVER_KEPT) this.#over.delete(this.#over.keys().next().value as string);
    this.done++;
    this.#onDone();
  }
}
