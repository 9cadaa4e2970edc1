/** How it is often done: take a lock on the lead, read who has it, write if nobody has, let go of the lock. */
import Redlock from 'redlock';
import { connection, offerOf, servePump } from '../generator/pump.ts';

/** Racers of one lead wait for each other: asked again soon, and often enough that none gives up. */
const RETRIES = { retryCount: 200, retryDelay: 2, retryJitter: 2 };
const LEASE_MS = 2_000;

const redis = connection();
const redlock = new Redlock([redis as unknown as Redlock.CompatibleRedisClient], RETRIES);
let round = 0;

servePump({
  async prepare({ round: now }) {
    round = now;
    if (redis.status === 'wait') await redis.connect();
  },
  async claim(lead, repId) {
    const key = `{load}:offer:${offerOf(round, lead)}`;
    const lock = await redlock.lock(`${key}:lock`, LEASE_MS);
    try {
      const winner = await redis.get(key);
      if (winner === null) await redis.set(key, repId);
      return { winner: winner ?? repId };
    } finally {
      await lock.unlock();
    }
  },
});
