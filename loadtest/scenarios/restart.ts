/** From the start of a process to the first 200 of `/readyz`, on a big file with many offers open. */
import { createSystemClock, pause } from '../../server/kernel/clock.ts';
import type { Bench, Subject } from '../bench.ts';
import { groundFile, openOffers } from '../ground/ground.ts';
import { Judge } from '../measure/judge.ts';
import { interleave, spreadOf } from '../measure/rounds.ts';
import { figure, type Scenario, told } from './scenario.ts';

export interface RestartSize {
  rounds: number;
  leads: number;
  reps: number;
  /** Offers that are open to all of them. */
  open: number;
  /** Whether the file is recounted afterwards; a big one takes minutes. */
  isAudited: boolean;
}

const ASK_AGAIN_MS = 5;
const clock = createSystemClock();

async function ready({ url, name }: Subject): Promise<void> {
  for (;;) {
    const { status } = await fetch(`${url}/readyz`);
    if (status === 200) return;
    if (status !== 503) throw new Error(`${name}: /readyz answered ${status}`);
    await pause(clock, ASK_AGAIN_MS);
  }
}

async function run(bench: Bench, size: RestartSize) {
  const { leads, reps, open, rounds } = size;
  const ground = await groundFile({ leads, reps, team: reps }, bench);
  const file = bench.copyOf(ground.file);
  openOffers(file, open, Date.now());
  const broken: string[] = [];
  let done = 0;
  const [full = [], empty = []] = await interleave(rounds, [file, null], async (on) => {
    bench.step('starts', done++, rounds * 2);
    const beganAt = performance.now();
    const subject = await bench.product(on === null ? {} : { file: on });
    await ready(subject);
    const seconds = (performance.now() - beganAt) / 1_000;
    if (on !== null) broken.push(...(await shown(subject, ground.reps[0]?.token ?? '', open)));
    await subject.end();
    return seconds;
  });
  const judge = new Judge();
  judge.file('sambar', file, { isAudited: size.isAudited });
  return {
    figures: [figure('restart', spreadOf(full)), told('the same on an empty file', 's', spreadOf(empty))],
    runs: [],
    broken: [...broken, ...judge.broken],
  };
}

/** What was open is open again, as a rep may ask for it. */
async function shown({ url }: Subject, token: string, open: number): Promise<string[]> {
  const response = await fetch(`${url}/v1/leads?status=offered&limit=200`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { items } = (await response.json()) as { items: unknown[] };
  const due = Math.min(200, open);
  return items.length < due ? [`${items.length} of ${due} open offers are shown after a start`] : [];
}

export const restart: Scenario<RestartSize> = {
  name: 'restart',
  shows: 'how long a server takes to be ready on 1,000,000 leads with 10,000 offers open to 54 reps',
  owes: ['restart'],
  sizes: {
    full: { rounds: 5, leads: 1_000_000, reps: 54, open: 10_000, isAudited: false },
    smoke: { rounds: 1, leads: 30, reps: 3, open: 12, isAudited: true },
  },
  takesUrl: false,
  run,
};
