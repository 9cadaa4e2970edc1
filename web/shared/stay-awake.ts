/** Keeps the screen on while `isWanted`, where the browser can. A lock ends whenever the page is hidden: it is asked for anew. */
import { effect, type ReadonlySignal } from '@preact/signals';

/** False without HTTPS, and on browsers that have none. */
export const canStayAwake = 'wakeLock' in navigator;

export function stayAwake(isWanted: ReadonlySignal<boolean>): () => void {
  if (!canStayAwake) return () => undefined;
  let lock: WakeLockSentinel | null = null;
  const ask = async (): Promise<void> => {
    if (!isWanted.peek() || document.visibilityState !== 'visible') return;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      // A phone that saves its battery says no; the screen then goes dark as it always did.
    }
  };
  const again = () => void ask();
  document.addEventListener('visibilitychange', again);
  const stop = effect(() => {
    if (isWanted.value) void ask();
    else void lock?.release();
  });
  return () => {
    stop();
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
