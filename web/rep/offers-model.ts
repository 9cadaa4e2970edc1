/** The offers on the page: open, or over and still shown, so that none vanishes under a finger. */
import { type Signal, signal } from '@preact/signals';
import type { OfferCard, Pool, UpcomingCard } from '../../client-sdk/src/sambar-client.ts';
import { isOut, type Tap } from './tap.ts';

export type End = { kind: 'taken'; by: string | null } | { kind: 'withdrawn'; reason: string } | { kind: 'over' };

export interface ShownOffer {
  card: OfferCard;
  end: End | null;
  tap: Tap | null;
}

const ENDED_SHOWN_MS = 3000;
/** One's own verdict stays longer: it is there to be read. */
const VERDICT_SHOWN_MS = 10_000;

export class OffersModel {
  readonly offers: Signal<readonly ShownOffer[]> = signal([]);
  readonly upcoming: Signal<readonly UpcomingCard[]> = signal([]);

  showPool(pool: Pool): void {
    this.upcoming.value = pool.upcoming;
    const open = new Map(pool.offers.map((card) => [card.offerId, card]));
    const shown = this.offers.value.map((offer) => {
      const card = open.get(offer.card.offerId);
      open.delete(offer.card.offerId);
      if (card !== undefined) return { ...offer, card, end: null };
      // Why it is over is told by the next event, or was told by the rep's own verdict.
      if (offer.end === null) this.#forgetLater(offer.card.offerId);
      return { ...offer, end: offer.end ?? ({ kind: 'over' } as const) };
    });
    const fresh = [...open.values()].map((card): ShownOffer => ({ card, end: null, tap: null }));
    this.offers.value = [...shown, ...fresh];
  }

  end(offerId: string, end: End): void {
    this.#change(offerId, (offer) => ({ ...offer, end }));
  }

  tap(offerId: string, tap: Tap): void {
    this.#change(offerId, (offer) => ({ ...offer, tap }));
  }

  /** Those that are over, and nobody knows whether the rep's tap had won them. */
  unanswered(): readonly ShownOffer[] {
    return this.offers.value.filter(({ end, tap }) => end !== null && tap?.kind === 'unanswered');
  }

  #change(offerId: string, changed: (offer: ShownOffer) => ShownOffer): void {
    this.offers.value = this.offers.value.map((offer) => (offer.card.offerId === offerId ? changed(offer) : offer));
  }

  #find(offerId: string): ShownOffer | undefined {
    return this.offers.value.find(({ card }) => card.offerId === offerId);
  }

  #forgetLater(offerId: string): void {
    const hasTap = (this.#find(offerId)?.tap ?? null) !== null;
    setTimeout(() => this.#forgetIfRead(offerId), hasTap ? VERDICT_SHOWN_MS : ENDED_SHOWN_MS);
  }

  #forgetIfRead(offerId: string): void {
    const offer = this.#find(offerId);
    if (offer === undefined || offer.end === null) return;
    // A tap that still waits for its verdict keeps its card.
    if (isOut(offer.tap)) this.#forgetLater(offerId);
    else this.offers.value = this.offers.value.filter(({ card }) => card.offerId !== offerId);
  }
}
