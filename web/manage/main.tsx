/** The manager's desk: what happens now, leads and their races, reps, the rules, and what is to be set up. */
import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { span } from '../shared/format.ts';
import { language } from '../shared/language.ts';
import { ConnectionBadge, PageHeader } from '../shared/page-header.tsx';
import { openSession } from '../shared/session.ts';
import { SignIn } from '../shared/sign-in.tsx';
import { createDesk, type Desk } from './desk.ts';
import { Leads } from './leads/leads.tsx';
import { Live } from './live/live.tsx';
import { People } from './people/people.tsx';
import { Rules } from './rules/rules.tsx';
import { SECTIONS, type Section, section } from './section.ts';
import { SetUp } from './setup/setup.tsx';
import { askSetup } from './setup/setup-view.ts';
import { t } from './words.ts';

const session = openSession('manage');
const desk = signal<Desk | null>(null);

effect(() => {
  document.documentElement.lang = language.value;
});

effect(() => {
  const token = session.token.value;
  if (token === null) return;
  const mine = createDesk(token, session);
  desk.value = mine;
  if (location.hash === '') void openEmptyHouse(mine);
  return () => {
    mine.stop();
    desk.value = null;
  };
});

/** Without reps there is nothing to look at yet: the desk opens on what is to be set up, unless the address says otherwise. */
async function openEmptyHouse(mine: Desk): Promise<void> {
  const setup = await mine.load(askSetup(mine));
  if (setup?.reps.active === 0 && location.hash === '') location.hash = 'setup';
}

const PARTS: Record<Section, (props: { desk: Desk }) => preact.JSX.Element | null> = {
  live: Live,
  leads: Leads,
  people: People,
  rules: Rules,
  setup: SetUp,
};

function App() {
  const mine = desk.value;
  if (mine === null) return <SignIn session={session} help={t.value.signIn.adminHelp} />;
  const words = t.value.desk;
  const Part = PARTS[section.value];
  return (
    <>
      <PageHeader title={words.title}>
        <Age desk={mine} />
        <ConnectionBadge state={mine.connection.value} />
        <button type="button" onClick={() => mine.refresh()}>
          {words.refresh}
        </button>
        <button type="button" class="quiet" onClick={() => session.signOut()}>
          {t.value.signIn.signOut}
        </button>
      </PageHeader>
      <Sections />
      <main class="manage">
        {mine.trouble.value !== null && (
          <p class="trouble" role="alert">
            {mine.trouble.value}
          </p>
        )}
        <Part desk={mine} />
      </main>
    </>
  );
}

function Sections() {
  const nav = useRef<HTMLElement>(null);
  const shown = section.value;
  // On a phone they scroll sideways: the one in use is in sight.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  return (
    <nav class="sections" ref={nav}>
      {SECTIONS.map((name) => (
        <a key={name} href={`#${name}`} aria-current={shown === name ? 'page' : undefined}>
          {t.value.desk.sections[name]}
        </a>
      ))}
    </nav>
  );
}

function Age({ desk: { ageMs } }: { desk: Desk }) {
  if (ageMs.value === null) return null;
  return (
    <span class="soft" data-testid="data-age">
      {t.value.desk.updated(span(Math.ceil(ageMs.value / 1000) * 1000))}
    </span>
  );
}

render(<App />, document.getElementById('app') as HTMLElement);
