/** The ops queue (ROUTE-15): leads that nobody can be offered now, the oldest first, and why. */
import { number } from '../../shared/format.ts';
import type { Desk } from '../desk.ts';
import { askHandOver } from '../leads/hand-over.tsx';
import { LeadLink } from '../leads/lead-link.tsx';
import { wordOf } from '../leads/lead-words.ts';
import { when, zoneName } from '../when.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import type { Queued } from './live-view.ts';
import { Part } from './part.tsx';

export function OpsQueue({ desk, items }: { desk: Desk; items: Queued[] }) {
  const words = t.value.live.queue;
  return (
    <Part id="ops-queue" title={words.title} period={t.value.live.period.now(zoneName(desk.nowMs.value))}>
      {items.length === 0 && <p class="soft">{words.none}</p>}
      {items.length > 0 && (
        <Wide label={words.title}>
          <table class="stacking">
            <thead>
              <tr>
                <th>{t.value.leads.company}</th>
                <th>{words.waits}</th>
                <th>{words.why}</th>
                <th>{t.value.leads.handOver}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((lead) => (
                <tr key={lead.leadId} data-testid="queue-row" data-lead-id={lead.leadId}>
                  <td data-label={t.value.leads.company}>
                    <LeadLink leadId={lead.leadId} name={lead.company} />
                  </td>
                  <td data-label={words.waits}>{when(lead.acceptedAt, desk.nowMs.value)}</td>
                  <td data-label={words.why}>{whyWords(lead)}</td>
                  <td>
                    <button type="button" onClick={() => askHandOver(lead.leadId, lead.company)}>
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

/** The reason, its rule, and how many reps each cause leaves out of the last step that was asked. */
function whyWords({ reason, rule, leftOut }: Queued): string {
  const words = t.value.live.queue;
  const why = wordOf(words.reasons, reason);
  const by = rule === null ? '' : `, ${words.byRule(rule)}`;
  const counts = Object.entries(leftOut.at(-1)?.reasons ?? {}).sort(([, one], [, other]) => other - one);
  const causes = counts.map(([cause, count]) => `${wordOf(t.value.live.leftOut, cause)} ${number(count)}`);
  return causes.length === 0 ? `${why}${by}` : `${why}${by}: ${causes.join(', ')}`;
}
