/** The manager's desk: leads and their races, reps and invites, the rules. */
import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { span } from '../shared/format.ts';
import { language, t } from '../shared/language.ts';
import { ConnectionBadge, PageHeader } from '../shared/page-header.tsx';
import { openSession } from '../shared/session.ts';
import { SignIn } from '../shared/sign-in.tsx';
import { InviteLink, NewLeadForm, NewRepForm, NewScreenForm, PolicySwitch } from './forms.tsx';
import { Leads, Reps } from './lists.tsx';
import { createManageModel, type ManageModel } from './manage-model.ts';
import { Race } from './race.tsx';

const session = openSession('manage');
const model = signal<ManageModel | null>(null);

effect(() => {
  document.documentElement.lang = language.value;
});

effect(() => {
  const token = session.token.value;
  if (token === null) return;
  const mine = createManageModel(token, session);
  model.value = mine;
  return () => {
    mine.stop();
    model.value = null;
  };
});

function App() {
  const mine = model.value;
  if (mine === null) return <SignIn session={session} help={t.value.signIn.adminHelp} />;
  const words = t.value.manage;
  return (
    <>
      <PageHeader title={words.title}>
        <Age mine={mine} />
        <ConnectionBadge state={mine.connection.value} />
        <button type="button" onClick={() => void mine.refresh()}>
          {words.refresh}
        </button>
        <button type="button" class="quiet" onClick={() => session.signOut()}>
          {t.value.signIn.signOut}
        </button>
      </PageHeader>
      <main class="manage">
        {mine.trouble.value !== null && (
          <p class="trouble" role="alert">
            {mine.trouble.value}
          </p>
        )}
        <InviteLink />
        <Race model={mine} />
        <Leads model={mine} />
        <Reps model={mine} />
        <div class="two">
          <NewLeadForm model={mine} />
          <NewRepForm model={mine} />
          <NewScreenForm model={mine} />
          <PolicySwitch model={mine} />
        </div>
      </main>
    </>
  );
}

function Age({ mine }: { mine: ManageModel }) {
  const ageMs = mine.ageMs.value;
  if (ageMs === null) return null;
  return (
    <span class="soft" data-testid="data-age">
      {t.value.manage.updated(span(Math.ceil(ageMs / 1000) * 1000))}
    </span>
  );
}

render(<App />, document.getElementById('app') as HTMLElement);
