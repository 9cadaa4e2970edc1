/** Wallboards that watch while claims run at full rate: what they cost the race, and how old what they show is. */
import type { Bench } from '../bench.ts';
import type { Heat } from '../generator/heat.ts';
import { type Entrant, IN_FLIGHT, RECORD_MS, Track, type TrackSize, WARM_UP } from '../generator/track.ts';
import { Walls } from '../generator/walls.ts';
import { Latencies } from '../measure/histogram.ts';
import { interleave, spreadOf } from '../measure/rounds.ts';
import { cpuRatio, figure, ratesOf, type Scenario, told } from './scenario.ts';

export interface BoardSize extends TrackSize {
  walls: number;
  leads: number;
}

const WON = '[{"verdict":"won"';
const SECOND_MS = 1_000;

/** When each win was answered, in order. */
const winsOf = ({ claims }: Heat) =>
  claims
    .filter(({ answer }) => answer.includes(WON))
    .map(({ answeredAt }) => answeredAt)
    .toSorted((a, b) => a - b);

async function run(bench: Bench, size: BoardSize) {
  const track = new Track(bench, size);
  const watched = await track.enter(await bench.product({ name: 'sambar, watched' }));
  const entrants: Entrant[] = [watched];
  // Beside itself without walls; a server of somebody else has them or not, one after the other.
  if (!bench.isRemote) entrants.push(await track.enter(await bench.product({ name: 'sambar' })));
  for (const entrant of entrants) await track.warmUp(entrant, size.racers);
  const walls = await Walls.hang(watched.subject, size.walls);
  const ages = new Latencies();
  const agesP99: number[] = [];
  const part = `${size.walls} wallboards`;
  const [watchedRuns = [], runs = []] = await interleave(size.rounds, entrants, async (entrant, round) => {
    bench.step(part, round, size.rounds);
    let heat: Heat | null = null;
    const order = { part, round, leads: size.leads, tries: size.racers, pace: track.flatOutPace(size.racers) };
    const measured = await track.heat(entrant, order, (done) => {
      heat = done;
    });
    if (entrant === watched && heat !== null) {
      const shown = await walls.ages(winsOf(heat));
      if (shown === null) track.judge.say('a wall never showed the last claim');
      else {
        ages.add(shown);
        agesP99.push(shown.within(0.99) / SECOND_MS);
        // What a wall shows is told beside the round in which it was shown.
        measured.latency = shown.summary();
      }
    }
    return measured;
  });
  walls.take();
  await track.close();
  const lost = ratesOf(watchedRuns).map((rate, round) => 100 * (1 - rate / (ratesOf(runs)[round] ?? Number.NaN)));
  const figures = [
    ...(bench.isRemote ? [] : [figure('wallsCost', spreadOf(lost), { runs: [...watchedRuns, ...runs] })]),
    figure('deltaAge', spreadOf(agesP99)),
    ...(bench.isRemote ? [] : [told('server CPU per claim with walls ÷ without', '', cpuRatio(watchedRuns, runs))]),
    told('age of what a delta shows, all rounds, p50', 'ms', spreadOf([ages.within(0.5)])),
  ];
  return { figures, runs: track.runs, broken: track.judge.broken };
}

export const board: Scenario<BoardSize> = {
  name: 'board',
  shows: 'what 200 wallboards cost a race at full speed, and how old what they show is',
  owes: ['wallsCost', 'deltaAge'],
  sizes: {
    full: { rounds: 5, racers: 5, inFlight: IN_FLIGHT, recordMs: RECORD_MS, warmUp: WARM_UP, walls: 200, leads: 5_000 },
    smoke: { rounds: 1, racers: 3, inFlight: 4, recordMs: 0, warmUp: 0, walls: 3, leads: 10 },
  },
  takesUrl: true,
  run,
};
