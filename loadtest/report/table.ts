/** Figures and runs as lines for a terminal. */
import { color } from '../../tools/terminal/color.ts';
import { table } from '../../tools/terminal/output.ts';
import type { Machine } from '../measure/machine.ts';
import type { Run } from '../measure/run.ts';
import type { Figure } from '../scenarios/scenario.ts';
import type { ScenarioReport } from './report.ts';

const digits = (value: number) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
export const short = (value: number): string => (Number.isFinite(value) ? value.toFixed(digits(value)) : '-');
const percent = (share: number | null) => (share === null ? '-' : `${Math.round(share * 100)}%`);
const withUnit = (value: number, unit: string) => `${short(value)}${unit === '' || unit === '%' ? unit : ` ${unit}`}`;

/** `held`, `short`, or nothing where there is no limit; a rate that was not the server's own is neither. */
export function verdictOf({ held, counts }: Pick<Figure, 'held' | 'counts'>): string {
  if (held === null) return '';
  if (!counts) return 'not counted';
  return held ? 'held' : 'short';
}

export function figureLines(figures: readonly Figure[]): string[] {
  const rows = figures.map((figure) => {
    const { what, unit, spread, limit, better } = figure;
    const wanted = limit === null ? '' : `${better === 'less' ? '<=' : '>='} ${withUnit(limit, unit)}`;
    const range = spread.rounds.length > 1 ? `${short(spread.least)} to ${short(spread.most)}` : '';
    return [
      verdictOf(figure),
      withUnit(spread.median, unit),
      wanted,
      range,
      what + (figure.note ? ` (${figure.note})` : ''),
    ];
  });
  return table([['', 'median', 'target', 'rounds', ''], ...rows], (cell, row, column) => {
    if (row === 0) return color.dim(cell);
    if (column !== 0) return cell;
    if (cell.startsWith('not')) return color.yellow(cell);
    return cell.startsWith('held') ? color.green(cell) : color.red(cell);
  });
}

function runRow({ part, subject, round, ...run }: Run): (string | number)[] {
  const { cpuMicros, busy, latency } = run;
  return [
    part,
    subject,
    round + 1,
    `${short(run.operations)} ${run.unit}s`,
    run.counts ? short(run.perSecond) : `(${short(run.perSecond)})`,
    cpuMicros === null ? '-' : short(cpuMicros.total),
    cpuMicros === null ? '-' : short(cpuMicros.others),
    percent(busy.server),
    percent(busy.generator),
    percent(busy.redis),
    ...(latency === null
      ? ['', '', '', '', '']
      : [latency.p50Ms, latency.p90Ms, latency.p99Ms, latency.p999Ms, latency.maxMs].map(short)),
  ];
}

const HEAD = [
  ...['part', 'subject', 'round', 'done', '/s', 'CPU us', 'of it threads', 'server', 'generator', 'Redis'],
  ...['p50 ms', 'p90', 'p99', 'p99.9', 'max'],
];

export function runLines(runs: readonly Run[]): string[] {
  return table([HEAD, ...runs.map(runRow)], (cell, row) => (row === 0 ? color.dim(cell) : cell));
}

export function machineLine({ processor, cores, node, redis, load, isPinned }: Machine): string {
  const parts = [`${processor}, ${cores} cores`, `Node ${node}`, ...(redis === null ? [] : [`Redis ${redis}`])];
  return `${parts.join(', ')}; load ${load} at the start${isPinned ? '' : '; nothing is pinned to a core'}`;
}

export function scenarioLines({ scenario, shows, figures, runs, broken, seconds }: ScenarioReport): string[] {
  return [
    `${color.bold(scenario)}: ${shows} (${Math.round(seconds)} s)`,
    '',
    ...runLines(runs),
    '',
    ...figureLines(figures),
    ...broken.map((words) => color.red(`WRONG: ${words}`)),
    '',
  ];
}
