import type { LeadView } from '../../client-sdk/src/sambar-client.ts';
import { clockTime, number, span } from '../shared/format.ts';
import { t } from '../shared/language.ts';
import { useSubmitting } from '../shared/submitting.ts';
import { invite } from './forms.tsx';
import type { ManageModel, RepView } from './manage-model.ts';

export function Leads({ model }: { model: ManageModel }) {
  const words = t.value.manage;
  const page = model.leads.value;
  return (
    <section aria-label={words.leads}>
      <h2>{words.leads}</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>{words.time}</th>
              <th>{words.company}</th>
              <th>{words.source}</th>
              <th class="numeric">{words.score}</th>
              <th>{words.status}</th>
              <th>{words.owner}</th>
              <th>{words.race}</th>
            </tr>
          </thead>
          <tbody>
            {page?.items.map((lead) => (
              <Lead key={lead.id} lead={lead} model={model} />
            ))}
          </tbody>
        </table>
      </div>
      {page?.nextCursor !== undefined && page.nextCursor !== null && (
        <div>
          <button type="button" onClick={() => void model.nextLeads()}>
            {words.more}
          </button>
        </div>
      )}
    </section>
  );
}

function Lead({ lead, model }: { lead: LeadView; model: ManageModel }) {
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
        <button type="button" data-testid="race-button" onClick={() => void model.openRace(lead.id)}>
          {t.value.manage.race}
        </button>
      </td>
    </tr>
  );
}

export function Reps({ model }: { model: ManageModel }) {
  const words = t.value.manage;
  return (
    <section aria-label={words.reps}>
      <h2>{words.reps}</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>{words.name}</th>
              <th>{words.team}</th>
              <th class="numeric">{words.tier}</th>
              <th>{words.status}</th>
              <th>{words.invite}</th>
            </tr>
          </thead>
          <tbody>
            {model.reps.value?.map((rep) => (
              <Rep key={rep.id} rep={rep} model={model} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Rep({ rep, model }: { rep: RepView; model: ManageModel }) {
  const words = t.value.manage;
  const { isBusy, trouble, submit } = useSubmitting();
  const status = rep.status === 'break' ? words.onBreak : words.ready;
  return (
    <tr data-testid="rep-row" data-rep-id={rep.id} data-online={rep.online}>
      <td>{rep.name}</td>
      <td>{rep.team ?? '–'}</td>
      <td class="numeric">{number(rep.tier)}</td>
      <td>
        {rep.online ? words.online : words.offline} · {rep.active ? status : words.inactive}
      </td>
      <td>
        <button type="button" disabled={isBusy} onClick={() => void submit('invite', (key) => invite(model, rep, key))}>
          {words.invite}
        </button>
        {trouble !== null && <p class="trouble">{trouble}</p>}
      </td>
    </tr>
  );
}
