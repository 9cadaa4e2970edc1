/** Offers in flight: how long they last, which lanes are open, whom they reached. */
import { useSignal } from '@preact/signals';
import { countdown, number } from '../../shared/format.ts';
import { type Desk, usePolled } from '../desk.ts';
import { askHandOver } from '../leads/hand-over.tsx';
import { LeadLink } from '../leads/lead-link.tsx';
import type { RaceAlert, RaceView } from '../leads/race-view.ts';
import { zoneName } from '../when.ts';
import { t } from '../words.ts';
import type { OfferInFlight, OffersInFlight } from './live-view.ts';
import { Part } from './part.tsx';
import { serverNowMs } from './uncontacted.tsx';

export function InFlight({ desk, first }: { desk: Desk; first: OffersInFlight }) {
  const words = t.value.live;
  const cursor = useSignal<string | null>(null);
  const from = cursor.value;
  const page =
    usePolled(
      desk,
      () =>
        from === null
          ? Promise.resolve(null)
          : desk.api.get<OffersInFlight>(`/ops/offers?cursor=${encodeURIComponent(from)}`),
      [from],
    ) ?? first;
  const shown = from === null ? first : page;
  return (
    <Part id="in-flight" title={words.flight.title} period={words.period.now(zoneName(desk.nowMs.value))}>
      {shown.items.length === 0 && <p class="soft">{words.flight.none}</p>}
      <div class="offers">
        {shown.items.map((offer) => (
          <Offer key={offer.offerId} desk={desk} offer={offer} nowMs={serverNowMs(desk, shown)} />
        ))}
      </div>
      {(shown.nextCursor !== null || from !== null) && (
        <div>
          <button
            type="button"
            onClick={() => {
              // Past the last page the list begins anew.
              cursor.value = shown.nextCursor;
            }}
          >
            {words.flight.more}
          </button>
        </div>
      )}
    </Part>
  );
}

function Offer({ desk, offer, nowMs }: { desk: Desk; offer: OfferInFlight; nowMs: number }) {
  const words = t.value.live.flight;
  const isOpen = useSignal(false);
  const { reps, alerted, delivered, seen } = offer.reach;
  return (
    <article class="card" data-testid="offer-in-flight" data-lead-id={offer.leadId}>
      <h3>
        <LeadLink leadId={offer.leadId} name={offer.company} />
      </h3>
      <p class="row">
        <span class="badge">{t.value.temperature[offer.temperature]}</span>
        <span class="soft">{poolWords(offer)}</span>
      </p>
      <dl class="facts">
        <dt>{words.closesIn}</dt>
        <dd class="countdown">{countdown(Date.parse(offer.closesAt) - nowMs)}</dd>
        <dt>{words.lanes}</dt>
        <dd>
          <ul>
            {offer.lanes.map((lane) => (
              <li key={lane.lane}>{laneWords(lane, nowMs)}</li>
            ))}
          </ul>
        </dd>
        <dt>{words.reached}</dt>
        <dd data-testid="reach">
          {words.reach(number(alerted), number(reps))} · {words.delivered(number(delivered))} ·{' '}
          {words.seen(number(seen))}
        </dd>
      </dl>
      <details
        onToggle={(event) => {
          isOpen.value = event.currentTarget.open;
        }}
      >
        <summary>{words.names}</summary>
        {isOpen.value && <Names desk={desk} offer={offer} />}
      </details>
      <div>
        <button type="button" data-testid="hand-over-button" onClick={() => askHandOver(offer.leadId, offer.company)}>
          {t.value.leads.handOver}
        </button>
      </div>
    </article>
  );
}

function poolWords({ pool, blind }: OfferInFlight): string {
  const { pools, blind: blindWord } = t.value.leads.raced;
  const name = (pools as Record<string, string>)[pool] ?? pool;
  return blind ? `${name} · ${blindWord}` : name;
}

function laneWords({ opensAt, reps }: OfferInFlight['lanes'][number], nowMs: number): string {
  const words = t.value.live.flight;
  const inMs = Date.parse(opensAt) - nowMs;
  return inMs <= 0 ? words.laneOpen(number(reps)) : words.laneLater(number(reps), countdown(inMs));
}

/** By name, from the record of the race. */
function Names({ desk, offer: { leadId, offerId, company } }: { desk: Desk; offer: OfferInFlight }) {
  const words = t.value.live.flight;
  const race = usePolled(desk, () => desk.api.get<RaceView>(`/races/${encodeURIComponent(leadId)}`), [leadId]);
  const alerts = race?.offers.find((offer) => offer.offerId === offerId)?.alerts;
  if (alerts === undefined) return <p class="soft">{t.value.leads.explained.loading}</p>;
  const saidOf = ({ sentAt, deliveredAt, seenAt }: RaceAlert): string => {
    if (sentAt === null) return words.notYet;
    return seenAt !== null ? words.saw : deliveredAt !== null ? words.had : words.alerted;
  };
  return (
    <ul class="names" aria-label={words.namesOf(company)}>
      {alerts.map((alert) => (
        <li key={alert.repId} data-rep-id={alert.repId}>
          {alert.repName ?? alert.repId}: <span class="soft">{saidOf(alert)}</span>
        </li>
      ))}
    </ul>
  );
}
