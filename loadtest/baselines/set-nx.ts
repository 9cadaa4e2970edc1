/** One `SET NX` a claim: the least that can decide at all. */
import { connection, offerOf, servePump } from '../generator/pump.ts';

const redis = connection();
let round = 0;

servePump({
  async prepare({ round: now }) {
    round = now;
    if (redis.status === 'wait') await redis.connect();
  },
  async claim(lead, repId) {
    const isFirst = await redis.set(`{load}:offer:${offerOf(round, lead)}`, repId, 'NX');
    return { winner: isFirst === 'OK' ? repId : null };
  },
});
