/**
 * What-ifs that were asked for over HTTP: one at a time, each in a thread of its own with a bound on its memory and its
 * time, so that no race waits for it. Held in memory: a restart forgets them, and nothing depends on them.
 */
import type { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { startThread } from '../platform/thread.ts';
import type { FromWhatIf } from './what-if-thread.ts';
import type { WhatIfOrder, WhatIfResult } from './whatif.ts';

export interface WhatIfJob {
  id: string;
  state: 'running' | 'done' | 'failed';
  /** Leads decided again, in both runs together; `of` is 0 until they are counted. */
  progress: { done: number; of: number };
  result: WhatIfResult | null;
  /** Why it failed. */
  error: string | null;
}

export interface WhatIfs {
  /** @param key the same key again is the same job; null: another one is running */
  start(order: Omit<WhatIfOrder, 'file'>, key?: string): WhatIfJob | null;
  find(id: string): WhatIfJob | undefined;
  close(): Promise<void>;
}

const ENTRY = import.meta.url.endsWith('.ts') ? './what-if-thread.ts' : './what-if-thread.js';
/** A quarter of forty reps takes some forty seconds; what takes longer than this is for the command line. */
const TIME_MS_MAX = 5 * 60_000;
const MEMORY_MB_MAX = 1_024;
const JOBS_HELD = 10;

export function createWhatIfs(deps: { file: string; clock: Clock; random: Random }): WhatIfs {
  const jobs = new Map<string, WhatIfJob>();
  const keys = new WeakMap<WhatIfJob, string>();
  let running: { thread: Worker; job: WhatIfJob; bound: Timer } | null = null;

  function end(change: Partial<WhatIfJob>): void {
    if (running === null) return;
    const { job, thread, bound } = running;
    running = null;
    bound.cancel();
    Object.assign(job, change);
    void thread.terminate();
  }

  function hear(message: FromWhatIf): void {
    if (message.kind === 'progress') {
      if (running !== null) running.job.progress = { done: message.done, of: message.of };
    } else if (message.kind === 'done') end({ state: 'done', result: message.result });
    else end({ state: 'failed', error: message.message });
  }

  return {
    start(order, key) {
      const before = [...jobs.values()].find((job) => key !== undefined && keys.get(job) === key);
      if (before !== undefined) return before;
      if (running !== null) return null;
      const id = `wif_${Buffer.from(deps.random.bytes(12)).toString('hex')}`;
      const job: WhatIfJob = { id, state: 'running', progress: { done: 0, of: 0 }, result: null, error: null };
      const thread = startThread(new URL(ENTRY, import.meta.url), {
        name: 'what-if',
        workerData: { ...order, file: deps.file } satisfies WhatIfOrder,
        resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
      });
      const tooLong = `took longer than ${TIME_MS_MAX / 60_000} minutes: try a shorter span, or the command line`;
      running = { thread, job, bound: deps.clock.after(TIME_MS_MAX, () => end({ state: 'failed', error: tooLong })) };
      thread.on('message', hear);
      thread.on('error', (error) => end({ state: 'failed', error: (error as Error).message }));
      thread.on('exit', () => {
        if (running?.thread === thread) end({ state: 'failed', error: 'its thread ended' });
      });
      jobs.set(id, job);
      if (key !== undefined) keys.set(job, key);
      for (const old of [...jobs.keys()].slice(0, -JOBS_HELD)) jobs.delete(old);
      return job;
    },
    find: (id) => jobs.get(id),
    async close() {
      const thread = running?.thread;
      end({ state: 'failed', error: 'the server was stopped' });
      await thread?.terminate();
    },
  };
}
