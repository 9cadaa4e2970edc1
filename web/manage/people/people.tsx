/** Reps: who they are, what they may, and their ways in. */
import type { NewRep } from '../../../client-sdk/protocol/http.ts';
import { number } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { Form } from '../form.tsx';
import { t } from '../words.ts';
import { InviteLink, invite } from './invite.tsx';
import { REPS_A_PAGE, type RepView } from './rep-view.ts';

export function People({ desk }: { desk: Desk }) {
  const words = t.value.desk;
  const reps = usePolled(desk, () => desk.api.get<Page<RepView>>(`/reps?limit=${REPS_A_PAGE}`));
  return (
    <>
      <InviteLink />
      <section aria-label={words.sections.people}>
        <h2>{words.sections.people}</h2>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>{words.name}</th>
                <th>{words.team}</th>
                <th class="numeric">{words.tier}</th>
                <th>{words.status}</th>
                <th>{t.value.people.invite}</th>
              </tr>
            </thead>
            <tbody>
              {reps?.items.map((rep) => (
                <Rep key={rep.id} rep={rep} desk={desk} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <div class="two">
        <NewRepForm desk={desk} />
      </div>
    </>
  );
}

function Rep({ rep, desk }: { rep: RepView; desk: Desk }) {
  const words = t.value.desk;
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
        <button type="button" disabled={isBusy} onClick={() => void submit('invite', (key) => invite(desk, rep, key))}>
          {t.value.people.invite}
        </button>
        {trouble !== null && <p class="trouble">{trouble}</p>}
      </td>
    </tr>
  );
}

function NewRepForm({ desk }: { desk: Desk }) {
  const words = t.value.desk;
  const send = async (values: Record<string, string>, key: string): Promise<void> => {
    const rep: NewRep = { name: values.name ?? '', email: values.email ?? '' };
    if (values.team !== undefined) rep.team = values.team;
    if (values.tier !== undefined) rep.tier = Number(values.tier);
    const { id, name } = await desk.api.post<RepView>('/reps', rep, { idempotencyKey: key });
    // The same tap again makes neither a second rep nor a second invite.
    await invite(desk, { id, name }, `${key}-invite`);
    desk.refresh();
  };
  return (
    <Form
      title={t.value.people.newRep}
      send={send}
      fields={[
        { name: 'name', label: words.name, isRequired: true },
        { name: 'email', label: words.email, type: 'email', isRequired: true },
        { name: 'team', label: words.team },
        { name: 'tier', label: words.tier, type: 'number' },
      ]}
    />
  );
}
