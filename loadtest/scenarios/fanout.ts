/**
 * One word to many: an alert to everybody, from the post that caused it to the last of them; and the end of a
 * race that hundreds ran, from the first who is told to the last.
 */
import type { Bench, Subject } from '../bench.ts';
import { runHeat } from '../generator/heat.ts';
import { Http, LEAD } from '../generator/http.ts';
import { Racers, untilDone } from '../generator/racers.ts';
import { Latencies } from '../measure/histogram.ts';
import { Judge } from '../measure/judge.ts';
import { interleave, ratioOf, type Spread, spreadOf } from '../measure/rounds.ts';
import { measured, type Run } from '../measure/run.ts';
import { figure, type Scenario, told } from './scenario.ts';

export interface FanoutSize {
  rounds: number;
  sockets: number;
  alerts: number;
  /** From one alert to the next, whatever became of the one before. */
  everyMs: number;
  racers: number;
  races: number;
}

const ALERT = '42["lead:alert",{"id":';

/** Posts leads at the instants of a plan; each counts from its instant to its last delivery. */
async function alerts(subject: Subject, racers: Racers, { alerts: count, everyMs }: FanoutSize): Promise<Latencies> {
  using http = new Http(subject);
  const latencies = new Latencies();
  const left = new Map<number, { due: number; intendedAt: number }>();
  let posted = 0;
  let delivered = 0;
  let beganAt = 0;
  await untilDone(
    `${subject.name}: alerts`,
    (look) => {
      racers.onGone = look;
      for (const { wire } of racers.list) {
        wire.onPacket = (packet) => {
          if (!packet.startsWith(ALERT)) return;
          const id = Number.parseInt(packet.slice(ALERT.length), 10);
          // The order of ids is the order of the posts: a new one is the next of the plan.
          const alert = left.get(id) ?? { due: racers.list.length, intendedAt: beganAt + left.size * everyMs };
          left.set(id, alert);
          if (--alert.due > 0) return;
          latencies.record(performance.now() - alert.intendedAt);
          delivered++;
          look();
        };
      }
      beganAt = performance.now();
      const keepTime = () => {
        if (posted === count || racers.isGone) return;
        if (performance.now() >= beganAt + posted * everyMs) {
          posted++;
          void http.post('/leads', LEAD).catch((error: Error) => racers.fail(error));
        }
        setImmediate(keepTime);
      };
      keepTime();
    },
    () => delivered === count || racers.isGone,
  );
  racers.assertHere();
  return latencies;
}

interface Ends {
  /** From the first who is told to the last of those who lost. */
  spread: Latencies;
  /** From the first tap to the last of those who lost. */
  sinceTap: Latencies;
}

/** Races of one lead each. With one tap everybody else is told, as a bare emit does it. */
async function races(subject: Subject, racers: Racers, judge: Judge, { count, taps }: { count: number; taps: number }) {
  const ends: Ends = { spread: new Latencies(), sinceTap: new Latencies() };
  for (let n = 0; n < count; n++) {
    const offers = await racers.putUp(1);
    const heat = await runHeat(racers, { offers, tries: taps, pace: { inFlight: 1 } });
    if (subject.file !== null) judge.heat(subject.name, heat, subject.file);
    const answers = heat.claims.map(({ answeredAt }) => answeredAt);
    const taken = heat.taken.map(({ at }) => at);
    const last = Math.max(...taken);
    ends.spread.record(last - Math.min(...answers, ...taken));
    ends.sinceTap.record(Math.max(last, ...answers) - Math.min(...heat.claims.map(({ sentAt }) => sentAt)));
  }
  return ends;
}

async function alerted(bench: Bench, size: FanoutSize, runs: Run[]): Promise<{ all: Latencies[][]; names: string[] }> {
  const subjects = [await bench.product(), ...(bench.isRemote ? [] : [await bench.baseline('bare-emit')])];
  const part = `alert to ${size.sockets} sockets`;
  const teams = new Map<Subject, Racers>();
  for (const subject of subjects) {
    bench.step(`${part}: connecting`, teams.size, subjects.length);
    teams.set(subject, await Racers.gather(subject, size.sockets));
  }
  const all = await interleave(size.rounds, subjects, async (subject, round) => {
    bench.step(part, round, size.rounds);
    let latencies = new Latencies();
    const run = await measured(subject, { part, round, unit: 'alert' }, async () => {
      latencies = await alerts(subject, teams.get(subject) as Racers, size);
      return { operations: size.alerts, latencies };
    });
    // The pace is the plan's: it says nothing about speed.
    runs.push({ ...run, counts: false });
    return latencies;
  });
  for (const subject of subjects) {
    await teams.get(subject)?.leave();
    await subject.end();
  }
  return { all, names: subjects.map(({ name }) => name) };
}

async function ended(bench: Bench, size: FanoutSize, runs: Run[], judge: Judge): Promise<Ends[][]> {
  const subjects = [await bench.product(), ...(bench.isRemote ? [] : [await bench.baseline('bare-emit')])];
  const part = `${size.racers} racers on one lead`;
  const teams = new Map<Subject, Racers>();
  for (const subject of subjects) {
    bench.step(`${part}: connecting`, teams.size, subjects.length);
    teams.set(subject, await Racers.gather(subject, size.racers));
  }
  const all = await interleave(size.rounds, subjects, async (subject, round) => {
    bench.step(part, round, size.rounds);
    const taps = subject.file === null && !bench.isRemote ? 1 : size.racers;
    let ends: Ends | null = null;
    const run = await measured(subject, { part, round, unit: 'race' }, async () => {
      ends = await races(subject, teams.get(subject) as Racers, judge, { count: size.races, taps });
      return { operations: size.races, latencies: ends.spread };
    });
    runs.push({ ...run, counts: false });
    return ends as unknown as Ends;
  });
  for (const subject of subjects) {
    await teams.get(subject)?.leave();
    if (subject.file !== null) judge.file(subject.name, subject.file);
  }
  return all;
}

const within = (share: number, all: readonly Latencies[] = []) => all.map((one) => one.within(share));

async function run(bench: Bench, size: FanoutSize) {
  const runs: Run[] = [];
  const judge = new Judge();
  const { all } = await alerted(bench, size, runs);
  const ends = await ended(bench, size, runs, judge);
  const spreads = ends.map((of) => of.map(({ spread }) => spread));
  const sinceTap = spreadOf(
    within(
      0.99,
      (ends[0] ?? []).map((one) => one.sinceTap),
    ),
  );
  const ratio = (share: number, of: readonly Latencies[][]): Spread =>
    ratioOf(within(share, of[0]), within(share, of[1]));
  const figures = bench.isRemote
    ? [told('alert to the last of all sockets, p50', 'ms', spreadOf(within(0.5, all[0])))]
    : [
        figure('alertLast', ratio(0.5, all)),
        told('the same, p99', '', ratio(0.99, all)),
        figure('takenLast', ratio(0.99, spreads)),
      ];
  return { figures: [...figures, figure('losersTold', sinceTap)], runs, broken: judge.broken };
}

export const fanout: Scenario<FanoutSize> = {
  name: 'fanout',
  shows: 'how long an alert takes to reach the last of 1,000 sockets, and the end of a race the last of 500 racers',
  owes: ['alertLast', 'takenLast', 'losersTold'],
  sizes: {
    full: { rounds: 5, sockets: 1_000, alerts: 40, everyMs: 100, racers: 500, races: 40 },
    smoke: { rounds: 1, sockets: 5, alerts: 3, everyMs: 5, racers: 5, races: 3 },
  },
  takesUrl: true,
  run,
};
