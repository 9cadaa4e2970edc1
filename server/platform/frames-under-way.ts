/** The frames of all sockets that wait for their answer: a stop answers them before it closes anything. */
import { type Clock, pause } from '../kernel/clock.ts';
import { UnderWay } from '../kernel/under-way.ts';

/** Whoever has not heard yet that this server stops may still ask: no frame for this long says that all have. */
const QUIET_MS = 50;
/** Clients that go on asking all the same are not waited for any longer. */
const LINGER_MS_MAX = 500;

export class FramesUnderWay {
  readonly #clock: Clock;
  readonly #open = new UnderWay();
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    this.#taken++;
    this.#open.begin();
  }

  end(): void {
    this.#open.end();
  }

  /** Resolves when every frame is answered and no more come, or they do not cease to. */
  async answered(): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + LINGER_MS_MAX;
    let seen: number;
    do {
      seen = this.#taken;
      await this.#open.none();
      await pause(this.#clock, QUIET_MS);
    } while (this.#taken !== seen && this.#clock.monotonicMs() < untilMs);
    await this.#open.none();
  }
}
