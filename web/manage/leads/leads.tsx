/** Leads, the newest first, each with its race. */
import { useSignal } from '@preact/signals';
import type { LeadView } from '../../../client-sdk/src/sambar-client.ts';
import { clockTime, number, span } from '../../shared/format.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { t } from '../words.ts';
import { NewLeadForm } from './new-lead.tsx';
import { Race } from './race.tsx';
import { shownRace } from './shown-race.ts';

const LEADS_A_PAGE = 25;

export function Leads({ desk }: { desk: Desk }) {
  const words = t.value;
  const cursor = useSignal<string | null>(null);
  const from = cursor.value === null ? '' : `&cursor=${encodeURIComponent(cursor.value)}`;
  const page = usePolled(desk, () => desk.api.get<Page<LeadView>>(`/leads?limit=${LEADS_A_PAGE}${from}`), [from]);
  return (
    <>
      {shownRace.value !== null && <Race key={shownRace.value} desk={desk} leadId={shownRace.value} />}
      <section aria-label={words.desk.sections.leads}>
        <h2>{words.desk.sections.leads}</h2>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>{words.desk.time}</th>
                <th>{words.leads.company}</th>
                <th>{words.desk.source}</th>
                <th class="numeric">{words.leads.score}</th>
                <th>{words.desk.status}</th>
                <th>{words.leads.owner}</th>
                <th>{words.leads.race}</th>
              </tr>
            </thead>
            <tbody>
              {page?.items.map((lead) => (
                <Lead key={lead.id} lead={lead} />
              ))}
            </tbody>
          </table>
        </div>
        {page !== null && (page.nextCursor !== null || cursor.value !== null) && (
          <div>
            <button
              type="button"
              onClick={() => {
                // Past the last page the list begins anew.
                cursor.value = page.nextCursor;
              }}
            >
              {words.desk.more}
            </button>
          </div>
        )}
      </section>
      <div class="two">
        <NewLeadForm desk={desk} />
      </div>
    </>
  );
}

function Lead({ lead }: { lead: LeadView }) {
  const { claim } = lead;
  const speed = claim === null || claim.claimSpeedMs === null ? '' : span(claim.claimSpeedMs);
  return (
    <tr data-testid="lead-row" data-lead-id={lead.id} data-status={lead.status}>
      <td>{clockTime(lead.createdAt)}</td>
      <td>{lead.company.name}</td>
      <td>{lead.source}</td>
      <td class="numeric">
        {number(lead.score)} {t.value.temperature[lead.temperature]}
      </td>
      <td>{lead.stage === null ? lead.status : `${lead.status} · ${lead.stage}`}</td>
      <td>{claim === null ? '–' : `${claim.repName ?? claim.repId} ${speed}`}</td>
      <td>
        <button
          type="button"
          data-testid="race-button"
          onClick={() => {
            shownRace.value = lead.id;
          }}
        >
          {t.value.leads.race}
        </button>
      </td>
    </tr>
  );
}
