/** A sheet of personal invites to print: eight on a page of A4, each with a name and a code that is good once. */
import { signal, useSignal } from '@preact/signals';
import { moment, number } from '../../shared/format.ts';
import { QrCode } from '../../shared/qr.tsx';
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { HereOnly } from '../people/invite.tsx';
import { REPS_A_PAGE, type RepView } from '../people/rep-view.ts';
import { t } from '../words.ts';
import type { Setup } from './steps.ts';

interface Printed {
  id: string;
  name: string;
  team: string | null;
  url: string;
  expiresAt: string;
}

/** Shown until the desk is closed: the server keeps no invite that could be shown again. */
const sheet = signal<Printed[]>([]);

export function InvitesStep({ desk, setup }: { desk: Desk; setup: Setup }) {
  const words = t.value.setup.invites;
  const team = useSignal('');
  const { isBusy, trouble, submit } = useSubmitting();
  const of = team.value === '' ? '' : `&team=${encodeURIComponent(team.value)}`;
  const reps = usePolled(desk, () => desk.api.get<Page<RepView>>(`/reps?limit=${REPS_A_PAGE}${of}`), [of]);
  const without = (reps?.items ?? []).filter(({ active, signedIn }) => active && !signedIn);
  const make = (): Promise<boolean> =>
    submit(`sheet ${of}`, async (key) => {
      const made: Printed[] = [];
      for (const { id, name, team: ofRep } of without) {
        const path = `/reps/${encodeURIComponent(id)}/invites`;
        const invite = await desk.api.post<{ url: string; expiresAt: string }>(path, undefined, {
          idempotencyKey: `${key}-${id}`,
        });
        made.push({ id, name, team: ofRep, ...invite });
      }
      sheet.value = made.sort((a, b) => a.name.localeCompare(b.name));
    });
  const [first] = sheet.value;
  return (
    <div class="fields">
      <p>{words.help}</p>
      {setup.teams.length > 1 && (
        <label>
          {t.value.desk.team}
          <select
            value={team.value}
            onChange={(event) => {
              team.value = event.currentTarget.value;
            }}
          >
            <option value="">{t.value.people.allTeams}</option>
            {setup.teams.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="row">
        <button type="button" class="primary" disabled={isBusy || without.length === 0} onClick={() => void make()}>
          {words.make(number(without.length))}
        </button>
        {first !== undefined && (
          <button type="button" onClick={() => print()}>
            {words.print}
          </button>
        )}
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {first !== undefined && <HereOnly url={first.url} />}
      {first !== undefined && <Sheet invites={sheet.value} />}
    </div>
  );
}

function Sheet({ invites }: { invites: Printed[] }) {
  const words = t.value.setup.invites;
  return (
    <ul class="sheet" aria-label={words.sheet}>
      {invites.map(({ id, name, team, url, expiresAt }) => (
        <li key={id} data-testid="printed-invite" data-url={url}>
          <QrCode text={url} label={words.codeOf(name)} />
          <div>
            <p class="who">{name}</p>
            <p>{team}</p>
            <p>{words.scan}</p>
            <p>{words.until(moment(expiresAt))}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
