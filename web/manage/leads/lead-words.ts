/** Codes of the server in the language of the page; one of a newer server is shown as it is. */
import type { LeadView } from '../../../client-sdk/src/sambar-client.ts';
import { span } from '../../shared/format.ts';
import { t } from '../words.ts';
import type { RaceAttempt, RaceOffer } from './race-view.ts';

export function wordOf(words: Record<string, string>, code: string): string {
  return Object.hasOwn(words, code) ? (words[code] ?? code) : code;
}

export function statusWords({ status, stage }: Pick<LeadView, 'status' | 'stage'>): string {
  const words = t.value.leads;
  const told = wordOf(words.status, status);
  return stage === null ? told : `${told} · ${wordOf(words.stages, stage)}`;
}

/** `Lost by 40 ms`, `Refused: daily cap`, and what is odd about it. */
export function attemptWords({ verdict, rule, byMs, flags = [] }: RaceAttempt): string {
  const words = t.value.leads;
  const told = verdict === 'lost' && byMs !== undefined ? words.lostBy(span(byMs)) : wordOf(words.verdicts, verdict);
  const why = rule === undefined || rule === verdict ? '' : `: ${wordOf(words.rules, rule)}`;
  const odd = flags.map((flag) => ` (${wordOf(words.flags, flag)})`).join('');
  return told + why + odd;
}

/** How an offer ended; an open one has no end yet. */
export function endWords({ closeReason, state }: RaceOffer): string {
  return closeReason === null ? state : wordOf(t.value.leads.raced.ended, closeReason);
}
