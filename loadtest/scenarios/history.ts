/** A file with a million leads in it: whether claims, boards and a rep's own card still cost what they did. */
import type { Bench } from '../bench.ts';
import { type ReadPlan, readAll } from '../generator/reads.ts';
import { type Entrant, IN_FLIGHT, RECORD_MS, Track, type TrackSize, WARM_UP } from '../generator/track.ts';
import { groundFile } from '../ground/ground.ts';
import type { Latencies } from '../measure/histogram.ts';
import { interleave, ratioOf, spreadOf } from '../measure/rounds.ts';
import { measured, type Run } from '../measure/run.ts';
import { cpuOfRuns, cpuRatio, figure, type Scenario, told } from './scenario.ts';

export interface HistorySize extends TrackSize {
  leads: number;
  /** A replay's team; and one that fills a board. */
  reps: number;
  manyReps: number;
  /** Of a heat. */
  heat: number;
  reads: number;
  readsPerSecond: number;
}

const BOARD = '/leaderboards/points?period=month&top=10';
const CARD = '/me';
/** Reps who ask, in turn. */
const ASKING = 20;

async function claims(bench: Bench, size: HistorySize) {
  const track = new Track(bench, size);
  const entrants: Entrant[] = [];
  for (const [name, leads] of [
    ['many leads', size.leads],
    ['empty file', 0],
  ] as const) {
    const ground = await groundFile({ leads, reps: size.reps, team: size.reps }, bench);
    const subject = await bench.product({ name, file: bench.copyOf(ground.file) });
    entrants.push(await track.enter(subject, { reps: ground.reps }));
  }
  const [full = [], empty = []] = await track.flatOut(`claims, ${size.racers} racers a lead`, entrants, {
    leads: size.heat,
    tries: size.racers,
  });
  // A million leads are recounted when the file is made; what was claimed here is held against it all the same.
  await track.close({ isAudited: false });
  for (const { subject } of entrants) {
    await subject.end();
    bench.drop(subject);
  }
  return { track, full, empty };
}

async function reads(bench: Bench, size: HistorySize) {
  const many = await groundFile({ leads: size.leads, reps: size.manyReps, team: size.reps }, bench);
  const none = await groundFile({ leads: 0, reps: size.reps, team: size.reps }, bench);
  const subjects = await Promise.all([
    bench.product({ name: 'many leads and reps', file: bench.copyOf(many.file) }),
    bench.product({ name: 'empty file', file: bench.copyOf(none.file) }),
  ]);
  const reps = [many.reps, none.reps];
  const runs: Run[] = [];
  const took: Record<string, Latencies[][]> = {};
  for (const path of [BOARD, CARD]) {
    const part = `GET /v1${path}`;
    took[path] = await interleave(size.rounds, [0, 1], async (side, round) => {
      bench.step(part, round, size.rounds);
      const subject = subjects[side] as (typeof subjects)[number];
      const tokens = (reps[side] ?? []).slice(0, ASKING).map(({ token }) => token);
      const plan: ReadPlan = { path, tokens, perSecond: size.readsPerSecond, count: size.reads };
      let latencies: Latencies | undefined;
      const run = await measured(subject, { part, round, unit: 'read' }, async () => {
        latencies = await readAll(subject, plan);
        return { operations: size.reads, latencies };
      });
      // The pace is the plan's: it says nothing about speed.
      runs.push({ ...run, counts: false });
      return latencies as Latencies;
    });
  }
  const p99 = (path: string, side: number) => (took[path]?.[side] ?? []).map((one) => one.within(0.99));
  return { runs, ratio: (path: string) => ratioOf(p99(path, 0), p99(path, 1)) };
}

async function run(bench: Bench, size: HistorySize) {
  const { track, full, empty } = await claims(bench, size);
  const { runs, ratio } = await reads(bench, size);
  return {
    figures: [
      figure('historyCpu', cpuRatio(full, empty)),
      figure('historyBoard', ratio(BOARD)),
      figure('historyMe', ratio(CARD)),
      told('server CPU per claim with many leads on file', 'us', spreadOf(cpuOfRuns(full))),
    ],
    runs: [...track.runs, ...runs],
    broken: track.judge.broken,
  };
}

export const history: Scenario<HistorySize> = {
  name: 'history',
  shows: 'whether a claim, a board and a card cost more on a file with 1,000,000 leads and 10,000 reps',
  owes: ['historyCpu', 'historyBoard', 'historyMe'],
  sizes: {
    full: {
      rounds: 5,
      racers: 5,
      inFlight: IN_FLIGHT,
      recordMs: RECORD_MS,
      warmUp: WARM_UP,
      leads: 1_000_000,
      reps: 54,
      manyReps: 10_000,
      heat: 2_000,
      reads: 1_000,
      readsPerSecond: 200,
    },
    smoke: {
      rounds: 1,
      racers: 2,
      inFlight: 4,
      recordMs: 0,
      warmUp: 0,
      leads: 30,
      reps: 3,
      manyReps: 6,
      heat: 5,
      reads: 5,
      readsPerSecond: 100,
    },
  },
  takesUrl: false,
  run,
};
