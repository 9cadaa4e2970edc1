/** One kind of news and those who want it. */
export type Listener<T> = (value: T) => void;
export type Unsubscribe = () => void;

export class Topic<T> {
  readonly #listeners = new Set<Listener<T>>();

  on(listener: Listener<T>): Unsubscribe {
    // Wrapped, so that the same function may listen twice and leave once.
    const own: Listener<T> = (value) => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }
}
