/** A race played back: who was told when, who asked when, and the rule that decided. */
import { number } from '../../shared/format.ts';
import { type Desk, usePolled } from '../desk.ts';
import { t } from '../words.ts';
import { linesOf, type RaceAttempt, type RaceLine, type RaceOffer, type RaceView, spanOf } from './race-view.ts';
import { shownRace } from './shown-race.ts';

const AXIS = { width: 720, left: 150, right: 30, top: 24, line: 26 };

export function Race({ desk, leadId }: { desk: Desk; leadId: string }) {
  const race = usePolled(desk, () => desk.api.get<RaceView>(`/races/${encodeURIComponent(leadId)}`), [leadId]);
  if (race === null) return null;
  const words = t.value.leads;
  return (
    <section aria-label={words.race} data-testid="race" data-lead-id={race.leadId}>
      <div class="row">
        <h2>{words.race}</h2>
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
      {race.offers.length === 0 && <p class="soft">{words.noRace}</p>}
      {race.offers.map((offer, place) => (
        <Offer key={offer.offerId} offer={offer} place={place + 1} />
      ))}
    </section>
  );
}

function Offer({ offer, place }: { offer: RaceOffer; place: number }) {
  const words = t.value.leads;
  const lines = linesOf(offer);
  const { fromMs } = spanOf(offer);
  const winner = lines.find(({ repId }) => repId === offer.winner?.repId);
  const since = (stamp: string | null | undefined): string =>
    stamp === null || stamp === undefined ? '–' : number(Date.parse(stamp) - fromMs);
  return (
    <article class="card">
      <h3>
        {words.offer(number(place))}: {offer.closeReason ?? offer.state} {winner?.name ?? ''}
      </h3>
      <Axis offer={offer} lines={lines} />
      <div class="scroll">
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
                <td class="numeric">{since(attempts[0]?.at)}</td>
                <td>{attempts.map(resultOf).join(', ') || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </article>
  );
}

function resultOf({ verdict, rule, byMs, flags = [] }: RaceAttempt): string {
  const reasons = [...(rule === undefined || rule === verdict ? [] : [rule]), ...flags.map((flag) => `${flag}?`)];
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  return byMs === undefined ? `${verdict}${why}` : `${verdict} +${number(byMs)} ms${why}`;
}

function Axis({ offer, lines }: { offer: RaceOffer; lines: RaceLine[] }) {
  const { fromMs, toMs } = spanOf(offer);
  const width = AXIS.width - AXIS.left - AXIS.right;
  const x = (stamp: string): number => AXIS.left + (Math.max(0, Date.parse(stamp) - fromMs) / (toMs - fromMs)) * width;
  const height = AXIS.top + lines.length * AXIS.line + 8;
  return (
    <svg class="axis" viewBox={`0 0 ${AXIS.width} ${height}`} role="img" aria-label={t.value.leads.axis}>
      {[0, 0.25, 0.5, 0.75, 1].map((part) => {
        const at = AXIS.left + part * width;
        return (
          <g key={part}>
            <line x1={at} x2={at} y1={AXIS.top - 6} y2={height} />
            <text x={at} y={12} text-anchor="middle">
              {number(part * (toMs - fromMs))}
            </text>
          </g>
        );
      })}
      {lines.map((line, place) => (
        <AxisLine key={line.repId} line={line} y={AXIS.top + (place + 0.5) * AXIS.line} x={x} />
      ))}
    </svg>
  );
}

interface AxisLineProps {
  line: RaceLine;
  y: number;
  x(stamp: string): number;
}

function AxisLine({ line: { name, alert, attempts }, y, x }: AxisLineProps) {
  const sentAt = alert?.sentAt ?? null;
  const last = attempts.at(-1)?.at ?? alert?.seenAt ?? alert?.deliveredAt ?? null;
  return (
    <g>
      <text x={0} y={y + 4}>
        {name.length > 20 ? `${name.slice(0, 19)}…` : name}
      </text>
      {sentAt !== null && last !== null && <line class="span" x1={x(sentAt)} x2={x(last)} y1={y} y2={y} />}
      {sentAt !== null && <circle class="sent" cx={x(sentAt)} cy={y} r={4} />}
      {attempts.map((attempt) => (
        // A square and a disc: the winner is told by shape too, not by colour alone.
        <AttemptMark key={attempt.at + attempt.verdict} attempt={attempt} at={x(attempt.at)} y={y} />
      ))}
    </g>
  );
}

function AttemptMark({ attempt, at, y }: { attempt: RaceAttempt; at: number; y: number }) {
  if (attempt.verdict === 'won') {
    return <rect class="won" x={at - 7} y={y - 7} width={14} height={14} />;
  }
  return <circle class="attempt" cx={at} cy={y} r={5} />;
}
