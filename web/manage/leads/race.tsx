/** A race played back: who was told when, who asked when, and the rule that decided. */
import { useEffect, useRef } from 'preact/hooks';
import type { LeadView } from '../../../client-sdk/src/sambar-client.ts';
import { countdown, number, span } from '../../shared/format.ts';
import { type Desk, usePolled } from '../desk.ts';
import { when } from '../when.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import { Explanation } from './explanation.tsx';
import { askHandOver } from './hand-over.tsx';
import { attemptWords, endWords, statusWords, wordOf } from './lead-words.ts';
import { Axes } from './race-axes.tsx';
import { firstAlertMs, linesOf, type RaceLine, type RaceOffer, type RaceOwner, type RaceView } from './race-view.ts';
import { shownRace } from './shown.ts';

/** The race that was asked for, in whichever section. */
export function ShownRace({ desk }: { desk: Desk }) {
  const leadId = shownRace.value;
  return leadId === null ? null : <Race key={leadId} desk={desk} leadId={leadId} />;
}

function Race({ desk, leadId }: { desk: Desk; leadId: string }) {
  const id = encodeURIComponent(leadId);
  const race = usePolled(desk, () => desk.api.get<RaceView>(`/races/${id}`), [leadId]);
  const lead = usePolled(desk, () => desk.api.get<LeadView>(`/leads/${id}`), [leadId]);
  const heading = useRef<HTMLHeadingElement>(null);
  const isShown = race !== null && lead !== null;
  useEffect(() => {
    if (isShown) heading.current?.focus();
  }, [isShown]);
  if (race === null || lead === null) return null;
  const words = t.value.leads;
  const nowMs = desk.nowMs.value;
  const names = new Map(race.offers.flatMap(({ alerts }) => alerts.map(({ repId, repName }) => [repId, repName])));
  if (lead.claim !== null) names.set(lead.claim.repId, lead.claim.repName);
  const nameOf = (repId: string): string => names.get(repId) ?? repId;
  return (
    <section class="race" aria-labelledby="race-title" data-testid="race" data-lead-id={race.leadId}>
      <div class="row">
        <h2 id="race-title" class="clamp grows" tabIndex={-1} ref={heading}>
          {words.raced.of(lead.company.name)}
        </h2>
        <span class="badge">{statusWords(lead)}</span>
        {lead.status !== 'finished' && (
          <button type="button" data-testid="hand-over-button" onClick={() => askHandOver(leadId, lead.company.name)}>
            {words.handOver}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          onClick={() => {
            shownRace.value = null;
          }}
        >
          {t.value.dismiss}
        </button>
      </div>
      {race.offers.length === 0 && <p class="soft">{words.raced.noRace}</p>}
      {race.offers.map((offer, place) => (
        <Offer key={offer.offerId} offer={offer} place={place + 1} nowMs={nowMs} />
      ))}
      {race.owners.length > 0 && <Owners owners={race.owners} nameOf={nameOf} nowMs={nowMs} />}
      <Explanation desk={desk} leadId={leadId} />
    </section>
  );
}

function Offer({ offer, place, nowMs }: { offer: RaceOffer; place: number; nowMs: number }) {
  const words = t.value.leads.raced;
  const lines = linesOf(offer);
  const winner = lines.find(({ repId }) => repId === offer.winner?.repId);
  const pool = wordOf(words.pools, offer.pool);
  return (
    <article class="card">
      <h3>{words.offer(number(place), when(offer.openedAt, nowMs))}</h3>
      <p>
        <strong>{winner === undefined ? outcome(offer, nowMs) : wonWords(winner, offer)}</strong>{' '}
        <span class="soft">{offer.blind ? `${pool} · ${words.blind}` : pool}</span>
      </p>
      <Axes offer={offer} lines={lines} nowMs={nowMs} />
      <details>
        <summary>{words.figures}</summary>
        <Figures lines={lines} fromMs={firstAlertMs(offer)} />
      </details>
    </article>
  );
}

function outcome(offer: RaceOffer, nowMs: number): string {
  if (offer.state !== 'open') return endWords(offer);
  return t.value.leads.raced.open(countdown(Date.parse(offer.closesAt) - nowMs));
}

function wonWords({ name }: RaceLine, { winner }: RaceOffer): string {
  return t.value.leads.raced.wonBy(name, span(winner?.claimSpeedMs ?? 0));
}

function Figures({ lines, fromMs }: { lines: RaceLine[]; fromMs: number }) {
  const words = t.value.leads.table;
  const since = (stamp: string | null | undefined): string =>
    stamp === null || stamp === undefined ? '–' : number(Date.parse(stamp) - fromMs);
  return (
    <>
      <p class="soft">{t.value.leads.raced.figuresHelp}</p>
      <Wide label={t.value.leads.raced.figuresHelp}>
        <table>
          <thead>
            <tr>
              <th>{t.value.desk.rep}</th>
              <th class="numeric">{words.opens}</th>
              <th class="numeric">{words.sent}</th>
              <th class="numeric">{words.delivered}</th>
              <th class="numeric">{words.seen}</th>
              <th class="numeric">{words.claimedAt}</th>
              <th>{words.result}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ repId, name, alert, attempts }) => (
              <tr key={repId} data-testid="race-line" data-rep-id={repId}>
                <td>{name}</td>
                <td class="numeric">{since(alert?.opensAt)}</td>
                <td class="numeric">{since(alert?.sentAt)}</td>
                <td class="numeric">{since(alert?.deliveredAt)}</td>
                <td class="numeric">{since(alert?.seenAt)}</td>
                <td class="numeric">{attempts.map(({ at }) => since(at)).join(', ') || '–'}</td>
                <td>{attempts.map(attemptWords).join(', ') || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

interface OwnersProps {
  owners: RaceOwner[];
  nameOf(repId: string): string;
  nowMs: number;
}

function Owners({ owners, nameOf, nowMs }: OwnersProps) {
  const words = t.value.leads.owners;
  const toldOf = ({ via, startedAt, firstContactAt, endedAt, endReason }: RaceOwner): string => {
    const contact = firstContactAt === null ? words.notContacted : words.contacted(when(firstContactAt, nowMs));
    const told = [wordOf(words.via, via), words.since(when(startedAt, nowMs)), contact];
    if (endedAt !== null) told.push(words.until(when(endedAt, nowMs), wordOf(words.ends, endReason ?? '–')));
    return told.join(' · ');
  };
  return (
    <div>
      <h3>{words.title}</h3>
      <ol class="owners">
        {owners.map((owner) => (
          <li key={owner.repId + owner.startedAt}>
            <strong>{nameOf(owner.repId)}</strong> <span class="soft">{toldOf(owner)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
