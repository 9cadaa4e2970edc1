/**
 * Bad weather between the simulated reps and the server, at a key's touch: their links are slow and are torn again and
 * again, so that a visitor sees them come back, and one winner all the same.
 *
 *   calm ⇄ chaos; closed at the end
 */
import type { Chance } from '../../server/kernel/chance.ts';
import type { Clock, Timer } from '../../server/kernel/clock.ts';
import { TcpProxy } from '../faults/proxy.ts';

/** Added to each direction. */
const DELAY_MS = 150;
/** Between two tears, and how long nobody gets through then. */
const DROP_EVERY_MS = [1_500, 4_000] as const;
const DROP_FOR_MS = [300, 1_200] as const;

export class Chaos {
  readonly #proxy: TcpProxy;
  readonly #clock: Clock;
  readonly #chance: Chance;
  #next: Timer | undefined;
  #isOn = false;

  private constructor(proxy: TcpProxy, clock: Clock, chance: Chance) {
    this.#proxy = proxy;
    this.#clock = clock;
    this.#chance = chance;
  }

  /** Calm, in front of the server at that address of this machine. */
  static async over(url: string, clock: Clock, chance: Chance): Promise<Chaos> {
    return new Chaos(await TcpProxy.to(Number(new URL(url).port)), clock, chance);
  }

  /** Where the simulated reps connect. */
  get url(): string {
    return `http://127.0.0.1:${this.#proxy.port}`;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  switch(isOn: boolean): void {
    this.#next?.cancel();
    this.#isOn = isOn;
    this.#proxy.delayMs = isOn ? DELAY_MS : 0;
    this.#proxy.set('pass');
    if (isOn) this.#drop();
  }

  async close(): Promise<void> {
    this.#next?.cancel();
    await this.#proxy[Symbol.asyncDispose]();
  }

  #drop(): void {
    this.#proxy.set('refuse');
    this.#next = this.#clock.after(this.#chance.between(...DROP_FOR_MS), () => {
      this.#proxy.set('pass');
      this.#next = this.#clock.after(this.#chance.between(...DROP_EVERY_MS), () => this.#drop());
    });
  }
}
