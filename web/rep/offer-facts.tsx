/** What a card shows of an offer before it is won: never a contact. */
import type { OfferCard } from '../../client-sdk/src/sambar-client.ts';
import { countdown, number } from '../shared/format.ts';
import { t } from './words.ts';

export function OfferFacts({ card, now, isOver }: { card: OfferCard; now: number; isOver: boolean }) {
  const words = t.value.offers;
  const facts = [card.contact.title, card.source, card.industry, card.region].filter((fact) => fact != null);
  return (
    <div class="facts fields">
      <h3>{card.blind ? words.blind : card.company.name}</h3>
      <div class="row">
        {card.company.size !== null && <span>{words.employees(number(card.company.size))}</span>}
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </div>
      <div class="row">
        {card.score !== null && <span class="badge">{words.score(number(card.score))}</span>}
        {card.temperature !== null && <span class="badge">{t.value.temperature[card.temperature]}</span>}
        {!isOver && <TimeLeft card={card} now={now} />}
      </div>
    </div>
  );
}

function TimeLeft({ card, now }: { card: Pick<OfferCard, 'opensAt' | 'closesAt'>; now: number }) {
  const words = t.value.offers;
  const leftMs = Date.parse(card.closesAt) - now;
  const opensInMs = Date.parse(card.opensAt) - now;
  const text =
    opensInMs > 0 ? words.opensIn(countdown(opensInMs)) : leftMs > 0 ? words.timeLeft(countdown(leftMs)) : words.timeUp;
  return <span class="countdown">{text}</span>;
}
