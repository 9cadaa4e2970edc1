/** The pool as it stands for this rep (DASH-03): how many are open, since when, of which quality, and who may not claim why. */
import { moment, number, span } from '../shared/format.ts';
import type { Limit, Me, RepModel } from './rep-model.ts';
import { refusalText } from './verdict-words.ts';
import { t } from './words.ts';

export function PoolPanel({ model, me }: { model: RepModel; me: Me }) {
  const words = t.value.pool;
  const open = model.offers.value.filter(({ end }) => end === null).map(({ card }) => card);
  const ages = open.map(({ opensAt }) => Math.max(0, model.now.value - Date.parse(opensAt)));
  const meanMs = ages.length === 0 ? null : ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const ofQuality = (['hot', 'warm', 'cold'] as const).map((temperature) => ({
    name: t.value.temperature[temperature],
    count: open.filter((card) => card.temperature === temperature).length,
  }));
  const blind = open.filter((card) => card.blind).length;
  const reasons = whyNot(me);
  return (
    <details class="card" data-testid="pool-panel">
      <summary>{words.title}</summary>
      <dl class="numbers">
        <Figure name={words.open} value={number(open.length)} />
        <Figure name={words.age} value={meanMs === null ? '–' : span(Math.round(meanMs / 1000) * 1000)} />
        {ofQuality.map(({ name, count }) => (
          <Figure key={name} name={name} value={number(count)} />
        ))}
        {blind > 0 && <Figure name={words.blind} value={number(blind)} />}
      </dl>
      {reasons.length === 0 ? (
        <p class="good">{words.mayClaim}</p>
      ) : (
        reasons.map((reason) => (
          <p key={reason} class="trouble" data-testid="why-not">
            {reason}
          </p>
        ))
      )}
    </details>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** What would refuse a claim now, as far as the card tells; the rule that a lead meets is told by its verdict. */
function whyNot({ status, limits, onboarding, pausedUntil }: Me): string[] {
  const { refusal, me: words } = t.value;
  return [
    ...(status === 'break' ? [refusal.notReady] : []),
    ...(onboarding?.phase === 'shadow' ? [refusal.onboarding] : []),
    ...(pausedUntil !== null ? [words.pausedUntil(moment(pausedUntil))] : []),
    ...limits.filter(isMet).map(({ rule, owed }) => refusalText(rule, owed, rule)),
  ];
}

/** A rule that counts what is owed is met by owing, the others by having nothing left. */
function isMet({ left, owed, waived = false }: Limit): boolean {
  return !waived && (owed === undefined ? left <= 0 : owed > 0);
}
