/** The wallboard: ranks, latest claims, the pool's size; never a contact, never who is last. */
import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import type { BoardMetric, BoardRow } from '../../client-sdk/src/sambar-client.ts';
import { clockTime, number, percent, span } from '../shared/format.ts';
import { language } from '../shared/language.ts';
import { forget, recall, remember } from '../shared/memory.ts';
import { ConnectionBadge, PageHeader } from '../shared/page-header.tsx';
import { openSession } from '../shared/session.ts';
import { isSoundLocked, tell, unlockSound } from '../shared/tones.ts';
import type { LatestClaim } from './celebrations.ts';
import { useMovingRows, wantsNoMotion } from './moving-rows.ts';
import { followBuilds } from './newer-build.ts';
import { type Pairing, PairingCode, pair } from './pairing.tsx';
import { publicRows, WALL_SCENES, type WallScene } from './scenes.ts';
import { createWallModel, type WallModel } from './wall-model.ts';
import { t } from './words.ts';

const NAMELESS = 'sambar:wall:nameless';

const session = openSession('wall');
const model = signal<WallModel | null>(null);
const pairing = signal<Pairing | null>(null);
/** For a wall that visitors see: places and figures, no names. */
const isNameless = signal(recall(NAMELESS) !== null);

effect(() => {
  document.documentElement.lang = language.value;
});

effect(() => {
  const token = session.token.value;
  if (token === null) {
    const asked = pair(session);
    pairing.value = asked;
    return asked.stop;
  }
  const mine = createWallModel(token);
  mine.celebrations.onNew = () => {
    if (!wantsNoMotion()) tell('won');
  };
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
unlockSound();
followBuilds(() => model.peek()?.celebrations.shown.peek() == null);

const nameOf = (name: string | null, instead: string): string => (isNameless.value ? instead : (name ?? instead));

function App() {
  const mine = model.value;
  if (mine === null) {
    return pairing.value && <PairingCode pairing={pairing.value} trouble={session.trouble.value} />;
  }
  // The last rows stay while the link is down, and look like it.
  const isStale = mine.connection.value.kind !== 'live';
  return (
    <>
      <PageHeader title={t.value.wall.title}>
        <Age mine={mine} />
        <ConnectionBadge state={mine.connection.value} />
        {isSoundLocked.value && <span class="soft">{t.value.wall.touchForSound}</span>}
        <NamesSwitch />
      </PageHeader>
      <main class={`wall${isStale ? ' stale' : ''}`}>
        <Board mine={mine} />
        <Feed mine={mine} />
      </main>
      <Celebration claim={mine.celebrations.shown.value} />
    </>
  );
}

function NamesSwitch() {
  const words = t.value.wall;
  const turn = (): void => {
    isNameless.value = !isNameless.value;
    if (isNameless.value) remember(NAMELESS, 'on');
    else forget(NAMELESS);
  };
  return (
    <button type="button" class="quiet" aria-pressed={isNameless.value} onClick={turn}>
      {words.nameless}
    </button>
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

function Board({ mine }: { mine: WallModel }) {
  const words = t.value.wall;
  const scene = mine.scene.value;
  const state = mine.boards[scene].value;
  const body = useMovingRows<HTMLTableSectionElement>();
  return (
    <section aria-label={words[scene]} data-testid={`board-${scene}`} data-seq={state?.seq}>
      <h2>{words[scene]}</h2>
      {state !== null && state.rows.length === 0 && <p class="soft">{words.empty}</p>}
      <table>
        <tbody ref={body}>
          {publicRows(state?.rows ?? []).map((row) => (
            <Row key={row.repId} row={row} scene={scene} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row, scene }: { row: BoardRow; scene: WallScene }) {
  return (
    <tr class="board-row" data-testid="board-row" data-rep-id={row.repId}>
      <td class="numeric">{number(row.rank)}</td>
      <td>{nameOf(row.name, '•••')}</td>
      <td class="numeric">{shownValue(row.value, WALL_SCENES[scene].board)}</td>
    </tr>
  );
}

function shownValue(value: number, board: BoardMetric): string {
  if (board === 'conversion') return percent(value);
  return board === 'claimSpeed' ? span(value) : number(value);
}

function Feed({ mine }: { mine: WallModel }) {
  const words = t.value.wall;
  const feed = mine.feed.value;
  return (
    <div class="feed">
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
      <section aria-label={words.latest}>
        <h2>{words.latest}</h2>
        {feed !== null && feed.latest.length === 0 && <p class="soft">{words.empty}</p>}
        <ol>
          {feed?.latest.map((claim) => (
            <li key={`${claim.leadId} ${claim.at}`} class="latest-claim" data-testid="latest-claim">
              <time dateTime={claim.at}>{clockTime(claim.at)}</time> {claimText(claim)}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function claimText({ repName, claimSpeedMs }: LatestClaim): string {
  const name = nameOf(repName, '•••');
  return claimSpeedMs === null ? name : t.value.wall.claimed(name, span(claimSpeedMs));
}

function Celebration({ claim }: { claim: LatestClaim | null }) {
  return (
    <div class={`celebration${claim === null ? '' : ' shown'}`} data-testid="celebration" role="status">
      {claim === null ? '' : `★ ${claimText(claim)}`}
    </div>
  );
}

render(<App />, document.getElementById('app') as HTMLElement);
