/** My card (DASH-01, FAIR-21): figures, rank with its neighbours, tier and why, and what is left of each limit. */
import { moment, number, percent, span } from '../shared/format.ts';
import type { Limit, Me, RankRow } from './rep-model.ts';
import { t } from './words.ts';

export function OwnCard({ me }: { me: Me }) {
  const words = t.value.me;
  return (
    <details class="card" data-testid="own-card">
      <summary>{words.card}</summary>
      <div class="fields">
        <Figures me={me} />
        <Around rows={me.around} own={me.repId} />
        <Tier me={me} />
        <Limits me={me} />
        {me.priorityWindow !== null && (
          <p>{words.nextWindow(moment(me.priorityWindow.opensAt), moment(me.priorityWindow.endsAt))}</p>
        )}
      </div>
    </details>
  );
}

function Figures({ me }: { me: Me }) {
  const words = t.value.me;
  return (
    <dl class="numbers">
      <div>
        <dt>{words.claimsWeek}</dt>
        <dd>{number(me.claimsWeek)}</dd>
      </div>
      <div>
        <dt>{words.conversion}</dt>
        <dd>{me.conversion === null ? '–' : percent(me.conversion)}</dd>
      </div>
    </dl>
  );
}

function Around({ rows, own }: { rows: RankRow[]; own: string }) {
  if (rows.length === 0) return null;
  return (
    <table aria-label={t.value.me.around}>
      <tbody>
        {rows.map(({ rank, repId, name, value }) => (
          <tr key={repId} class={repId === own ? 'own' : ''} aria-current={repId === own}>
            <td class="numeric">{number(rank)}</td>
            <td>{name ?? repId}</td>
            <td class="numeric">{number(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Tier({ me }: { me: Me }) {
  const words = t.value.me;
  const { figures = null, reason = null } = me.tierStanding ?? {};
  const next = figures?.next ?? null;
  const ways = [
    next?.conversion != null && words.byConversion(percent(next.conversion)),
    next?.attainment != null && words.byAttainment(percent(next.attainment)),
    next?.responseMs != null && words.byResponse(span(next.responseMs)),
  ].filter((way) => way !== false);
  return (
    <div data-testid="own-tier">
      <p>
        <strong>{words.tier(number(me.tier))}</strong>
        {reason !== null && reason in words.tierReasons && (
          <span class="soft"> {words.tierReasons[reason as keyof typeof words.tierReasons]}</span>
        )}
      </p>
      {next !== null && ways.length > 0 && (
        <p class="soft">
          {words.nextTier(number(next.tier))} {ways.join(` ${words.or} `)}
        </p>
      )}
    </div>
  );
}

function Limits({ me }: { me: Me }) {
  const words = t.value.me;
  return (
    <>
      {me.limits.length > 0 && (
        <ul class="limits" aria-label={words.limits}>
          {me.limits.map((limit) => (
            <LimitLine key={limit.rule} limit={limit} />
          ))}
        </ul>
      )}
      {me.pausedUntil !== null && <p>{words.pausedUntil(moment(me.pausedUntil))}</p>}
    </>
  );
}

function LimitLine({ limit: { rule, limit, used, left, owed = 0, waived = false } }: { limit: Limit }) {
  const words = t.value.me;
  const name = (words.rules as Record<string, string>)[rule] ?? rule;
  const state = waived
    ? words.waived
    : owed > 0
      ? words.owed(number(owed))
      : words.leftOf(number(left), number(used), number(limit));
  return (
    <li data-testid={`limit-${rule}`}>
      <span>{name}</span> <span class={owed > 0 && !waived ? 'trouble' : 'soft'}>{state}</span>
    </li>
  );
}
