/** What came of a what-if: how many leads go elsewhere, who gains and who loses, how even and how fast; and what it cannot know. */
import { number, span } from '../../shared/format.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import type { TrialOutcome, TrialResult } from './trial.ts';

export function WhatIfResult({ result }: { result: TrialResult }) {
  const words = t.value.rules.whatIf;
  const { inForce, tried, leads, moved, reps } = result;
  if (tried === null) return null;
  if (leads === 0) return <p data-testid="what-if-moved">{words.noLeads}</p>;
  return (
    <div class="fields" data-testid="what-if-result">
      <p class="headline" data-testid="what-if-moved">
        {words.moved(number(moved ?? 0), number(leads))}
      </p>
      <div class="two">
        <Figures before={inForce} after={tried} />
        <Reps reps={reps} />
      </div>
      <Limits result={result} />
    </div>
  );
}

interface Figure {
  name: string;
  of(outcome: TrialOutcome): number | null;
  say(value: number): string;
}

function Figures({ before, after }: { before: TrialOutcome; after: TrialOutcome }) {
  const words = t.value.rules.whatIf;
  const index = (value: number) => number(value, 2);
  const figures: Figure[] = [
    { name: words.claimed, of: ({ claimed }) => claimed, say: number },
    { name: words.pushed, of: ({ pushed }) => pushed, say: number },
    { name: words.unclaimed, of: ({ unclaimed }) => unclaimed, say: number },
    { name: words.unowned, of: ({ unowned }) => unowned, say: number },
    { name: words.newcomers, of: ({ newcomers }) => newcomers.leads, say: number },
    { name: words.half, of: ({ timeToClaimMs, claimed }) => (claimed === 0 ? null : timeToClaimMs.p50), say: span },
    { name: words.most, of: ({ timeToClaimMs, claimed }) => (claimed === 0 ? null : timeToClaimMs.p90), say: span },
    { name: words.gini, of: ({ gini }) => gini, say: index },
    { name: words.giniHot, of: ({ giniHot }) => giniHot, say: index },
  ];
  const shown = ({ of, say }: Figure, outcome: TrialOutcome) => {
    const value = of(outcome);
    return value === null ? '–' : say(value);
  };
  return (
    <Wide label={words.figure}>
      <table>
        <thead>
          <tr>
            <th>{words.figure}</th>
            <th class="numeric">{words.before}</th>
            <th class="numeric">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          {figures.map((figure) => (
            <tr key={figure.name}>
              <td>{figure.name}</td>
              <td class="numeric">{shown(figure, before)}</td>
              <td class="numeric">{shown(figure, after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

const BAR = { width: 100, height: 20 };

/** Who gains most first; a bar each for now and then. */
function Reps({ reps }: { reps: TrialResult['reps'] }) {
  const words = t.value.rules.whatIf;
  const most = Math.max(1, ...reps.flatMap(({ inForce, tried }) => [inForce, tried]));
  const wide = (leads: number) => (leads / most) * BAR.width;
  const sign = (change: number) => (change > 0 ? `+${number(change)}` : number(change));
  return (
    <Wide label={words.who}>
      <table>
        <caption>{words.who}</caption>
        <thead>
          <tr>
            <th>{t.value.desk.rep}</th>
            <th class="numeric">{words.before}</th>
            <th class="numeric">{words.after}</th>
            <th class="numeric">{words.change}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {reps.map(({ repId, name, inForce, tried }) => (
            <tr key={repId} data-testid="what-if-rep" data-rep-id={repId}>
              <td>{name}</td>
              <td class="numeric">{number(inForce)}</td>
              <td class="numeric">{number(tried)}</td>
              <td class={`numeric ${tried > inForce ? 'good' : tried < inForce ? 'trouble' : ''}`}>
                {sign(tried - inForce)}
              </td>
              <td aria-hidden="true">
                <svg
                  class="bar"
                  viewBox={`0 0 ${BAR.width} ${BAR.height}`}
                  preserveAspectRatio="none"
                  role="presentation"
                >
                  <rect class="before" y="1" width={wide(inForce)} height="8" />
                  <rect class="after" y="11" width={wide(tried)} height="8" />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Limits({ result: { reproduced } }: { result: TrialResult }) {
  const words = t.value.rules.whatIf;
  const of = (same: number, all: number) => words.of(number(same), number(all));
  return (
    <details open data-testid="what-if-limits">
      <summary>{words.limits}</summary>
      <ul class="plain">
        {reproduced !== null && reproduced.offers > 0 && (
          <li>
            {words.reproduced(
              of(reproduced.sameOffers, reproduced.offers),
              of(reproduced.sameWinners, reproduced.winners),
            )}
          </li>
        )}
        {words.limitsLines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
