/**
 * A wall hangs for weeks, so what it keeps must not grow with what it has shown. The page runs in a real browser while
 * a team claims; at each look the heap is collected by force, and what is left is the page's own.
 */
import type { CDPSession, Page } from 'playwright-core';
import { createSystemClock, pause } from '../../server/kernel/clock.ts';
import { percentile } from '../../server/kernel/percentile.ts';
import { launchBrowser } from '../../tools/faults/browser.ts';
import type { Bench, Subject } from '../bench.ts';
import { Http, LEAD } from '../generator/http.ts';

const REPS = 12;
const LOOKS = 24;
const TELEVISION = { width: 1920, height: 1080 };
/** Beyond this a heap has grown: a tenth of a small heap is less than a megabyte. */
const GROWTH_MAX = 0.1;
const MINUTE_MS = 60_000;
/** Every so many claims one is worked to its end, so that every board has rows that move. */
const WORKED_EVERY = 5;

export interface HeapSample {
  /** Since the first look. */
  minute: number;
  heapBytes: number;
  nodes: number;
  listeners: number;
  /** Won up to then. */
  claims: number;
}

export interface WallSoak {
  minutes: number;
  claimsPerSecond: number;
  claims: number;
  samples: HeapSample[];
  /** Of the heap, by medians, from the second quarter of the looks to the last: 0.02 is two in a hundred. */
  growth: number;
  /** What the page complained of, and what it did not show any more. */
  troubles: string[];
  held: boolean;
}

const clock = createSystemClock();

export async function soakWall(
  bench: Bench,
  { minutes, claimsPerSecond }: { minutes: number; claimsPerSecond: number },
): Promise<WallSoak> {
  const subject = await bench.product();
  using http = new Http(subject);
  const team = await gather(http);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: TELEVISION });
    const troubles: string[] = [];
    page.on('pageerror', ({ message }) => troubles.push(message));
    await hang(page, subject, http);
    const load = play(http, team, 1_000 / claimsPerSecond);
    const samples = await watch(await page.context().newCDPSession(page), bench, minutes, load);
    await load.stop();
    troubles.push(...load.troubles);
    if (!(await isAlive(page))) troubles.push('the wall does not show fresh data any more');
    const growth = growthOf(samples.map(({ heapBytes }) => heapBytes));
    const held = growth <= GROWTH_MAX && troubles.length === 0;
    return { minutes, claimsPerSecond, claims: load.claims(), samples, growth, troubles, held };
  } finally {
    await browser.close();
  }
}

/** Tokens of reps. */
async function gather(http: Http): Promise<string[]> {
  const tokens: string[] = [];
  for (let n = 0; n < REPS; n++) {
    const { id } = await http.post<{ id: string }>('/reps', { name: `Rep ${n}`, email: `soak-${n}@sambar.example` });
    tokens.push((await http.post<{ token: string }>(`/reps/${id}/tokens`, {})).token);
  }
  return tokens;
}

async function hang(page: Page, { url }: Subject, http: Http): Promise<void> {
  const { token } = await http.post<{ token: string }>('/screens', { name: 'Soak' });
  await page.goto(`${url}/wall/#token=${token}`);
  await page.locator('[data-testid=connection-state][data-state=live]').waitFor();
}

/** Connected, and drawn from something that is not greyed as old. */
async function isAlive(page: Page): Promise<boolean> {
  return (await page.locator('.wall:not(.stale) [data-testid=board-row]').count()) > 0;
}

interface Load {
  claims(): number;
  troubles: string[];
  /** Resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** One lead after the other, each claimed by the next rep, at a pace of its own. */
function play(http: Http, team: readonly string[], everyMs: number): Load {
  const troubles: string[] = [];
  let claims = 0;
  let isOver = false;
  const act = async (path: string, body: object, token: string): Promise<void> => {
    const { status } = await http.ask('POST', path, JSON.stringify(body), token);
    if (status >= 300) throw new Error(`${path.split('/').at(-1)}: ${status}`);
  };
  const one = async (n: number): Promise<void> => {
    const { id } = await http.post<{ id: string }>('/leads', LEAD);
    // Not in turn: ranks must change.
    const token = team[(n * n + Math.floor(n / team.length)) % team.length] ?? '';
    await act(`/leads/${id}/claims`, {}, token);
    claims++;
    if (n % WORKED_EVERY !== 0) return;
    await act(`/leads/${id}/activities`, { kind: 'call', outcome: 'connected' }, token);
    await act(`/leads/${id}/stages`, { stage: 'opportunity' }, token);
    await act(`/leads/${id}/stages`, { stage: 'won', revenue: 1_000 * (n + 1) }, token);
  };
  const run = async (): Promise<void> => {
    for (let n = 0; !isOver; n++) {
      const begunMs = clock.monotonicMs();
      await one(n).catch((error: Error) => troubles.push(error.message));
      await pause(clock, Math.max(0, everyMs - (clock.monotonicMs() - begunMs)));
    }
  };
  const running = run();
  return {
    claims: () => claims,
    troubles,
    stop() {
      isOver = true;
      return running;
    },
  };
}

async function watch(devtools: CDPSession, bench: Bench, minutes: number, load: Load): Promise<HeapSample[]> {
  const samples: HeapSample[] = [];
  await devtools.send('HeapProfiler.enable');
  await devtools.send('Performance.enable');
  const beganMs = clock.monotonicMs();
  for (let look = 0; look <= LOOKS; look++) {
    bench.step('wall-soak', look, LOOKS);
    const dueMs = (look * minutes * MINUTE_MS) / LOOKS;
    await pause(clock, Math.max(0, dueMs - (clock.monotonicMs() - beganMs)));
    // What a first collection lets go of, a second one finds.
    for (let n = 0; n < 2; n++) await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    samples.push({
      minute: (clock.monotonicMs() - beganMs) / MINUTE_MS,
      heapBytes: of('JSHeapUsedSize'),
      nodes: of('Nodes'),
      listeners: of('JSEventListeners'),
      claims: load.claims(),
    });
  }
  return samples;
}

function growthOf(heap: readonly number[]): number {
  const quarter = Math.floor(heap.length / 4);
  const early = percentile(heap.slice(quarter, 2 * quarter), 0.5);
  const late = percentile(heap.slice(-quarter), 0.5);
  return late / early - 1;
}
