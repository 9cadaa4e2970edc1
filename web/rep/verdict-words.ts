/** What became of a tap, and of an offer, in the words of the page's language. */
import type { Verdict } from '../../client-sdk/src/sambar-client.ts';
import { countdown, number } from '../shared/format.ts';
import type { End, ShownOffer } from './offers-model.ts';
import type { Tap } from './tap.ts';
import { t } from './words.ts';

/** The rep's own tap is the news, unless it decided nothing and the offer has ended since. */
export function statusText({ tap, end }: ShownOffer, now: number): string {
  const isUndecided = tap?.kind === 'verdict' && ['early', 'refused', 'retry'].includes(tap.verdict.verdict);
  return tap === null || (end !== null && isUndecided) ? endText(end) : tapText(tap, now);
}

export function tapText(tap: Tap, now: number): string {
  const { offers, verdict } = t.value;
  if (tap.kind === 'sending') return offers.sending;
  if (tap.kind === 'unsure') return offers.unsure;
  if (tap.kind === 'unanswered') return verdict.unanswered;
  if (tap.kind === 'problem') return tap.text;
  return verdictText(tap.verdict, now);
}

export function verdictText(answer: Verdict, now: number): string {
  const { offers, verdict, gone } = t.value;
  switch (answer.verdict) {
    case 'won':
      return verdict.won;
    case 'lost':
      return verdict.lost(number(answer.byMs), answer.winner.name ?? offers.someone);
    case 'early':
      return verdict.early(countdown(Date.parse(answer.opensAt) - now));
    case 'refused':
      return refusalText(answer.rule, answer.owed, answer.message);
    case 'gone':
      return gone[answer.reason] ?? offers.over;
    case 'retry':
      return verdict.retry;
  }
}

/** Which rule refuses, and what lifts it, with the figure where the server named it. */
export function refusalText(rule: string, owed: number | undefined, otherwise: string): string {
  const { refusal, owed: owing } = t.value;
  if (owed !== undefined && rule in owing) return owing[rule as keyof typeof owing](number(owed));
  // A rule of a newer server comes with its own words.
  return (refusal as Record<string, string>)[rule] ?? otherwise;
}

function endText(end: End | null): string {
  const { offers, gone, verdict } = t.value;
  if (end === null) return '';
  if (end.kind === 'taken') return offers.taken(end.by ?? offers.someone);
  if (end.kind === 'over') return offers.over;
  if (end.reason === 'won') return verdict.wonElsewhere;
  return (gone as Record<string, string>)[end.reason] ?? offers.over;
}

export function verdictName(tap: Tap | null): string {
  if (tap === null) return '';
  return tap.kind === 'verdict' ? tap.verdict.verdict : tap.kind;
}

export function verdictClass(tap: Tap | null): string {
  return tap === null ? '' : `verdict-${verdictName(tap)}`;
}
