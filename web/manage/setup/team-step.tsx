/** A team and the zone its days are counted in. */
import type { Desk } from '../desk.ts';
import { Form } from '../form.tsx';
import { t } from '../words.ts';
import type { Setup } from './steps.ts';

const ZONES = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'];

interface Policy {
  teams: Record<string, Record<string, unknown>>;
}

export function TeamStep({ desk, setup }: { desk: Desk; setup: Setup }) {
  const words = t.value.setup.team;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = ZONES.includes(here) ? ZONES : [...ZONES, here];
  const send = async (values: Record<string, string>): Promise<void> => {
    const { body, etag } = await desk.api.request<Policy>('GET', '/policy');
    const name = values.name ?? '';
    const teams = { ...body.teams, [name]: { ...body.teams[name], timeZone: values.timeZone } };
    await desk.api.put('/policy', { ...body, teams }, { ifMatch: etag ?? '*' });
    desk.refresh();
  };
  return (
    <>
      <ul class="list">
        {setup.teams.map(({ name, timeZone, reps }) => (
          <li key={name}>
            {name}{' '}
            <span class="soft">{words.about(timeZone === null ? words.companyZone : zoneName(timeZone), reps)}</span>
          </li>
        ))}
      </ul>
      <Form
        title={words.add}
        act={words.act}
        send={send}
        fields={[
          { name: 'name', label: t.value.desk.team, isRequired: true },
          {
            name: 'timeZone',
            label: words.zone,
            options: zones.map((zone) => ({ value: zone, label: zoneName(zone) })),
            initial: here,
          },
        ]}
      />
    </>
  );
}

function zoneName(zone: string): string {
  const known: Record<string, string> = t.value.setup.team.zones;
  return known[zone] ?? zone;
}
