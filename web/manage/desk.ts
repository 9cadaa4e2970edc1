/** The manager's desk: what its sections share. They ask the server again while they are looked at. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { Api, type ConnectionState, createClientClock, SambarProblem } from '../../client-sdk/src/sambar-client.ts';
import { language } from '../shared/language.ts';
import { explain } from '../shared/problems.ts';
import type { Session } from '../shared/session.ts';
import { ticking } from '../shared/ticking.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Desk {
  api: Api;
  /** Why what is shown could not be loaded; null: it was. */
  trouble: ReadonlySignal<string | null>;
  /** Live: the last load succeeded. */
  connection: ReadonlySignal<ConnectionState>;
  /** How long ago something was loaded. */
  ageMs: ReadonlySignal<number | null>;
  /** This device's clock, ticking, for spans that grow or shrink on the page; ms since 1970. */
  nowMs: ReadonlySignal<number>;
  /** Grows whenever what is shown is due to be loaded again. */
  turn: Signal<number>;
  /** Null: it could not be loaded, and the desk says why. A token that is no longer good ends the session. */
  load<T>(asked: Promise<T>): Promise<T | null>;
  refresh(): void;
  stop(): void;
}

const REFRESH_MS = 5000;

export function createDesk(token: string, session: Session): Desk {
  const api = new Api({ url: location.origin, token });
  const device = createClientClock();
  const clock = ticking(() => device.nowMs());
  const connection = signal<ConnectionState>({ kind: 'connecting' });
  const trouble = signal<string | null>(null);
  const loadedAtMs = signal<number | null>(null);
  const turn = signal(0);
  const refresh = (): void => {
    turn.value++;
  };
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') refresh();
  }, REFRESH_MS);
  return {
    api,
    trouble,
    connection,
    ageMs: computed(() => (loadedAtMs.value === null ? null : Math.max(0, clock.now.value - loadedAtMs.value))),
    nowMs: clock.now,
    turn,
    async load(asked) {
      try {
        const answer = await asked;
        loadedAtMs.value = device.nowMs();
        trouble.value = null;
        connection.value = { kind: 'live' };
        return answer;
      } catch (error) {
        if (error instanceof SambarProblem && error.status === 401) session.signOut(explain(error));
        trouble.value = explain(error);
        connection.value = { kind: 'offline' };
        return null;
      }
    },
    refresh,
    stop: () => {
      clock.stop();
      clearInterval(timer);
    },
  };
}

/** What the server answers, asked again at each turn of the desk and when `about` or the language changes; null until it has answered. */
export function usePolled<T>(desk: Desk, ask: () => Promise<T>, about: readonly unknown[] = []): T | null {
  const [answer, setAnswer] = useState<T | null>(null);
  useEffect(() => {
    let isGone = false;
    void desk.load(ask()).then((loaded) => {
      if (!isGone && loaded !== null) setAnswer(loaded);
    });
    return () => {
      isGone = true;
    };
  }, [desk, desk.turn.value, language.value, ...about]);
  return answer;
}
