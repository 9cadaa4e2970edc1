/**
 * Who is signed in at this page. A token comes by `#token=…`, by `#invite=…` (exchanged once for a
 * device session), by hand, or from the last visit. Secrets leave the address bar at once, so that
 * they are in no history, screenshot or shared link.
 */
import { type Signal, signal } from '@preact/signals';
import { Api } from '../../client-sdk/src/sambar-client.ts';
import { forget, recall, remember } from './memory.ts';
import { explain } from './problems.ts';

export interface Session {
  /** Null: nobody is signed in. */
  token: Signal<string | null>;
  isRedeeming: Signal<boolean>;
  /** Why signing in failed, or why the session ended. */
  trouble: Signal<string | null>;
  signIn(token: string): void;
  signOut(trouble?: string): void;
}

export function openSession(page: 'rep' | 'wall' | 'manage'): Session {
  const key = `sambar:${page}:token`;
  const session: Session = {
    token: signal(recall(key)),
    isRedeeming: signal(false),
    trouble: signal(null),
    signIn(token) {
      remember(key, token);
      session.trouble.value = null;
      session.token.value = token;
    },
    signOut(trouble) {
      forget(key);
      // Another person may sign in next: their taps are their own.
      forget('sambar:unanswered');
      session.trouble.value = trouble ?? null;
      session.token.value = null;
    },
  };
  takeFromAddress(session);
  // A second link opened in the same tab only changes the hash.
  addEventListener('hashchange', () => takeFromAddress(session));
  return session;
}

function takeFromAddress(session: Session): void {
  const hash = new URLSearchParams(location.hash.slice(1));
  const token = hash.get('token');
  const invite = hash.get('invite');
  if (token === null && invite === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  if (token !== null) session.signIn(token);
  else if (invite !== null) void redeem(session, invite);
}

async function redeem(session: Session, invite: string): Promise<void> {
  session.isRedeeming.value = true;
  try {
    const api = new Api({ url: location.origin });
    const { token } = await api.post<{ token: string }>('/sessions', { invite });
    session.signIn(token);
  } catch (error) {
    session.trouble.value = explain(error);
  } finally {
    session.isRedeeming.value = false;
  }
}
