/**
 * A second server on a file: it waits until the file is free, and ends a holder of this machine that has
 * fallen silent, because a frozen one keeps the kernel's lock and SQLite's as well.
 *
 *   waiting → holder   the lock is free: the holder released it, died, or was ended here
 *   waiting → ending   no beat for two seconds, and the process is the one that wrote the last
 *   ending  → waiting  it is killed; the kernel frees its lock
 *
 * The beat comes from the event loop that serves: one that stands still serves nobody, whatever the
 * cause. It does not pass through the ledger's thread, since a commit may wait for a slow disk as long
 * as it needs, and a successor would wait for the same disk; a thread that dies ends its process. For
 * the same reason nobody is ended who waits for the disk inside the kernel at that moment.
 *
 * No clock of another process is trusted: what counts is whether the last word changes while this
 * process looks on. The time in which this process itself stood still does not count as silence.
 */
import type { Clock } from '../kernel/clock.ts';
import { endNow, type ProcessState, stateOf } from '../platform/processes.ts';
import { acquireRole, DatabaseInUseError, type Holder, type Role, readHolder } from './role-lock.ts';

/**
 * Three beats missed, and as long as a claim may wait: whoever asked a loop that stood still for so long has
 * been told to ask again.
 */
export const SILENT_MS = 2_000;
export const LOOK_EVERY_MS = 150;
/** The kernel frees the lock of a process that was ended within milliseconds. */
const LOOK_AGAIN_MS = 20;

export type StandbyNote =
  | { kind: 'waiting'; holder: Holder | null }
  | { kind: 'ended'; pid: number }
  /** It is silent, and this process may not or must not end it. */
  | { kind: 'leftAlone'; pid: number; because: ProcessState | 'notPermitted' | 'notIdentified' };

export interface StandbyDeps {
  clock: Clock;
  /** Each thing once, not at every look. */
  note(note: StandbyNote): void;
}

/** Resolves with the role once the file is free. Fails as `acquireRole` does, except for a file in use. */
export async function waitForRole(file: string, { clock, note }: StandbyDeps): Promise<Role> {
  const silence = createSilence(clock);
  let said = '';
  const noteOnce = (one: StandbyNote) => {
    const text = one.kind === 'waiting' ? `${one.kind} ${one.holder?.pid}` : JSON.stringify(one);
    const isNew = text !== said;
    if (isNew) note(one);
    said = text;
    return isNew;
  };
  for (;;) {
    try {
      return acquireRole(file, { nowMs: clock.nowMs(), waitMs: 0 });
    } catch (error) {
      if (!(error instanceof DatabaseInUseError)) throw error;
    }
    const holder = readHolder(file);
    const silentMs = silence.look(holder);
    const note: StandbyNote = silentMs < SILENT_MS || holder === null ? { kind: 'waiting', holder } : end(holder);
    const isNew = noteOnce(note);
    const pauseMs = isNew && note.kind === 'ended' ? LOOK_AGAIN_MS : LOOK_EVERY_MS;
    await new Promise<void>((resolve) => void clock.after(pauseMs, resolve));
  }
}

/** How long the holder's last word has stood unchanged under this process's eyes. */
function createSilence(clock: Clock): { look(holder: Holder | null): number } {
  let word = '';
  let silentMs = 0;
  let lookedAtMs = clock.monotonicMs();
  return {
    look(holder) {
      const sinceMs = clock.monotonicMs() - lookedAtMs;
      lookedAtMs += sinceMs;
      const now = JSON.stringify(holder);
      // A holder that has not begun to beat is starting, or is a tool at work: its silence says nothing.
      silentMs = now === word && holder?.beatAtMs != null ? silentMs + Math.min(sinceMs, 2 * LOOK_EVERY_MS) : 0;
      word = now;
      return silentMs;
    },
  };
}

function end({ pid, identity }: Holder): StandbyNote {
  if (identity === null) return { kind: 'leftAlone', pid, because: 'notIdentified' };
  const state = stateOf(identity);
  if (state !== 'here') return { kind: 'leftAlone', pid, because: state };
  return endNow(identity) ? { kind: 'ended', pid } : { kind: 'leftAlone', pid, because: 'notPermitted' };
}
