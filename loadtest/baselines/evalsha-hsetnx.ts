/** A script that does one `HSETNX` and nothing else, sent as many bytes as the arbiter's. */
import { connection, leadOf, offerOf, servePump } from '../generator/pump.ts';

const SCRIPT = `return redis.call('HSETNX', KEYS[1], 'winner', ARGV[3])`;
const redis = connection();
let round = 0;
let sha = '';

servePump({
  async prepare({ round: now }) {
    round = now;
    if (redis.status === 'wait') await redis.connect();
    sha = (await redis.script('LOAD', SCRIPT)) as string;
  },
  async claim(lead, repId, requestId) {
    const now = Date.now();
    const offerId = offerOf(round, lead);
    const args = ['{load}:', leadOf(round, lead), repId, requestId, now + 2_000, now, '1', offerId];
    const isFirst = await redis.evalsha(sha, 1, `{load}:offer:${offerId}`, ...args);
    return { winner: isFirst === 1 ? repId : null };
  },
});
