/** Claimed or given, and not contacted yet: whose time has run out comes first, then whose runs out next. */
import { countdown, span } from '../../shared/format.ts';
import type { Desk } from '../desk.ts';
import { askHandOver } from '../leads/hand-over.tsx';
import { LeadLink } from '../leads/lead-link.tsx';
import { when, zoneName } from '../when.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import type { Told, Uncontacted as Waiting } from './live-view.ts';
import { Part } from './part.tsx';

const skews = new WeakMap<object, number>();

/** The server's time, by the one that came with an answer: a desk whose clock is wrong counts down rightly all the same. */
export function serverNowMs({ nowMs }: Desk, answer: { asOf: string }): number {
  const skewMs = skews.get(answer) ?? Date.parse(answer.asOf) - nowMs.value;
  skews.set(answer, skewMs);
  return nowMs.value + skewMs;
}

export function Uncontacted({ desk, waiting }: { desk: Desk; waiting: Told<Waiting> }) {
  const words = t.value.live.contact;
  const now = serverNowMs(desk, waiting);
  return (
    <Part id="uncontacted" title={words.title} period={t.value.live.period.last30(zoneName(now))}>
      {waiting.items.length === 0 && <p class="soft">{words.none}</p>}
      {waiting.items.length > 0 && (
        <Wide label={words.title}>
          <table class="stacking">
            <thead>
              <tr>
                <th>{words.time}</th>
                <th>{t.value.leads.company}</th>
                <th>{t.value.leads.owner}</th>
                <th>{words.since}</th>
                <th>{t.value.leads.handOver}</th>
              </tr>
            </thead>
            <tbody>
              {waiting.items.map((lead) => (
                <tr key={lead.leadId} data-testid="uncontacted-row" data-lead-id={lead.leadId}>
                  <td>
                    <Due leftMs={Date.parse(lead.dueAt) - now} by={when(lead.dueAt, now)} />
                  </td>
                  <td data-label={t.value.leads.company}>
                    <span class="named">
                      <LeadLink leadId={lead.leadId} name={lead.company} />
                      {lead.temperature !== null && <span class="badge">{t.value.temperature[lead.temperature]}</span>}
                    </span>
                  </td>
                  <td data-label={t.value.leads.owner}>{lead.repName}</td>
                  <td data-label={words.since}>{when(lead.startedAt, now)}</td>
                  <td>
                    <button
                      type="button"
                      data-testid="hand-over-button"
                      onClick={() => askHandOver(lead.leadId, lead.company)}
                    >
                      {t.value.leads.handOver}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Part>
  );
}

/** In words and by a mark, not by colour alone. */
function Due({ leftMs, by }: { leftMs: number; by: string }) {
  const words = t.value.live.contact;
  const isLate = leftMs <= 0;
  return (
    <>
      <strong class={isLate ? 'late' : 'in-time'} data-late={isLate}>
        <span aria-hidden="true">{isLate ? '▲ ' : '○ '}</span>
        {isLate ? words.late(span(-leftMs)) : words.left(countdown(leftMs))}
      </strong>
      <br />
      <span class="soft">{words.by(by)}</span>
    </>
  );
}
