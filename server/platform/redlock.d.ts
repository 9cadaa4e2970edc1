/** The part of redlock 4 that cell-role.ts uses; its published types know an older ioredis. */
declare module 'redlock' {
  class Redlock {
    constructor(
      clients: Redlock.CompatibleRedisClient[],
      options?: { retryCount?: number; retryDelay?: number; retryJitter?: number },
    );
    lock(resource: string, ttlMs: number): Promise<Redlock.Lock>;
    /** As patiently as this one is, whichever took the lock. */
    extend(lock: Redlock.Lock, ttlMs: number): Promise<Redlock.Lock>;
  }
  namespace Redlock {
    interface Lock {
      /** What stands in Redis while it is held, and in no other lock. */
      readonly value: string;
      unlock(): Promise<void>;
    }
    interface CompatibleRedisClient {
      eval(script: string, keyCount: number, ...args: unknown[]): unknown;
    }
  }
  export type Lock = Redlock.Lock;
  export default Redlock;
}
