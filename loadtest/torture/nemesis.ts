/**
 * Torments a cell, one blow after another, each drawn from a seed: a hat of all torments is shuffled and
 * emptied before it is filled again. Between two blows the races must flow: that they do is half of what is
 * promised.
 */
import { pause } from '../../server/kernel/clock.ts';
import { shuffled } from '../../server/kernel/random.ts';
import { type Ground, TORMENTS, type Torment } from './torments.ts';
import type { ArbiterKind } from './torture-cell.ts';

/** After a blow this many races must be won before the next one may fall. */
const WINS_BETWEEN = 12;
/** The longest that anything above may take to heal, and more: nothing flows by then, and nothing ever will. */
const FLOWS_WITHIN_MS = 45_000;
/** Judged offers are quiet for longer than any claim on them may wait. */
const QUIET_MS = 6_000;

export interface NemesisOptions {
  arbiter: ArbiterKind;
  /** Between races that flow and the next blow. */
  calmMs: readonly [number, number];
  isOver(): boolean;
}

export class Stalled extends Error {}

export class Nemesis {
  /** Times the file's holder ended without having been struck. */
  endedByItself = 0;
  readonly #ground: Ground;
  readonly #options: NemesisOptions;
  #hat: Torment[] = [];

  constructor(ground: Ground, options: NemesisOptions) {
    this.#ground = ground;
    this.#options = options;
  }

  /** Until it is over; then everything stands, and the races flow. @throws Stalled when they do not */
  async rage(): Promise<void> {
    const { history, clock, chance, cell } = this.#ground;
    let last = 'nothing';
    for (;;) {
      await this.#flow(last);
      history.oracle.retire(cell.file, clock.monotonicMs(), QUIET_MS);
      if (this.#options.isOver()) return;
      await pause(clock, chance.between(...this.#options.calmMs));
      const torment = this.#draw();
      last = torment.name;
      await torment.strike(this.#ground);
    }
  }

  async #flow(after: string): Promise<void> {
    const { book, clock, cell } = this.#ground;
    for (const endsAtMs = clock.monotonicMs() + FLOWS_WITHIN_MS; clock.monotonicMs() < endsAtMs; ) {
      const { holder } = cell;
      const ended = holder.ended.then(() => 'ended' as const);
      const flowed = await Promise.race([book.moreWon(clock, WINS_BETWEEN, FLOWS_WITHIN_MS), ended]);
      if (flowed === true) return;
      if (flowed === 'ended') {
        this.endedByItself++;
        await cell.succeed();
      }
    }
    throw new Stalled(`no races since: ${after}`);
  }

  #draw(): Torment {
    const { chance } = this.#ground;
    if (this.#hat.length === 0) {
      const all = TORMENTS[this.#options.arbiter].flatMap((torment) => Array<Torment>(torment.weight).fill(torment));
      this.#hat = shuffled(all, chance);
    }
    return this.#hat.pop() as Torment;
  }
}
