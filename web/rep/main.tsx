/** The rep's phone: offers, the one button, and what became of it. */
import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { number, span } from '../shared/format.ts';
import { language } from '../shared/language.ts';
import { ConnectionBadge, PageHeader } from '../shared/page-header.tsx';
import { openSession } from '../shared/session.ts';
import { SignIn } from '../shared/sign-in.tsx';
import { unlockSound } from '../shared/tones.ts';
import { BoardPanel } from './board-panel.tsx';
import { ClaimByLink, createLinkModel, type LinkModel, takeClaimToken } from './claim-link.tsx';
import { Complaints } from './complaints.tsx';
import { isNewer, keepShell, takeNewer } from './installing.ts';
import { MyLeads } from './my-leads.tsx';
import { OfferList } from './offer-list.tsx';
import { OwnCard } from './own-card.tsx';
import { OwnStatus } from './own-status.tsx';
import { PoolPanel } from './pool-panel.tsx';
import { createRepModel, type Me, type RepModel } from './rep-model.ts';
import { Settings } from './settings.tsx';
import { verdictText } from './verdict-words.ts';
import { t } from './words.ts';

const linked = signal<LinkModel | null>(null);
followLink();
addEventListener('hashchange', followLink);
const session = openSession('rep');
const model = signal<RepModel | null>(null);
unlockSound();
keepShell();

/** A link that claims shows its one offer, whoever is signed in here. */
function followLink(): void {
  const token = takeClaimToken();
  if (token === null) return;
  linked.peek()?.stop();
  linked.value = createLinkModel(token);
}

effect(() => {
  document.documentElement.lang = language.value;
});

/** One model a token: signing in as somebody else starts anew. */
effect(() => {
  const token = session.token.value;
  if (token === null) return;
  const mine = createRepModel(token);
  model.value = mine;
  const stopWatching = mine.connection.subscribe((state) => {
    if (state.kind === 'refused') session.signOut(t.peek().signIn.signedOut);
  });
  return () => {
    stopWatching();
    mine.stop();
    model.value = null;
  };
});

function App() {
  const mine = model.value;
  if (linked.value !== null) return <ClaimByLink model={linked.value} />;
  if (mine === null) return <SignIn session={session} help={t.value.signIn.help} />;
  return (
    <div class="rep-page">
      <PageHeader title={mine.me.value?.name ?? 'Sambar'}>
        <ConnectionBadge state={mine.connection.value} />
      </PageHeader>
      <main>
        <Notices mine={mine} />
        {mine.me.value !== null && <Own mine={mine} me={mine.me.value} />}
        <Settings signOut={() => session.signOut()} />
        <OfferList model={mine} />
        {mine.me.value !== null && <Complaints model={mine} />}
        <Announcer mine={mine} />
      </main>
    </div>
  );
}

/** All that is about the rep, from its personal card. */
function Own({ mine, me }: { mine: RepModel; me: Me }) {
  return (
    <>
      <OwnStatus model={mine} me={me} />
      <Numbers me={me} />
      <MyLeads model={mine} />
      <OwnCard me={me} />
      <PoolPanel model={mine} me={me} />
      <BoardPanel model={mine} />
    </>
  );
}

/** What stands between the rep and the truth: no network, old data, a newer build that waits. */
function Notices({ mine }: { mine: RepModel }) {
  const words = t.value.connection;
  const staleMs = mine.staleMs.value;
  return (
    <>
      {!mine.isOnline.value && <p class="notice">{words.noNetwork}</p>}
      {staleMs !== null && (
        <p class="notice" data-testid="stale">
          {words.stale(span(Math.ceil(staleMs / 1000) * 1000))}
        </p>
      )}
      {isNewer.value && (
        <p class="notice">
          {words.newer}{' '}
          <button type="button" onClick={takeNewer}>
            {words.reload}
          </button>
        </p>
      )}
    </>
  );
}

function Numbers({ me }: { me: Me }) {
  const words = t.value.me;
  const cap = me.limits.find(({ rule }) => rule === 'dailyCap');
  return (
    <dl class="numbers">
      <div>
        <dt>{words.points}</dt>
        <dd data-testid="points">{number(me.points)}</dd>
      </div>
      <div>
        <dt>{words.rank}</dt>
        <dd>{me.rank === null ? '–' : number(me.rank)}</dd>
      </div>
      <div>
        <dt>{words.claimsToday}</dt>
        <dd>
          {number(me.claimsToday)}
          {cap !== undefined && <small> ({words.left(number(cap.left))})</small>}
        </dd>
      </div>
      <div>
        <dt>{words.claimsWeek}</dt>
        <dd>{number(me.claimsWeek)}</dd>
      </div>
    </dl>
  );
}

/** Always in the page, or a screen reader would miss the first words. Verdicts interrupt, news wait. */
function Announcer({ mine }: { mine: RepModel }) {
  const judged = mine.offers.value.findLast(({ tap }) => tap?.kind === 'verdict')?.tap;
  const verdict = judged?.kind === 'verdict' ? verdictText(judged.verdict, mine.now.peek()) : '';
  return (
    <>
      <p class="announcer" aria-live="assertive">
        {verdict}
      </p>
      <p class="announcer" aria-live="polite">
        {mine.news.value}
      </p>
    </>
  );
}

render(<App />, document.getElementById('app') as HTMLElement);
