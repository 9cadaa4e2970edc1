/** Leads, the newest first, each with its race. */
import { useSignal } from '@preact/signals';
import type { LeadView } from '../../../client-sdk/src/sambar-client.ts';
import { number, span } from '../../shared/format.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { useReps } from '../live/reps.ts';
import { when, zoneName } from '../when.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import { FilterBar } from './filter-bar.tsx';
import { askHandOver, HandOver } from './hand-over.tsx';
import { statusWords } from './lead-words.ts';
import { NewLeadForm } from './new-lead.tsx';
import { ShownRace } from './race.tsx';
import { filters, shownRace } from './shown.ts';

const LEADS_A_PAGE = 25;

export function Leads({ desk }: { desk: Desk }) {
  const words = t.value.leads;
  const asked = queryOf(Object.entries(filters.value));
  const cursor = useSignal<{ of: string; at: string | null }>({ of: asked, at: null });
  // Other filters begin with the newest again.
  const at = cursor.value.of === asked ? cursor.value.at : null;
  const query = queryOf([['limit', String(LEADS_A_PAGE)], ...Object.entries(filters.value), ['cursor', at ?? '']]);
  const page = usePolled(desk, () => desk.api.get<Page<LeadView>>(`/leads?${query}`), [query]);
  const reps = useReps(desk) ?? [];
  const turnTo = (place: string | null): void => {
    cursor.value = { of: asked, at: place };
  };
  return (
    <>
      <HandOver desk={desk} reps={reps} />
      <ShownRace desk={desk} />
      <section aria-label={words.filters.title}>
        <h2>{t.value.desk.sections.leads}</h2>
        <FilterBar reps={reps} />
        {page !== null && page.items.length === 0 && <p class="soft">{words.none}</p>}
        {page !== null && page.items.length > 0 && <Table desk={desk} leads={page.items} />}
        <div class="row">
          {at !== null && (
            <button type="button" onClick={() => turnTo(null)}>
              {words.first}
            </button>
          )}
          {page !== null && page.nextCursor !== null && (
            <button type="button" onClick={() => turnTo(page.nextCursor)}>
              {t.value.desk.more}
            </button>
          )}
        </div>
      </section>
      <details class="two">
        <summary>{words.newLead}</summary>
        <NewLeadForm desk={desk} />
      </details>
    </>
  );
}

function queryOf(pairs: [string, string][]): string {
  return String(new URLSearchParams(pairs.filter(([, value]) => value !== '')));
}

function Table({ desk, leads }: { desk: Desk; leads: LeadView[] }) {
  const words = t.value.leads;
  return (
    <Wide label={t.value.desk.sections.leads}>
      <table class="stacking">
        <thead>
          <tr>
            <th>{words.timeIn(zoneName(desk.nowMs.value))}</th>
            <th>{words.company}</th>
            <th>{t.value.desk.source}</th>
            <th class="numeric">{words.score}</th>
            <th>{t.value.desk.status}</th>
            <th>{words.owner}</th>
            <th>{words.race}</th>
          </tr>
        </thead>
        <tbody>
          {leads.map((lead) => (
            <Lead key={lead.id} lead={lead} nowMs={desk.nowMs.value} />
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Lead({ lead, nowMs }: { lead: LeadView; nowMs: number }) {
  const words = t.value.leads;
  return (
    <tr data-testid="lead-row" data-lead-id={lead.id} data-status={lead.status}>
      <td data-label={words.timeIn(zoneName(nowMs))}>{when(lead.createdAt, nowMs)}</td>
      <td data-label={words.company}>
        <span class="clamp">{lead.company.name}</span>
      </td>
      <td data-label={t.value.desk.source}>{lead.source}</td>
      <td class="numeric" data-label={words.score}>
        {number(lead.score)} {t.value.temperature[lead.temperature]}
      </td>
      <td data-label={t.value.desk.status}>{statusWords(lead)}</td>
      <td data-label={words.owner}>
        <Owner lead={lead} />
      </td>
      <td>
        <span class="acts">
          <button
            type="button"
            data-testid="race-button"
            onClick={() => {
              shownRace.value = lead.id;
            }}
          >
            {words.race}
          </button>
          {lead.status !== 'finished' && (
            <button
              type="button"
              data-testid="hand-over-button"
              onClick={() => askHandOver(lead.id, lead.company.name)}
            >
              {words.handOver}
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}

function Owner({ lead: { claim } }: { lead: LeadView }) {
  if (claim === null) return <span>–</span>;
  const { repName, repId, claimSpeedMs } = claim;
  return (
    <span>
      <span class="clamp">{repName ?? repId}</span>
      {claimSpeedMs !== null && <span class="soft">{t.value.leads.ownedAfter(span(claimSpeedMs))}</span>}
    </span>
  );
}
