import { useEffect, useRef, useState } from 'preact/hooks';
import type { OfferCard, UpcomingCard, Verdict } from '../../client-sdk/src/sambar-client.ts';
import { countdown, number } from '../shared/format.ts';
import { t } from '../shared/language.ts';
import type { End, RepModel, ShownOffer, Tap } from './rep-model.ts';

/** A new card takes no tap that was meant for the one before it. */
const ARMED_AFTER_MS = 350;

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
      {model.offers.value.length === 0 && <p class="soft">{words.none}</p>}
      <ul class="offer-list">
        {model.offers.value.toReversed().map((offer) => (
          <Offer key={offer.card.offerId} offer={offer} model={model} />
        ))}
      </ul>
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
  const isArmed = useArmed();
  useSeen(element, () => model.client.seen(card));
  const now = model.now.value;
  const wait = tap?.kind === 'sending' || tap?.kind === 'unsure';
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
      <CardFacts card={card} now={now} isOver={end !== null} />
      <p class={`verdict ${verdictClass(tap)}`} data-testid="verdict" data-verdict={verdictName(tap)}>
        {statusText(offer, now)}
      </p>
      {(end === null || wait) && (
        <button
          type="button"
          class="primary claim-button"
          data-testid="claim-button"
          disabled={wait || !isArmed}
          onClick={() => void model.claim(card)}
        >
          {wait ? t.value.offers.sending : t.value.offers.claim}
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

function CardFacts({ card, now, isOver }: { card: OfferCard; now: number; isOver: boolean }) {
  const words = t.value.offers;
  const leftMs = Date.parse(card.closesAt) - now;
  const opensInMs = Date.parse(card.opensAt) - now;
  return (
    <div class="facts fields">
      <h3>{card.blind ? words.blind : card.company.name}</h3>
      <div class="row">
        {card.company.size !== null && <span>{words.employees(number(card.company.size))}</span>}
        {card.contact.title !== null && <span>{card.contact.title}</span>}
        {/* Of a blind offer: what its policy shows. */}
        {[card.source, card.industry, card.region].map((fact) => fact != null && <span key={fact}>{fact}</span>)}
      </div>
      <div class="row">
        {card.score !== null && <span class="badge">{words.score(number(card.score))}</span>}
        {card.temperature !== null && <span class="badge">{t.value.temperature[card.temperature]}</span>}
        {!isOver && (
          <span class="countdown">
            {opensInMs > 0
              ? words.opensIn(countdown(opensInMs))
              : leftMs > 0
                ? words.timeLeft(countdown(leftMs))
                : words.timeUp}
          </span>
        )}
      </div>
    </div>
  );
}

/** The rep's own tap is the news, unless it decided nothing and the offer has ended since. */
function statusText({ tap, end }: ShownOffer, now: number): string {
  const isUndecided = tap?.kind === 'verdict' && ['early', 'refused', 'retry'].includes(tap.verdict.verdict);
  return tap === null || (end !== null && isUndecided) ? endText(end) : tapText(tap, now);
}

function tapText(tap: Tap, now: number): string {
  const { offers, verdict } = t.value;
  if (tap.kind === 'sending') return offers.sending;
  if (tap.kind === 'unsure') return offers.unsure;
  if (tap.kind === 'unanswered') return verdict.unanswered;
  if (tap.kind === 'problem') return tap.text;
  return verdictText(tap.verdict, now);
}

export function verdictText(answer: Verdict, now: number): string {
  const { offers, verdict, gone } = t.value;
  switch (answer.verdict) {
    case 'won':
      return verdict.won;
    case 'lost':
      return verdict.lost(number(answer.byMs), answer.winner.name ?? offers.someone);
    case 'early':
      return verdict.early(countdown(Date.parse(answer.opensAt) - now));
    case 'refused':
      return refusalText(answer);
    case 'gone':
      return gone[answer.reason] ?? offers.over;
    case 'retry':
      return verdict.retry;
  }
}

function refusalText({ rule, owed, message }: Extract<Verdict, { verdict: 'refused' }>): string {
  const { refusal, owed: owing } = t.value;
  if (owed !== undefined && rule in owing) return owing[rule as keyof typeof owing](number(owed));
  // A rule of a newer server comes with its own words.
  return refusal[rule] ?? message;
}

function endText(end: End | null): string {
  const { offers, gone, verdict } = t.value;
  if (end === null) return '';
  if (end.kind === 'taken') return offers.taken(end.by ?? offers.someone);
  if (end.kind === 'over') return offers.over;
  if (end.reason === 'won') return verdict.wonElsewhere;
  return (gone as Record<string, string>)[end.reason] ?? offers.over;
}

function verdictName(tap: Tap | null): string {
  if (tap === null) return '';
  return tap.kind === 'verdict' ? tap.verdict.verdict : tap.kind;
}

function verdictClass(tap: Tap | null): string {
  return tap === null ? '' : `verdict-${verdictName(tap)}`;
}

function useArmed(): boolean {
  const [isArmed, arm] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => arm(true), ARMED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isArmed;
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
