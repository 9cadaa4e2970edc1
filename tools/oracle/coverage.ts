/** How much a history has of each outcome: rules that had nothing to look at prove nothing. */
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Line } from './line.ts';

export interface CoverageCounts {
  /** Claims sent; the same request again is another one. */
  claims: number;
  /** Offers of which somebody heard `won`. */
  wins: number;
  /** Answers of each kind, and claims that got none. */
  outcomes: Record<Verdict['verdict'] | 'silence', number>;
  accepted: number;
  heard: number;
  faults: number;
  /** Faults that struck while at least one claim had been sent and not answered. */
  hitsInFlight: number;
  inFlight: number;
}

export class Coverage {
  readonly #outcomes: CoverageCounts['outcomes'] = {
    won: 0,
    lost: 0,
    early: 0,
    refused: 0,
    gone: 0,
    retry: 0,
    silence: 0,
  };
  #claims = 0;
  #wins = 0;
  #accepted = 0;
  #heard = 0;
  #faults = 0;
  #hitsInFlight = 0;
  #inFlight = 0;

  line(line: Line): void {
    switch (line.kind) {
      case 'sent':
        this.#claims++;
        this.#inFlight++;
        return;
      case 'silence':
        this.#outcomes.silence++;
        this.#inFlight--;
        return;
      case 'answered':
        this.#outcomes[line.verdict.verdict]++;
        this.#inFlight--;
        return;
      case 'accepted':
        this.#accepted++;
        return;
      case 'heard':
        this.#heard++;
        return;
      case 'fault':
        this.#faults++;
        if (this.#inFlight > 0) this.#hitsInFlight++;
    }
  }

  /** An offer's first `won`. */
  win(): void {
    this.#wins++;
  }

  counts(): CoverageCounts {
    return {
      claims: this.#claims,
      wins: this.#wins,
      outcomes: { ...this.#outcomes },
      accepted: this.#accepted,
      heard: this.#heard,
      faults: this.#faults,
      hitsInFlight: this.#hitsInFlight,
      inFlight: this.#inFlight,
    };
  }
}
