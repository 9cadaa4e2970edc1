/** The figures of trials, side by side, as people read them. */
import type { TrialOutcome } from '../../server/whatif/outcome.ts';
import { table } from '../terminal/output.ts';

/** A column for each trial, by its name. */
export function outcomeRows(columns: readonly (readonly [string, TrialOutcome])[]): string[] {
  const row = (name: string, cell: (outcome: TrialOutcome) => string | number) => [
    name,
    ...columns.map(([, outcome]) => String(cell(outcome))),
  ];
  const tiers = new Set(columns.flatMap(([, outcome]) => outcome.tiers.map(({ tier }) => tier)));
  const shareOf = (of: TrialOutcome['tiers'], number: number) => of.find(({ tier }) => tier === number)?.share ?? null;
  return table([
    ['', ...columns.map(([name]) => name)],
    row('claimed', ({ claimed, leads }) => inPercent(leads === 0 ? null : claimed / leads)),
    row('unclaimed, then by rotation', ({ unclaimed }) => unclaimed),
    row('by a rule', ({ pushed }) => pushed),
    row('by a manager', ({ byManager }) => byManager),
    row('without an owner', ({ unowned }) => unowned),
    row('time to claim, half within', ({ timeToClaimMs }) => howLong(timeToClaimMs.p50)),
    row('time to claim, 9 of 10 within', ({ timeToClaimMs }) => howLong(timeToClaimMs.p90)),
    row('Gini of all leads', ({ gini }) => hundredths(gini)),
    row('Gini of hot leads', ({ giniHot }) => hundredths(giniHot)),
    ...[...tiers]
      .sort((a, b) => a - b)
      .map((number) => row(`to tier ${number}`, (outcome) => inPercent(shareOf(outcome.tiers, number)))),
    row('to newcomers', ({ newcomers }) => inPercent(newcomers.share)),
    row('claims refused by a rule', ({ refusals }) => Object.values(refusals).reduce((sum, count) => sum + count, 0)),
  ]);
}

/** `14 s`, `3 min`, `2.5 h`. */
function howLong(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 360_000) / 10} h`;
}

export function inPercent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

function hundredths(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}
