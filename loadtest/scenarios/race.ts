/**
 * Claim races. First as fast as the server can: leads are put up, then claimed with many under way, so that
 * its core is never idle. Then at half of that rate, at instants that do not wait for answers, which is what
 * a rep feels. The bare race runs the same frames beside it.
 */
import { join } from 'node:path';
import { type Bench, SERVER_CORE } from '../bench.ts';
import { type Entrant, IN_FLIGHT, RECORD_MS, Track, type TrackSize, WARM_UP } from '../generator/track.ts';
import { Latencies } from '../measure/histogram.ts';
import { interleave, ratioOf, spreadOf } from '../measure/rounds.ts';
import type { Run } from '../measure/run.ts';
import { Worker } from '../measure/worker.ts';
import { cpuOfRuns, cpuRatio, type Figure, figure, rateRatio, ratesOf, type Scenario, told } from './scenario.ts';

export interface RaceSize extends TrackSize {
  /** Leads of a heat that all racers try; of one where every claim wins. */
  contested: number;
  uncontested: number;
  /** Of a heat at half of the highest rate, and of the one at 1,000 claims a second. */
  pacedSeconds: number;
  commits: number;
  withRedis: boolean;
  withPaced: boolean;
}

const SUSTAINED_CLAIMS = 1_000;

const full: RaceSize = {
  rounds: 5,
  racers: 5,
  contested: 3_000,
  uncontested: 6_000,
  inFlight: IN_FLIGHT,
  pacedSeconds: 4,
  commits: 300,
  recordMs: RECORD_MS,
  warmUp: WARM_UP,
  withRedis: true,
  withPaced: true,
};

async function paced(bench: Bench, size: RaceSize, track: Track, entrants: readonly Entrant[], rate: number) {
  const { rounds, racers, pacedSeconds, commits } = size;
  const leadsPerSecond = rate / 2 / racers;
  const part = 'half of the highest rate';
  const leads = Math.max(1, Math.round(leadsPerSecond * pacedSeconds));
  await using disk = Worker.start<{ commits: number }, number[]>(bench, 'baselines/insert-per-commit', SERVER_CORE, {
    DATABASE_FILE: join(bench.folder, 'commits.db'),
  });
  const commitP99: number[] = [];
  const runs = await interleave(rounds, [...entrants, null], async (entrant, round) => {
    bench.step(`race, ${part}`, round, rounds);
    if (entrant !== null) {
      return track.heat(entrant, { part, round, leads, tries: racers, pace: { leadsPerSecond } });
    }
    const took = new Latencies();
    for (const ms of await disk.ask({ commits })) took.record(ms);
    commitP99.push(took.within(0.99));
    return null;
  });
  const p99 = (of: (Run | null)[] | undefined) => (of ?? []).map((run) => run?.latency?.p99Ms ?? Number.NaN);
  const bare = p99(runs[1]);
  return {
    product: p99(runs[0]),
    allowed: bare.map((ms, round) => ms + 2 * (commitP99[round] ?? Number.NaN)),
    commitP99,
  };
}

/** At 1,000 claims a second, for as long as a heat lasts, the product alone. */
function sustained(size: RaceSize, track: Track, product: Entrant, round: number): Promise<Run> {
  const leadsPerSecond = SUSTAINED_CLAIMS / size.racers;
  const leads = Math.max(1, Math.round(leadsPerSecond * size.pacedSeconds));
  return track.heat(product, {
    part: '1,000 claims/s',
    round,
    leads,
    tries: size.racers,
    pace: { leadsPerSecond },
  });
}

async function latencies(bench: Bench, size: RaceSize, track: Track, entrants: Entrant[], rate: number) {
  const figures: Figure[] = [];
  const [product, bare] = entrants as [Entrant, Entrant?];
  if (bare !== undefined) {
    const { product: p99, allowed, commitP99 } = await paced(bench, size, track, [product, bare], rate);
    figures.push(figure('verdictAtHalf', ratioOf(p99, allowed)));
    figures.push(told('p99 of a one-row commit on this disk', 'ms', spreadOf(commitP99)));
  }
  const runs: Run[] = [];
  for (let round = 0; round < size.rounds; round++) {
    bench.step('race, 1,000 claims/s', round, size.rounds);
    runs.push(await sustained(size, track, product, round));
  }
  figures.push(figure('verdictSustained', spreadOf(runs.map(({ latency }) => latency?.p99Ms ?? Number.NaN))));
  return figures;
}

async function run(bench: Bench, size: RaceSize) {
  const track = new Track(bench, size);
  const { contested, uncontested, racers } = size;
  const contenders = [await track.enter(await bench.product())];
  const others: Entrant[] = [];
  if (!bench.isRemote) {
    contenders.push(await track.enter(await bench.baseline('bare-race')));
    if (size.withRedis) contenders.push(await track.enter(await bench.product({ redis: await bench.redis() })));
    others.push(await track.enter(await bench.baseline('bare-echo'), { isRace: false }));
  }
  const all = [...contenders, ...others];
  const five = await track.flatOut(`${racers} racers a lead`, all, { leads: contested, tries: racers });
  const wins = await track.flatOut('every claim wins', contenders, { leads: uncontested, tries: 1 });
  const figures = bench.isRemote
    ? [told('claims/s', '', spreadOf(ratesOf(five[0] ?? [])))]
    : ratios(five, wins, size, `Redis on core ${bench.redisCore}`);
  if (size.withPaced) {
    const rate = spreadOf(ratesOf(five[0] ?? [])).median;
    figures.push(...(await latencies(bench, size, track, contenders.slice(0, 2), rate)));
  }
  await track.close();
  return { figures, runs: track.runs, broken: track.judge.broken };
}

function ratios(five: Run[][], wins: Run[][], { withRedis }: RaceSize, note: string): Figure[] {
  const [product = [], bare = []] = five;
  const onRedis = withRedis ? (five[2] ?? []) : [];
  const echo = five.at(-1) ?? [];
  const [winning = [], bareWinning = [], redisWinning = []] = wins;
  const figures = [
    figure('cpuFive', cpuRatio(product, bare)),
    figure('cpuWins', cpuRatio(winning, bareWinning)),
    figure('rateFive', rateRatio(product, bare), { runs: [...product, ...bare] }),
    figure('rateWins', rateRatio(winning, bareWinning), { runs: [...winning, ...bareWinning] }),
    told('bare race ÷ bare echo, server CPU', '', cpuRatio(bare, echo)),
    told('bare echo, server CPU', 'us', spreadOf(cpuOfRuns(echo))),
  ];
  if (!withRedis) return figures;
  const runs = [...onRedis, ...bare];
  return [
    ...figures,
    figure('redisRateFive', rateRatio(onRedis, bare), { runs, note }),
    figure('redisRateWins', rateRatio(redisWinning, bareWinning), { runs: [...redisWinning, ...bareWinning], note }),
    told('server CPU per claim on Redis ÷ bare race, 5 racers a lead', '', cpuRatio(onRedis, bare)),
  ];
}

export const race: Scenario<RaceSize> = {
  name: 'race',
  shows: 'how much a durable claim costs beside the same frames with nothing behind them, and how long a rep waits',
  owes: [
    'cpuFive',
    'cpuWins',
    'rateFive',
    'rateWins',
    'redisRateFive',
    'redisRateWins',
    'verdictAtHalf',
    'verdictSustained',
  ],
  sizes: {
    full,
    smoke: {
      ...full,
      rounds: 1,
      contested: 20,
      uncontested: 20,
      inFlight: 8,
      pacedSeconds: 0.1,
      commits: 5,
      recordMs: 0,
      warmUp: 0,
    },
  },
  takesUrl: true,
  run,
};
