/** Safeguards firing (FAIR-20): today's refusals by rule and team, each with its latest races. */
import { useEffect, useState } from 'preact/hooks';
import { clockTime, number } from '../../shared/format.ts';
import type { Desk } from '../desk.ts';
import { LeadLink } from '../leads/lead-link.tsx';
import { wordOf } from '../leads/lead-words.ts';
import { dayStart } from '../when.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import type { Safeguards as Counted, Fired } from './live-view.ts';
import { Part } from './part.tsx';

/** They are counted from the records of all of today's races. */
const EVERY_MS = 60_000;

export function Safeguards({ desk }: { desk: Desk }) {
  const words = t.value.live.safeguards;
  const [counted, setCounted] = useState<Counted | null>(null);
  const minute = Math.floor(desk.nowMs.value / EVERY_MS);
  useEffect(() => {
    let isGone = false;
    const from = new Date(dayStart(desk.nowMs.peek())).toISOString();
    void desk.load(desk.api.get<Counted>(`/safeguards?from=${from}`)).then((answer) => {
      if (!isGone && answer !== null) setCounted(answer);
    });
    return () => {
      isGone = true;
    };
  }, [desk, minute]);
  if (counted === null) return null;
  const period = t.value.live.period.today(clockTime(counted.from), clockTime(counted.until));
  return (
    <Part id="safeguards" title={words.title} period={period}>
      {counted.items.length === 0 && <p class="soft">{words.none}</p>}
      {counted.items.length > 0 && (
        <Wide label={words.title}>
          <table class="stacking">
            <thead>
              <tr>
                <th>{words.rule}</th>
                <th>{t.value.desk.team}</th>
                <th class="numeric">{words.refusals}</th>
                <th class="numeric">{words.offers}</th>
                <th class="numeric">{words.reps}</th>
                <th>{words.latest}</th>
              </tr>
            </thead>
            <tbody>
              {counted.items.map((fired) => (
                <Row key={`${fired.rule} ${fired.team}`} fired={fired} />
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Part>
  );
}

function Row({ fired: { rule, team, refusals, offers, reps, leadIds } }: { fired: Fired }) {
  const words = t.value.live.safeguards;
  return (
    <tr data-testid="safeguard-row">
      <td data-label={words.rule}>{wordOf(t.value.leads.rules, rule)}</td>
      <td data-label={t.value.desk.team}>{team ?? words.noTeam}</td>
      <td class="numeric" data-label={words.refusals}>
        {number(refusals)}
      </td>
      <td class="numeric" data-label={words.offers}>
        {number(offers)}
      </td>
      <td class="numeric" data-label={words.reps}>
        {number(reps)}
      </td>
      <td data-label={words.latest}>
        <span class="row">
          {leadIds.map((leadId, place) => (
            <LeadLink key={leadId} leadId={leadId} name={number(place + 1)} label={`${words.latest} ${place + 1}`} />
          ))}
        </span>
      </td>
    </tr>
  );
}
