import { useEffect, useRef } from 'preact/hooks';
import type { UpcomingCard } from '../../client-sdk/src/sambar-client.ts';
import { countdown } from '../shared/format.ts';
import { ClaimButton } from './claim-button.tsx';
import { showOwn } from './my-leads.tsx';
import { OfferFacts } from './offer-facts.tsx';
import { inOrder, OfferOrder } from './offer-order.tsx';
import type { ShownOffer } from './offers-model.ts';
import type { RepModel } from './rep-model.ts';
import { isOut } from './tap.ts';
import { statusText, verdictClass, verdictName } from './verdict-words.ts';
import { t } from './words.ts';

export function OfferList({ model }: { model: RepModel }) {
  const words = t.value.offers;
  const upcoming = model.upcoming.value;
  return (
    <section class="offers" aria-label={words.title}>
      {upcoming.length > 0 && (
        <ul class="fields" aria-label={words.upcoming}>
          {upcoming.map((card) => (
            <Upcoming key={card.offerId} card={card} now={model.now.value} />
          ))}
        </ul>
      )}
      {model.offers.value.length === 0 && (
        <p class="soft">{model.connection.value.kind === 'live' ? words.none : words.unknown}</p>
      )}
      {model.offers.value.length > 0 && (
        <div class="offer-shelf">
          <OfferOrder offers={model.offers.value} />
          <ul class="offer-list">
            {inOrder(model.offers.value).map((offer) => (
              <Offer key={offer.card.offerId} offer={offer} model={model} />
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Upcoming({ card, now }: { card: UpcomingCard; now: number }) {
  const words = t.value.offers;
  return (
    <li class="card" data-testid="upcoming-card" data-lead-id={card.leadId}>
      <strong>{words.upcoming}</strong>
      <span class="countdown">{words.opensIn(countdown(Date.parse(card.opensAt) - now))}</span>
    </li>
  );
}

function Offer({ offer, model }: { offer: ShownOffer; model: RepModel }) {
  const { card, end, tap } = offer;
  const element = useRef<HTMLLIElement>(null);
  useSeen(element, () => model.client.seen(card));
  const now = model.now.value;
  const wait = isOut(tap);
  const hasWon = tap?.kind === 'verdict' && tap.verdict.verdict === 'won';
  // While the rep's own tap is under way, its verdict says how the offer ended for this rep.
  const isOver = end !== null && !hasWon && !wait;
  return (
    <li
      ref={element}
      class={`card offer-card${isOver ? ' ended' : ''}`}
      data-testid="offer-card"
      data-lead-id={card.leadId}
      data-offer-id={card.offerId}
      data-ended={end !== null}
    >
      <OfferFacts card={card} now={now} isOver={end !== null} />
      <p class={`verdict ${verdictClass(tap)}`} data-testid="verdict" data-verdict={verdictName(tap)}>
        {statusText(offer, now)}
      </p>
      {(end === null || wait) && (
        <ClaimButton
          confirm={model.me.value?.claimConfirm ?? 'tap'}
          isBusy={wait}
          isCutOff={!model.isOnline.value}
          onClaim={() => void model.claim(card)}
        />
      )}
      {hasWon && (
        <button type="button" class="primary" onClick={() => showOwn(card.leadId)}>
          {t.value.offers.toContact}
        </button>
      )}
      {end !== null && tap?.kind === 'unanswered' && (
        <button type="button" onClick={() => void model.claim(card)}>
          {t.value.offers.askAgain}
        </button>
      )}
    </li>
  );
}

/** Once, when the card has really been on the screen. */
function useSeen(element: { current: HTMLElement | null }, onSeen: () => void): void {
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      onSeen();
    });
    observer.observe(target);
    return () => observer.disconnect();
    // Once: the card of an offer is one element for its whole life.
  }, []);
}
