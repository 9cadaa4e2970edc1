/**
 * What follows a commit must happen, whatever the arbiter's health: it is tried until it is taken, and
 * it never decides the answer to the caller, whose effect is on disk already.
 */
import type { World } from './world.ts';

const AGAIN_AFTER_MS = 200;
/** A caller waits this long for what follows; then it is told of its commit, and the rest goes on. */
const CALLER_WAITS_MS = 500;

/** The arbiter refuses the call itself, and would refuse it each time. */
export function isInvalidCall(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'INVALID_CALL';
}

/** Tries until it succeeds, nobody wants it any more, the arbiter was closed for good, or the call itself is refused. */
export async function persist(world: World, task: () => Promise<unknown>, wanted: () => boolean): Promise<void> {
  while (wanted()) {
    try {
      await task();
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ARBITER_CLOSED') return;
      if (isInvalidCall(error)) return world.log.error('the arbiter refuses a call that nobody should make', {}, error);
      world.log.warn('the arbiter does not take it; trying on', { code: String((error as { code?: unknown }).code) });
      await new Promise<void>((resolve) => void world.clock.after(AGAIN_AFTER_MS, resolve));
    }
  }
}

/** Resolves with the work, or without it when it takes too long. Never rejects. */
export function settledOrSoon(world: World, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = world.clock.after(CALLER_WAITS_MS, resolve);
    const done = () => {
      timer.cancel();
      resolve();
    };
    work.then(done, done);
  });
}
