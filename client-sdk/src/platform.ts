/**
 * What the client takes from the machine it runs on, and the defaults for it. This is the only file
 * of the client that touches the clock, timers and chance, so that tests can stand in for all three.
 */

export interface ClientTimer {
  cancel(): void;
}

export interface ClientClock {
  /** Milliseconds since 1970, never going back. */
  nowMs(): number;
  after(delayMs: number, task: () => void): ClientTimer;
}

/** A float in [0, 1). */
export type ClientRandom = () => number;

/** `localStorage` fits, and so does anything that remembers text under a name. */
export interface ClientStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export type ClientFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Carried on by the monotonic clock: a phone that corrects its time must not move a countdown. */
export function createClientClock(): ClientClock {
  const originMs = Date.now() - performance.now();
  return {
    nowMs: () => originMs + performance.now(),
    after(delayMs, task) {
      const handle = setTimeout(task, Math.max(0, delayMs));
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

/** `crypto.randomUUID` is missing on plain http in a browser; `getRandomValues` never is. */
export function createClientRandom(): ClientRandom {
  const word = new Uint32Array(1);
  return () => (crypto.getRandomValues(word)[0] ?? 0) / 2 ** 32;
}

/** Forgets with the page; the default, so that nothing is written to a device unasked. */
export function createMemoryStorage(): ClientStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

export function defaultFetch(url: string, init: RequestInit): Promise<Response> {
  return globalThis.fetch(url, init);
}

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** 24 letters of 5.17 bits each: two taps of a whole company never share one. */
export function newRequestId(random: ClientRandom): string {
  let text = 'req_';
  for (let place = 0; place < 24; place++) text += LETTERS[Math.floor(random() * LETTERS.length)];
  return text;
}

export function sleep(clock: ClientClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
