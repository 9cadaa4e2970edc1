/**
 * How many of something are under way, and when none is. A number and no set of promises: what each claim would put
 * in and take out again is a good part of what a losing one costs.
 */
export class UnderWay {
  #open = 0;
  #waiting: (() => void)[] = [];

  begin(): void {
    this.#open++;
  }

  end(): void {
    if (--this.#open > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  get size(): number {
    return this.#open;
  }

  /** Resolves when none is under way: at once, or in the turn in which the last one ends. */
  none(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }
}
