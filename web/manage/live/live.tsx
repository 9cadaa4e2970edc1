/** What happens now (DASH-08): counts on top, each leading to its list below. */
import { number } from '../../shared/format.ts';
import { type Desk, usePolled } from '../desk.ts';
import { HandOver } from '../leads/hand-over.tsx';
import { ShownRace } from '../leads/race.tsx';
import { t } from '../words.ts';
import { Complaints } from './complaints.tsx';
import { InFlight } from './in-flight.tsx';
import type { Complaints as AllComplaints, OffersInFlight, Queued, Told, Uncontacted as Waiting } from './live-view.ts';
import { stateOf } from './live-view.ts';
import { OnDuty } from './on-duty.tsx';
import { OpsQueue } from './ops-queue.tsx';
import { useReps } from './reps.ts';
import { Safeguards } from './safeguards.tsx';
import { serverNowMs, Uncontacted } from './uncontacted.tsx';

/** As many as the server lists at once. */
const UNCONTACTED_MAX = 200;

export function Live({ desk }: { desk: Desk }) {
  const reps = useReps(desk);
  const offers = usePolled(desk, () => desk.api.get<OffersInFlight>('/ops/offers'));
  const waiting = usePolled(desk, () => desk.api.get<Told<Waiting>>(`/ops/uncontacted?limit=${UNCONTACTED_MAX}`));
  const queue = usePolled(desk, () => desk.api.get<{ items: Queued[] }>('/ops/queue'));
  const complaints = usePolled(desk, () => desk.api.get<AllComplaints>('/complaints?status=open'));
  const words = t.value.live.counts;
  const late = waiting?.items.filter(({ dueAt }) => Date.parse(dueAt) < serverNowMs(desk, waiting)).length;
  const more = waiting !== null && waiting.nextCursor !== null;
  return (
    <>
      <ul class="tiles" aria-label={t.value.live.now}>
        <Tile to="on-duty" words={words.ready} figure={reps?.filter((rep) => stateOf(rep) === 'ready').length} />
        <Tile to="in-flight" words={words.inFlight} figure={offers?.open} />
        <Tile to="uncontacted" words={words.late} figure={late} isBad={(late ?? 0) > 0} />
        <Tile to="uncontacted" words={words.due} figure={waiting?.items.length} isAtLeast={more} />
        <Tile to="ops-queue" words={words.queue} figure={queue?.items.length} isBad={(queue?.items.length ?? 0) > 0} />
        <Tile to="complaints" words={words.complaints} figure={complaints?.counts.open} />
      </ul>
      <HandOver desk={desk} reps={reps ?? []} />
      <ShownRace desk={desk} />
      {waiting !== null && <Uncontacted desk={desk} waiting={waiting} />}
      {offers !== null && <InFlight desk={desk} first={offers} />}
      {queue !== null && <OpsQueue desk={desk} items={queue.items} />}
      {complaints !== null && <Complaints desk={desk} complaints={complaints} />}
      {reps !== null && <OnDuty desk={desk} reps={reps} />}
      <Safeguards desk={desk} />
    </>
  );
}

interface TileProps {
  /** The section that it counts. */
  to: string;
  words: string;
  figure: number | undefined;
  isBad?: boolean;
  isAtLeast?: boolean;
}

function Tile({ to, words, figure, isBad = false, isAtLeast = false }: TileProps) {
  const shown = figure === undefined ? '–' : number(figure);
  return (
    <li>
      <button
        type="button"
        class={isBad ? 'tile bad' : 'tile'}
        data-testid={`count-${to}`}
        onClick={() => document.getElementById(to)?.querySelector('h2')?.focus()}
      >
        <strong>{isAtLeast ? t.value.live.atLeast(shown) : shown}</strong>
        <span>{words}</span>
      </button>
    </li>
  );
}
