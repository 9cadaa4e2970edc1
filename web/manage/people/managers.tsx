/** Managers: the admin's business. */
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { Form } from '../form.tsx';
import { t } from '../words.ts';
import { inviteManager } from './invite.tsx';

interface ManagerView {
  id: string;
  name: string;
  email: string;
  teams: string[];
  signedIn: boolean;
}

export function Managers({ desk }: { desk: Desk }) {
  const words = t.value.people;
  const managers = usePolled(desk, () => desk.api.get<Page<ManagerView>>('/managers'));
  const send = async (values: Record<string, string>, key: string): Promise<void> => {
    const teams = (values.teams ?? '').split(',').map((team) => team.trim());
    const body = { name: values.name ?? '', email: values.email ?? '', teams: teams.filter((team) => team !== '') };
    const { id, name } = await desk.api.post<ManagerView>('/managers', body, { idempotencyKey: key });
    await inviteManager(desk, { id, name }, `${key}-invite`);
    desk.refresh();
  };
  return (
    <section aria-label={words.managers}>
      <h2>{words.managers}</h2>
      <ul class="list">
        {managers?.items.map((manager) => (
          <Manager key={manager.id} desk={desk} manager={manager} />
        ))}
      </ul>
      <Form
        title={words.newManager}
        send={send}
        fields={[
          { name: 'name', label: t.value.desk.name, isRequired: true },
          { name: 'email', label: t.value.desk.email, type: 'email', isRequired: true },
          { name: 'teams', label: words.teamsOfManager, isRequired: true },
        ]}
      />
    </section>
  );
}

function Manager({ desk, manager }: { desk: Desk; manager: ManagerView }) {
  const words = t.value.people;
  const { isBusy, trouble, submit } = useSubmitting();
  const { name, teams, signedIn } = manager;
  return (
    <li data-testid="manager-row">
      <span>
        {name} · {teams.join(', ')}
        {!signedIn && <span class="soft"> · {words.notSignedIn}</span>}
      </span>
      <button
        type="button"
        disabled={isBusy}
        onClick={() => void submit('invite', (key) => inviteManager(desk, manager, key))}
      >
        {words.invite}
      </button>
      {trouble !== null && <p class="trouble">{trouble}</p>}
    </li>
  );
}
