/** Reps: who they are, what they may, and their ways in; and the managers, for the admin. */
import { useSignal } from '@preact/signals';
import type { NewRep } from '../../../client-sdk/protocol/http.ts';
import { clockTime, number } from '../../shared/format.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { Form } from '../form.tsx';
import { useSetup } from '../setup/setup-view.ts';
import type { Setup } from '../setup/steps.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import { InviteLink, invite } from './invite.tsx';
import { Managers } from './managers.tsx';
import { RepPanel } from './rep-panel.tsx';
import type { RepView } from './rep-view.ts';

const ROWS_A_PAGE = 50;

export function People({ desk }: { desk: Desk }) {
  const words = t.value.desk;
  const setup = useSetup(desk);
  const search = useSignal('');
  const team = useSignal('');
  const cursor = useSignal<string | null>(null);
  const opened = useSignal<RepView | null>(null);
  const query = new URLSearchParams({ limit: String(ROWS_A_PAGE), q: search.value });
  if (team.value !== '') query.set('team', team.value);
  if (cursor.value !== null) query.set('cursor', cursor.value);
  const asked = `/reps?${query}`;
  const page = usePolled(desk, () => desk.api.get<Page<RepView>>(asked), [asked]);
  const shown = page?.items.find(({ id }) => id === opened.value?.id) ?? opened.value;
  const find = (q: string, of: string): void => {
    cursor.value = null;
    search.value = q;
    team.value = of;
  };
  return (
    <>
      <InviteLink />
      {shown !== null && (
        <RepPanel
          key={shown.id}
          desk={desk}
          rep={shown}
          teams={setup?.teams ?? []}
          close={() => {
            opened.value = null;
          }}
        />
      )}
      <section aria-label={words.sections.people}>
        <h2>{words.sections.people}</h2>
        <Search setup={setup} find={find} />
        <RepTable
          reps={byName(page?.items ?? [])}
          open={(rep) => {
            opened.value = rep;
          }}
        />
        {page !== null && (page.nextCursor !== null || cursor.value !== null) && (
          <div>
            <button
              type="button"
              onClick={() => {
                // Past the last page the list begins anew.
                cursor.value = page.nextCursor;
              }}
            >
              {words.more}
            </button>
          </div>
        )}
      </section>
      <div class="two">
        <NewRepForm desk={desk} />
        {setup?.role === 'admin' && <Managers desk={desk} />}
      </div>
    </>
  );
}

function Search({ setup, find }: { setup: Setup | null; find(q: string, team: string): void }) {
  const words = t.value.people;
  const q = useSignal('');
  const team = useSignal('');
  return (
    <div class="two fields">
      <label>
        {words.search}
        <input
          type="search"
          value={q.value}
          onInput={(event) => {
            q.value = event.currentTarget.value;
            find(q.value, team.value);
          }}
        />
      </label>
      <label>
        {t.value.desk.team}
        <select
          value={team.value}
          onChange={(event) => {
            team.value = event.currentTarget.value;
            find(q.value, team.value);
          }}
        >
          <option value="">{words.allTeams}</option>
          {setup?.teams.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function RepTable({ reps, open }: { reps: RepView[]; open(rep: RepView): void }) {
  const words = t.value.desk;
  return (
    <Wide label={words.sections.people}>
      <table class="people">
        <thead>
          <tr>
            <th>{words.name}</th>
            <th>{words.team}</th>
            <th class="numeric">{words.tier}</th>
            <th>{words.status}</th>
            <th>{t.value.people.lastSeen}</th>
            <th class="numeric">{t.value.people.openLeads}</th>
          </tr>
        </thead>
        <tbody>
          {reps.map((rep) => (
            <tr key={rep.id} data-testid="rep-row" data-rep-id={rep.id} data-online={rep.online}>
              <td>
                <button type="button" class="link" onClick={() => open(rep)}>
                  {rep.name}
                </button>
              </td>
              <td>{rep.team ?? '–'}</td>
              <td class="numeric">{number(rep.tier)}</td>
              <td>{statusOf(rep)}</td>
              <td>{lastSeenOf(rep)}</td>
              <td class="numeric">{number(rep.openLeads)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

const byName = (reps: RepView[]): RepView[] => reps.toSorted((a, b) => a.name.localeCompare(b.name));

function statusOf({ active, status, online }: RepView): string {
  const words = t.value.desk;
  if (!active) return words.inactive;
  return `${status === 'break' ? words.onBreak : words.ready} · ${online ? words.online : words.offline}`;
}

function lastSeenOf({ online, signedIn, lastSeenAt }: RepView): string {
  const words = t.value.people;
  if (online) return words.now;
  if (!signedIn) return words.notSignedIn;
  return lastSeenAt === null ? '–' : clockTime(lastSeenAt);
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
