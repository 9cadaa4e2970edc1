/**
 * A fast wrong answer is no answer: of every lead that was raced for one rep won, every other racer was told
 * that one's name, and so was everybody whom `lead:taken` reached. On the product the oracle holds the same
 * against the file, and the file against every invariant.
 */

import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { LeadTaken } from '../../client-sdk/src/sambar-client.ts';
import { brokenRules } from '../../tools/oracle/history.ts';
import { Oracle } from '../../tools/oracle/oracle.ts';
import type { Heat } from '../generator/heat.ts';

const verdictOf = (answer: string) => (JSON.parse(answer.slice(answer.indexOf('['))) as [Verdict])[0];
const takenOf = (packet: string) => (JSON.parse(packet.slice(2)) as [string, LeadTaken])[1];

/** Cases told in words; the rest is counted. */
const TOLD_MAX = 3;
const WORDS_MAX = 400;

export class Judge {
  /** Each file has a history of its own. */
  readonly #oracles = new Map<string, Oracle>();
  readonly #broken: string[] = [];
  #more = 0;

  /** What was wrong so far, in words; empty: nothing. */
  get broken(): string[] {
    return this.#more === 0 ? this.#broken : [...this.#broken, `and ${this.#more} more`];
  }

  say(what: string): void {
    if (this.#broken.length < TOLD_MAX) this.#broken.push(what.slice(0, WORDS_MAX));
    else this.#more++;
  }

  /** A heat in which every lead must find its owner. @param file where the product wrote it; null: a baseline */
  heat(name: string, { claims, taken }: Heat, file: string | null): void {
    const winners = new Map<string, string>();
    const verdicts = claims.map((claim) => ({ ...claim, verdict: verdictOf(claim.answer) }));
    for (const { verdict, repId, offer } of verdicts) {
      if (verdict.verdict !== 'won') continue;
      const before = winners.get(offer.offerId);
      if (before !== undefined) this.say(`${name}: ${offer.offerId} was won by ${before} and by ${repId}`);
      winners.set(offer.offerId, repId);
    }
    for (const { verdict, offer, repId } of verdicts) {
      const winner = winners.get(offer.offerId);
      if (winner === undefined) this.say(`${name}: ${offer.offerId} was won by nobody: ${JSON.stringify(verdict)}`);
      else if (verdict.verdict === 'won') continue;
      else if (verdict.verdict !== 'lost') this.say(`${name}: ${repId} was told ${JSON.stringify(verdict)}`);
      else if (verdict.winner.id !== winner) this.say(`${name}: ${repId} was told ${verdict.winner.id}, not ${winner}`);
    }
    for (const { packet, repId } of taken) {
      const { offerId, by } = takenOf(packet);
      if (winners.get(offerId) !== by.id) this.say(`${name}: lead:taken told ${repId} of ${by.id} for ${offerId}`);
    }
    if (file !== null) this.#remember(this.#oracleOf(file), verdicts, taken);
  }

  /**
   * Holds the history against the file, which may be open in a running server.
   * @param isAudited false: the file is too big to be recounted after each run; it was when it was made
   */
  file(name: string, file: string, { isAudited = true } = {}): void {
    for (const words of brokenRules(this.#oracleOf(file).judge(file, { isAudited }))) this.say(`${name}: ${words}`);
  }

  #oracleOf(file: string): Oracle {
    const oracle = this.#oracles.get(file) ?? new Oracle();
    this.#oracles.set(file, oracle);
    return oracle;
  }

  #remember(oracle: Oracle, verdicts: (Heat['claims'][number] & { verdict: Verdict })[], taken: Heat['taken']): void {
    for (const { offer, repId, requestId, sentAt, answeredAt, verdict } of verdicts) {
      const claim = { ...offer, repId, requestId };
      oracle.line({ kind: 'sent', at: sentAt, ...claim });
      oracle.line({ kind: 'answered', at: answeredAt, verdict, ...claim });
    }
    for (const { repId, at, packet } of taken) {
      oracle.line({ kind: 'heard', at, repId, event: 'lead:taken', payload: takenOf(packet) });
    }
  }
}
