/** The judgement of a history in which nobody says anything any more: with what is owed, and with Redis where there is one. */
import { createClientClock, sleep } from '../../../client-sdk/src/platform.ts';
import { createSystemClock } from '../../../server/kernel/clock.ts';
import type { History } from '../../../tools/oracle/history.ts';
import { ANSWERED_WITHIN_MS } from '../../../tools/oracle/liveness-rules.ts';
import { Marker } from '../../../tools/oracle/marks.ts';
import { type RedisFacts, readRedis } from '../../../tools/oracle/on-redis.ts';
import type { Judgement } from '../../../tools/oracle/oracle.ts';
import { connect } from '../../support/arbiter-benches.ts';
import type { Racer } from '../racers.ts';
import type { Cell } from './cell.ts';

const LOOK_AGAIN_MS = 20;

const clock = createSystemClock();

/** What the record says of itself now: from here on these facts stay. Before the first fault, and after each. */
export function markNow(history: History, { file }: Pick<Cell, 'file'>): void {
  history.record({ kind: 'mark', ...new Marker(file).mark() });
}

/** The cell is whole, and every claim has its answer. `racers` who are connected are brought up to date first. */
export async function judgeEnded(history: History, cell: Cell, racers: readonly Racer[]): Promise<Judgement> {
  for (const racer of racers) if (racer.isHere) await racer.refresh();
  markNow(history, cell);
  if (cell.redis === null) return history.judge(cell.file, { isOver: true });
  return history.judge(cell.file, { isOver: true, redis: await settled(cell.redis.url, cell.name) });
}

/** Redis hears a moment after the rep that a win is on disk; one that stays provisional is the rules' to find. */
async function settled(url: string, name: string): Promise<RedisFacts> {
  const observer = await connect(url, 'plain');
  const untilMs = clock.monotonicMs() + ANSWERED_WITHIN_MS;
  for (;;) {
    const facts = await readRedis(observer, name);
    const isPending = [...facts.offers.values()].some(({ state }) => state === 'pending');
    if (!isPending || clock.monotonicMs() > untilMs) {
      observer.disconnect();
      return facts;
    }
    await sleep(createClientClock(), LOOK_AGAIN_MS);
  }
}
