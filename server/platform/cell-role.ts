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
 * this one could not renew it in time.
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
  if (deps.leftLease !== null) await deps.redis.eval(END_LEASE, 1, resource, deps.leftLease);
  try {
    lock = await patient.lock(resource, LEASE_MS);
    deps.onLease(lock.value);
  } catch (error) {
    throw new RoleTakenError(`another ledger process serves the cell ${deps.cell} on this Redis`, { cause: error });
  }

  async function renew(): Promise<void> {
    try {
      lock = await lock.extend(LEASE_MS);
    } catch {
      // Run out (a pause, an empty Redis): take it again, or learn that somebody else has.
      await retake();
    }
    if (!released) schedule();
  }

  async function retake(): Promise<void> {
    try {
      lock = await impatient.lock(resource, LEASE_MS);
      deps.onLease(lock.value);
    } catch (error) {
      deps.onFault(error);
      const holder = await deps.redis.get(resource).catch(() => null);
      if (holder !== null && !released) deps.onLost();
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
