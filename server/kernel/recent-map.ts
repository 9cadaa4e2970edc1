/**
 * A map that forgets its oldest entries: two generations, and when the young one is full the old one
 * is dropped whole. It remembers at least `capacity` entries and at most twice as many, at the cost
 * of a plain Map; a Map used as a queue gets slow, since it walks over its own deleted entries.
 */
export class RecentMap<Value> {
  readonly #capacity: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#capacity && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

/** What is held under `key`; found and held the first time. */
export function remembered<Key, Value>(
  known: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  find: () => Value,
): Value {
  const held = known.get(key);
  if (held !== undefined) return held;
  const found = find();
  known.set(key, found);
  return found;
}
