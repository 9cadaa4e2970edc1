/**
 * The snapshots that reps are owed: all of them when something was missed, one whose welcome failed. The
 * house may be another process that is away just then (it is, when a successor takes over), so a rep
 * stays owed until a snapshot has been sent or nobody of that rep is connected any more.
 *
 * States of a rep: (not owed) → in line → asked for → (not owed); or, when the house did not answer or the
 * line is full, → waiting → in line half a second later.
 */
import type { Clock, Timer } from '../kernel/clock.ts';
import type { Admission } from '../platform/admission.ts';
import type { Sockets } from '../platform/sockets.ts';
import { repRoom } from './announcer.ts';
import type { House } from './house.ts';

const AGAIN_AFTER_MS = 500;

export interface Snapshots {
  /** To every device of the rep, as soon as the house answers. */
  owe(repId: string): void;
  stop(): void;
}

export interface SnapshotsDeps {
  house: Pick<House, 'snapshot'>;
  /** The machine's own: a take-over is waited out in its time. */
  machineClock: Clock;
  /** Lets them be asked for at a rate: building all of them at once would stop claims. Stopped with this. */
  admission: Pick<Admission, 'ask' | 'stop'>;
  onError(error: unknown): void;
}

export function createSnapshots(
  sockets: Pick<Sockets, 'emit' | 'roomSize'>,
  { house, machineClock, admission, onError }: SnapshotsDeps,
): Snapshots {
  const owed = new Set<string>();
  let again: string[] = [];
  let timer: Timer | null = null;
  let stopped = false;

  /** Taken off the list first: who becomes owed meanwhile is owed another one. */
  async function send(repId: string): Promise<void> {
    owed.delete(repId);
    if (stopped || sockets.roomSize(repRoom(repId)) === 0) return;
    try {
      sockets.emit('pool:snapshot', [repRoom(repId)], await house.snapshot(repId));
    } catch (error) {
      onError(error);
      if (owed.has(repId)) return;
      owed.add(repId);
      wait(repId);
    }
  }

  function wait(repId: string): void {
    if (stopped) return;
    again.push(repId);
    timer ??= machineClock.after(AGAIN_AFTER_MS, () => {
      timer = null;
      for (const waiting of again.splice(0)) stand(waiting);
    });
  }

  function stand(repId: string): void {
    if (!admission.ask(() => void send(repId))) wait(repId);
  }

  return {
    owe(repId) {
      if (owed.has(repId)) return;
      owed.add(repId);
      stand(repId);
    },
    stop() {
      stopped = true;
      again = [];
      timer?.cancel();
      admission.stop();
    },
  };
}
