/** The wallboard: ranks, latest claims, the pool's size; never a contact. */
import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import type { BoardRow } from '../../client-sdk/src/sambar-client.ts';
import { clockTime, number, percent, span } from '../shared/format.ts';
import { language, t } from '../shared/language.ts';
import { ConnectionBadge, PageHeader } from '../shared/page-header.tsx';
import { openSession } from '../shared/session.ts';
import { SignIn } from '../shared/sign-in.tsx';
import { createWallModel, WALL_BOARDS, type WallBoard, type WallModel } from './wall-model.ts';

const session = openSession('wall');
const model = signal<WallModel | null>(null);

effect(() => {
  document.documentElement.lang = language.value;
});

effect(() => {
  const token = session.token.value;
  if (token === null) return;
  const mine = createWallModel(token);
  model.value = mine;
  const stopWatching = mine.connection.subscribe((state) => {
    if (state.kind === 'refused') session.signOut(t.peek().connection.refused(state.reason));
  });
  return () => {
    stopWatching();
    mine.stop();
    model.value = null;
  };
});

function App() {
  const mine = model.value;
  if (mine === null) return <SignIn session={session} help={t.value.signIn.screenHelp} />;
  // The last rows stay while the link is down, and look like it.
  const isStale = mine.connection.value.kind !== 'live';
  return (
    <>
      <PageHeader title={t.value.wall.title}>
        <Age mine={mine} />
        <ConnectionBadge state={mine.connection.value} />
      </PageHeader>
      <main class={`wall${isStale ? ' stale' : ''}`}>
        {WALL_BOARDS.map((board) => (
          <Board key={board} board={board} mine={mine} />
        ))}
        <Feed mine={mine} />
      </main>
    </>
  );
}

function Age({ mine }: { mine: WallModel }) {
  const words = t.value.wall;
  const ageMs = mine.ageMs.value;
  // Whole seconds: a number that flickers below one says nothing.
  const text = ageMs === null ? words.noData : words.age(span(Math.ceil(ageMs / 1000) * 1000));
  return (
    <span class="soft" data-testid="data-age">
      {text}
    </span>
  );
}

function Board({ board, mine }: { board: WallBoard; mine: WallModel }) {
  const words = t.value.wall;
  const state = mine.boards[board].value;
  return (
    <section aria-label={words[board]} data-testid={`board-${board}`} data-seq={state?.seq}>
      <h2>{words[board]}</h2>
      {state !== null && state.rows.length === 0 && <p class="soft">{words.empty}</p>}
      <table>
        <tbody>
          {state?.rows.map((row) => (
            <Row key={row.repId} row={row} board={board} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row, board }: { row: BoardRow; board: WallBoard }) {
  return (
    <tr class="board-row" data-testid="board-row" data-rep-id={row.repId}>
      <td class="numeric">{number(row.rank)}</td>
      <td>{row.name ?? row.repId}</td>
      <td class="numeric">{board === 'conversion' ? percent(row.value) : number(row.value)}</td>
    </tr>
  );
}

function Feed({ mine }: { mine: WallModel }) {
  const words = t.value.wall;
  const feed = mine.feed.value;
  return (
    <div class="feed">
      <section aria-label={words.latest}>
        <h2>{words.latest}</h2>
        {feed !== null && feed.latest.length === 0 && <p class="soft">{words.empty}</p>}
        <ol>
          {feed?.latest.map((claim) => (
            <li key={`${claim.leadId} ${claim.at}`} class="latest-claim" data-testid="latest-claim">
              <time dateTime={claim.at}>{clockTime(claim.at)}</time>{' '}
              {claim.claimSpeedMs === null
                ? (claim.repName ?? '–')
                : words.claimed(claim.repName ?? '–', span(claim.claimSpeedMs))}
            </li>
          ))}
        </ol>
      </section>
      <dl class="totals">
        <div>
          <dt>{words.poolSize}</dt>
          <dd data-testid="pool-size">{feed === null ? '–' : number(feed.poolSize)}</dd>
        </div>
        <div>
          <dt>{words.claimsToday}</dt>
          <dd>{feed === null ? '–' : number(feed.claimsToday)}</dd>
        </div>
      </dl>
    </div>
  );
}

render(<App />, document.getElementById('app') as HTMLElement);
