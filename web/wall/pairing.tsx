/** The television's side of pairing: it shows a code until a manager has typed it on another device. */
import { type Signal, signal } from '@preact/signals';
import { Api, SambarProblem } from '../../client-sdk/src/sambar-client.ts';
import { PageHeader } from '../shared/page-header.tsx';
import type { Session } from '../shared/session.ts';
import { t } from './words.ts';

const ASK_EVERY_MS = 2000;

interface Begun {
  code: string;
  secret: string;
}

export interface Pairing {
  code: Signal<string | null>;
  stop(): void;
}

/** Asks for a code, and for the token until it is there; begins anew when the code is over or the server was away. */
export function pair(session: Session): Pairing {
  const api = new Api({ url: location.origin });
  const code = signal<string | null>(null);
  let begun: Begun | null = null;
  let isStopped = false;
  const step = async (): Promise<void> => {
    try {
      begun ??= await api.post<Begun>('/pairings');
      code.value = begun.code;
      const { token } = await api.post<{ token: string | null }>('/pairings/tokens', { secret: begun.secret });
      if (token !== null && !isStopped) session.signIn(token);
    } catch (error) {
      if (error instanceof SambarProblem && error.status === 401) begun = null;
      else code.value = null;
    }
    if (!isStopped && session.token.peek() === null) timer = setTimeout(() => void step(), ASK_EVERY_MS);
  };
  let timer = setTimeout(() => void step(), 0);
  return {
    code,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

export function PairingCode({ pairing, trouble }: { pairing: Pairing; trouble: string | null }) {
  const words = t.value.wall;
  const code = pairing.code.value;
  return (
    <>
      <PageHeader title="Sambar" />
      <main class="pairing">
        {trouble !== null && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
        <h2>{words.pairTitle}</h2>
        <p class="pairing-code" data-testid="pairing-code" aria-live="polite">
          {code === null ? '… …' : `${code.slice(0, 3)} ${code.slice(3)}`}
        </p>
        <p>{words.pairHelp(`${location.host}/manage/`)}</p>
      </main>
    </>
  );
}
