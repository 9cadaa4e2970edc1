/**
 * A lead on its way in: read, scored, routed, stored, offered, and every rep alerted; beside a route that only
 * reads it, and an emission that only alerts. The product's cost is judged against the sum of the two.
 */
import type { Bench, Subject } from '../bench.ts';
import { cannonade } from '../generator/autocannon.ts';
import { LEAD } from '../generator/http.ts';
import { Racers, untilDone } from '../generator/racers.ts';
import { Judge } from '../measure/judge.ts';
import { interleave, ratioOf, spreadOf } from '../measure/rounds.ts';
import { measured, type Run } from '../measure/run.ts';
import { cpuOfRuns, figure, ratesOf, type Scenario, told } from './scenario.ts';

export interface IntakeSize {
  rounds: number;
  reps: number;
  leads: number;
}

interface Side {
  subject: Subject;
  /** Whose alerts are waited for; null: nobody is alerted, or `drive` waits for them. */
  racers: Racers | null;
  /** What makes it do its work once for each lead. */
  drive(leads: number): Promise<number>;
}

const ALERT = '42["lead:alert",';
/** Alerts asked for and not yet heard by everybody. */
const EMITS_UNDER_WAY = 8;

const post = (bench: Bench, subject: Subject) => async (leads: number) => {
  const { answered, failed } = await cannonade(bench, { subject, path: '/v1/leads', body: LEAD, amount: leads });
  if (failed > 0) throw new Error(`${subject.name}: ${failed} of ${leads} leads were not taken`);
  return answered;
};

/** One rep asks for the alerts, a few at a time, so that each is an emission of its own. */
const emit = (racers: Racers) => async (leads: number) => {
  const [first] = racers.list;
  let asked = 0;
  let heard = 0;
  await untilDone(
    `${racers.subject.name}: alerts`,
    (look) => {
      racers.onGone = look;
      const ask = () => {
        asked++;
        first?.wire.say('42["alert"]');
      };
      for (const { wire } of racers.list) {
        wire.onPacket = (packet) => {
          if (!packet.startsWith(ALERT)) return;
          heard++;
          if (asked < leads && heard % racers.list.length === 0) ask();
          look();
        };
      }
      while (asked < Math.min(EMITS_UNDER_WAY, leads)) ask();
    },
    () => heard === leads * racers.list.length || racers.isGone,
  );
  return leads;
};

/** Everybody must hear of every lead, or less was done than is claimed. */
async function alerted({ racers, drive }: Side, leads: number): Promise<number> {
  if (racers === null) return drive(leads);
  let heard = 0;
  let posted = Promise.resolve(0);
  await untilDone(
    `${racers.subject.name}: alerts`,
    (look) => {
      racers.onGone = look;
      for (const { wire } of racers.list) {
        wire.onPacket = (packet) => {
          if (packet.startsWith(ALERT)) heard++;
          look();
        };
      }
      posted = drive(leads);
      posted.catch((error: Error) => racers.fail(error));
    },
    () => heard >= leads * racers.list.length || racers.isGone,
  );
  racers.assertHere();
  return posted;
}

async function run(bench: Bench, size: IntakeSize) {
  const product = await bench.product();
  const reps = await Racers.gather(product, size.reps);
  const sides: Side[] = [{ subject: product, racers: reps, drive: post(bench, product) }];
  const listeners = [reps];
  if (!bench.isRemote) {
    const route = await bench.baseline('bare-route');
    const emitting = await bench.baseline('bare-emit');
    const heard = await Racers.gather(emitting, size.reps);
    listeners.push(heard);
    sides.push({ subject: route, racers: null, drive: post(bench, route) });
    sides.push({ subject: emitting, racers: null, drive: emit(heard) });
  }
  const part = `${size.reps} connected reps`;
  const all: Run[] = [];
  const [ours = [], route = [], emission = []] = await interleave(size.rounds, sides, async (side, round) => {
    bench.step(`intake, ${part}`, round, size.rounds);
    const run = await measured(side.subject, { part, round, unit: 'lead' }, async () => ({
      operations: await alerted(side, size.leads),
    }));
    all.push(run);
    return run;
  });
  for (const racers of listeners) await racers.leave();
  const judge = new Judge();
  if (product.file !== null) judge.file(product.name, product.file);
  const bare = cpuOfRuns(route).map((micros, round) => micros + (cpuOfRuns(emission)[round] ?? Number.NaN));
  const figures = bench.isRemote
    ? [told('leads/s', '', spreadOf(ratesOf(ours)))]
    : [
        figure('intakeCpu', ratioOf(cpuOfRuns(ours), bare)),
        told('server CPU per lead', 'us', spreadOf(cpuOfRuns(ours))),
        told('bare route + bare emit', 'us', spreadOf(bare)),
        told('leads/s', '', spreadOf(ratesOf(ours))),
      ];
  return { figures, runs: all, broken: judge.broken };
}

export const intake: Scenario<IntakeSize> = {
  name: 'intake',
  shows: 'what a lead costs from its post to 50 alerted reps, beside a bare route and a bare emission',
  owes: ['intakeCpu'],
  sizes: {
    full: { rounds: 5, reps: 50, leads: 2_000 },
    smoke: { rounds: 1, reps: 3, leads: 5 },
  },
  takesUrl: true,
  run,
};
