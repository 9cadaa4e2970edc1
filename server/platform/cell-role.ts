/**
 * redlock, wrapped: announces in Redis which process is the cell's ledger. It never decides who won a
 * race and it is no proof of being alone (a frozen holder outlives its lease): the file's lock and the
 * generation checked at each commit are. What it adds is that a second ledger process on another file
 * or host finds the role taken instead of fighting over the epoch.
 */
import type { Redis } from 'ioredis';
import Redlock, { type Lock } from 'redlock';
import type { Clock, Timer } from '../kernel/clock.ts';

/** The lease; longer than two missed renewals, short enough that a successor need not wait long. */
const LEASE_MS = 3_000;
const RENEW_EVERY_MS = 1_000;
/** A lease that is seen in the way for as long has been renewed. */
const ANOTHER_LIVES_MS = LEASE_MS + RENEW_EVERY_MS;
/** On another host a killed holder's lease must run out before its successor gets it: that long and a little more. */
const TRIES = 20;
const TRY_EVERY_MS = 200;

/** Ends a lease by its value, and no other. */
const END_LEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

export class RoleTakenError extends Error {
  override name = 'RoleTakenError';
  readonly code = 'roleTaken';
}

export interface CellRole {
  release(): Promise<void>;
}

/**
 * Takes the role or fails with `RoleTakenError`. `onLost` fires when another process took it after
 * this one could not renew it in time, and renews it.
 */
export async function takeCellRole(deps: {
  redis: Redis;
  cell: string;
  clock: Clock;
  /**
   * The lease of a process that is known to be dead (the kernel gave the file's lock away): it need not
   * run out. Null: none is known.
   */
  leftLease: string | null;
  /** Told of each new lease, to be left for a successor. */
  onLease(lease: string): void;
  onLost(): void;
  onFault(error: unknown): void;
}): Promise<CellRole> {
  // Its types know an older ioredis; at run time the two agree (tested against a real Redis).
  const client = deps.redis as unknown as Redlock.CompatibleRedisClient;
  const patient = new Redlock([client], { retryCount: TRIES, retryDelay: TRY_EVERY_MS, retryJitter: 50 });
  const impatient = new Redlock([client], { retryCount: 0 });
  const resource = `{${deps.cell}}:ledger-role`;
  let timer: Timer | null = null;
  let released = false;
  let lock: Lock;
  /** Whose lease is in the way, and since when it is seen there, on the monotonic clock. */
  let inTheWay: { lease: string; sinceMs: number } | null = null;
  if (deps.leftLease !== null) await deps.redis.eval(END_LEASE, 1, resource, deps.leftLease);
  try {
    lock = await patient.lock(resource, LEASE_MS);
    deps.onLease(lock.value);
  } catch (error) {
    throw new RoleTakenError(`another ledger process serves the cell ${deps.cell} on this Redis`, { cause: error });
  }

  async function renew(): Promise<void> {
    try {
      lock = await impatient.extend(lock, LEASE_MS);
      inTheWay = null;
    } catch {
      // Run out (a pause, an empty Redis): take it again, or learn that somebody else has.
      await retake();
    }
    if (!released) schedule();
  }

  /**
   * A lease in the way need not be another process's: one that this process took and never heard of (its answer was
   * lost with a link), or had long ago (Redis is back as it was then), is renewed by nobody and runs out. One that is
   * still there when it should have run out is somebody's who lives.
   */
  async function retake(): Promise<void> {
    try {
      lock = await impatient.lock(resource, LEASE_MS);
      inTheWay = null;
      deps.onLease(lock.value);
    } catch (error) {
      deps.onFault(error);
      const lease = await deps.redis.get(resource).catch(() => null);
      const nowMs = deps.clock.monotonicMs();
      if (lease === null) inTheWay = null;
      else if (lease !== inTheWay?.lease) inTheWay = { lease, sinceMs: nowMs };
      else if (!released && nowMs - inTheWay.sinceMs >= ANOTHER_LIVES_MS) deps.onLost();
    }
  }

  function schedule(): void {
    timer = deps.clock.after(RENEW_EVERY_MS, () => void renew());
  }

  schedule();
  return {
    async release() {
      released = true;
      timer?.cancel();
      // A lease that has run out is released already.
      await lock.unlock().catch(() => undefined);
    },
  };
}
