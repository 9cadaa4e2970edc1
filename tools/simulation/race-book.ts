/**
 * The book of all races of a run, kept by the players' side alone: who tapped, what each was told, and
 * whether all were told the same. It trusts nothing the server says about itself.
 *
 *   (none) → running   somebody plans a tap, or somebody heard of the offer's end
 *   running → over     its end is known and no tap is on its way
 */
import type { LeadTaken, OfferCard, Verdict } from '../../client-sdk/src/sambar-client.ts';
import type { Clock } from '../../server/kernel/clock.ts';

export interface Race {
  offerId: string;
  leadId: string;
  winner: { id: string; name: string | null } | null;
  /** Null when the winner is none of the players. */
  claimSpeedMs: number | null;
  /** The loser who came closest. */
  second: { repId: string; byMs: number } | null;
  tries: number;
}

interface OpenRace extends Race {
  /** Taps planned or on their way. */
  pending: number;
  hasEnded: boolean;
}

export class RaceBook {
  /** How long each verdict took, from the ask to the answer. */
  readonly verdictMs: number[] = [];
  races = 0;
  claims = 0;
  /** Offers that two were told to have won. */
  doubleWins = 0;
  /** Verdicts that name somebody else than the winner. */
  wrongNames = 0;
  /** Taps that nobody answered in time, or that were answered with an error. */
  unanswered = 0;
  readonly #running = new Map<string, OpenRace>();
  /** The first to be named as each offer's winner, by anybody; kept, so that nobody taps for what is over. */
  readonly #winners = new Map<string, string>();
  /** The first to be told `won`. */
  readonly #toldWon = new Map<string, string>();
  readonly #expected = new Set<string>();
  readonly #leadsOver = new Set<string>();
  readonly #onOver: (race: Race) => void;
  #waiting: (() => void) | undefined;

  constructor(onOver: (race: Race) => void = () => undefined) {
    this.#onOver = onOver;
  }

  /** A lead is on its way: the run is not quiet before its race is over. */
  expect(leadId: string): void {
    if (!this.#leadsOver.delete(leadId)) this.#expected.add(leadId);
  }

  get leadsRunning(): number {
    return this.#expected.size;
  }

  /** False: it is over already, do not tap. */
  plan(card: OfferCard): boolean {
    if (this.#winners.has(card.offerId)) return false;
    const race = this.#race(card.offerId, card.leadId);
    race.pending++;
    return true;
  }

  /** A planned tap is not made after all. */
  drop(offerId: string): void {
    this.#less(offerId);
  }

  answered(repId: string, offerId: string, verdict: Verdict, tookMs: number): void {
    this.verdictMs.push(tookMs);
    const race = this.#race(offerId, verdict.leadId);
    race.tries++;
    if (verdict.verdict === 'won') this.#won(race, repId, verdict.claimSpeedMs);
    if (verdict.verdict === 'lost') this.#lost(race, repId, verdict.winner, verdict.byMs);
    if (verdict.verdict === 'gone') race.hasEnded = true;
    this.#less(offerId);
  }

  notAnswered(offerId: string): void {
    this.unanswered++;
    this.#less(offerId);
  }

  taken({ offerId, leadId, by }: LeadTaken): void {
    const race = this.#running.get(offerId);
    if (race === undefined) {
      // Nobody planned to tap: a visitor won it.
      if (!this.#winners.has(offerId)) this.#endOf(this.#race(offerId, leadId), by);
      return;
    }
    this.#endOf(race, by);
  }

  withdrawn(offerId: string): void {
    const race = this.#running.get(offerId);
    if (race === undefined) return;
    race.hasEnded = true;
    this.#closeIfOver(race);
  }

  /** Resolves when every expected lead's race is over: true; or after `boundMs`: false. */
  async quiet(clock: Clock, boundMs: number): Promise<boolean> {
    if (this.#isQuiet) return true;
    return new Promise((resolve) => {
      const timer = clock.after(boundMs, () => resolve(false));
      this.#waiting = () => {
        timer.cancel();
        resolve(true);
      };
    });
  }

  get #isQuiet(): boolean {
    return this.#expected.size === 0 && this.#running.size === 0;
  }

  #race(offerId: string, leadId: string): OpenRace {
    let race = this.#running.get(offerId);
    if (race === undefined) {
      race = {
        offerId,
        leadId,
        winner: null,
        claimSpeedMs: null,
        second: null,
        tries: 0,
        pending: 0,
        hasEnded: false,
      };
      this.#running.set(offerId, race);
    }
    return race;
  }

  #won(race: OpenRace, repId: string, claimSpeedMs: number): void {
    const before = this.#toldWon.get(race.offerId);
    if (before === undefined) this.#toldWon.set(race.offerId, repId);
    else if (before !== repId) this.doubleWins++;
    race.claimSpeedMs = claimSpeedMs;
    this.#named(race, { id: repId, name: race.winner?.name ?? null });
  }

  #lost(race: OpenRace, repId: string, winner: { id: string; name: string | null }, byMs: number): void {
    this.#named(race, winner);
    if (race.second === null || byMs < race.second.byMs) race.second = { repId, byMs };
  }

  #endOf(race: OpenRace, by: { id: string; name: string | null }): void {
    this.#named(race, by);
    this.#closeIfOver(race);
  }

  #named(race: OpenRace, winner: { id: string; name: string | null }): void {
    const before = this.#winners.get(race.offerId);
    if (before !== undefined && before !== winner.id) this.wrongNames++;
    if (before === undefined) this.#winners.set(race.offerId, winner.id);
    race.winner ??= winner;
    race.winner.name ??= winner.name;
    race.hasEnded = true;
  }

  #less(offerId: string): void {
    const race = this.#running.get(offerId);
    if (race === undefined) return;
    race.pending--;
    this.#closeIfOver(race);
  }

  #closeIfOver(race: OpenRace): void {
    if (!race.hasEnded || race.pending > 0) return;
    this.#running.delete(race.offerId);
    // Only late verdicts about an offer whose race was told already open it again.
    if (!this.#expected.delete(race.leadId)) this.#leadsOver.add(race.leadId);
    this.races++;
    if (race.winner !== null) this.claims++;
    this.#onOver(race);
    if (this.#isQuiet) this.#waiting?.();
  }
}
