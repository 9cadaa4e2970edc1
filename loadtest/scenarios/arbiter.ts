/**
 * The arbiter on Redis alone: how many claims a script that keeps every rule decides beside one that keeps
 * none. Redis has core 0 here, whoever asks it core 1. What is judged is Redis's speed when it is the one that
 * is busy, and the asking process's when that is: both are the product's to spend.
 */
import { type Bench, GENERATOR_CORE, type RedisSubject, SERVER_CORE } from '../bench.ts';
import type { PumpAnswer, PumpStep } from '../generator/pump.ts';
import { interleave, spreadOf } from '../measure/rounds.ts';
import { measured, type Run } from '../measure/run.ts';
import { Worker } from '../measure/worker.ts';
import { cpuOfRuns, cpuRatio, figure, rateRatio, type Scenario, told } from './scenario.ts';

export interface ArbiterSize {
  rounds: number;
  racers: number;
  /** Leads of a round in which all racers try each; in which every claim wins; which redlock gets. */
  contested: number;
  uncontested: number;
  locked: number;
  inFlight: number;
}

type Pump = Worker<PumpStep, PumpAnswer | null>;

interface Contender {
  name: string;
  pump: Pump;
  /** Does so little that it gets fewer leads: its rounds would last too long. */
  isSlow?: boolean;
}

async function run(bench: Bench, size: ArbiterSize) {
  const redis = await bench.redis(SERVER_CORE);
  const names = [
    'generator/arbiter-claims',
    'baselines/evalsha-hsetnx',
    'baselines/set-nx',
    'baselines/redlock-per-claim',
  ];
  const contenders: Contender[] = names.map((script) => ({
    name: script.replace(/.*\//, ''),
    pump: Worker.start(bench, script, GENERATOR_CORE, { REDIS_URL: redis.url }),
    isSlow: script.includes('redlock'),
  }));
  const runs: Run[] = [];
  const broken: string[] = [];
  let rounds = 0;

  async function part(name: string, racers: number, leads: number, who: readonly Contender[]): Promise<Run[][]> {
    let done = 0;
    return interleave(size.rounds, who, async (contender, round) => {
      bench.step(`arbiter, ${name}`, done++, size.rounds * who.length);
      const order = {
        round: ++rounds,
        racers,
        leads: contender.isSlow === true ? size.locked : leads,
        inFlight: size.inFlight,
      };
      const outcome = await raced(redis, contender, { part: name, round }, order);
      runs.push(outcome.run);
      broken.push(...outcome.broken.map((words) => `${contender.name}: ${words}`));
      return outcome.run;
    });
  }

  try {
    const five = await part(`${size.racers} racers a lead`, size.racers, size.contested, contenders);
    const wins = await part('every claim wins', 1, size.uncontested, contenders.slice(0, 3));
    return { figures: figures(five, wins), runs, broken };
  } finally {
    for (const { pump } of contenders) await pump[Symbol.asyncDispose]();
  }
}

async function raced(
  redis: RedisSubject,
  { name, pump }: Contender,
  of: { part: string; round: number },
  order: Omit<PumpStep, 'step'>,
): Promise<{ run: Run; broken: string[] }> {
  await pump.ask({ ...order, step: 'prepare' });
  let answer: PumpAnswer | null = null;
  const subject = { name, pid: redis.pid };
  const run = await measured(subject, { ...of, unit: 'claim', generatorPid: pump.pid }, async () => {
    answer = await pump.ask({ ...order, step: 'race' });
    return { operations: answer?.claims ?? 0, seconds: answer?.seconds ?? Number.NaN };
  });
  return { run, broken: (answer as PumpAnswer | null)?.broken ?? ['no answer'] };
}

function figures(five: Run[][], wins: Run[][]) {
  const [ours = [], evalsha = [], setNx = [], redlock = []] = five;
  const [winning = [], evalshaWinning = []] = wins;
  return [
    figure('arbiterFive', rateRatio(ours, evalsha), { runs: [...ours, ...evalsha] }),
    figure('arbiterWins', rateRatio(winning, evalshaWinning), { runs: [...winning, ...evalshaWinning] }),
    figure('arbiterRedlock', rateRatio(ours, redlock)),
    figure('arbiterCpu', cpuRatio(ours, evalsha)),
    told('arbiter.claim ÷ SET NX, claims/s, 5 racers a lead', '', rateRatio(ours, setNx)),
    told('CPU of Redis per arbiter.claim, every claim wins', 'us', spreadOf(cpuOfRuns(winning))),
  ];
}

export const arbiter: Scenario<ArbiterSize> = {
  name: 'arbiter',
  shows: 'what a decision by every rule costs in Redis beside the least script, the least command, and a lock a claim',
  owes: ['arbiterFive', 'arbiterWins', 'arbiterRedlock', 'arbiterCpu'],
  sizes: {
    full: { rounds: 5, racers: 5, contested: 10_000, uncontested: 30_000, locked: 1_000, inFlight: 64 },
    smoke: { rounds: 1, racers: 5, contested: 10, uncontested: 10, locked: 5, inFlight: 4 },
  },
  takesUrl: false,
  run,
};
