/**
 * Claims straight at Redis, from a process of their own: the arbiter's and each baseline's go through the same
 * pump, over a connection with the same options, so many leads under way, every racer of a lead at once.
 */
import type { Redis } from 'ioredis';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { createRedis } from '../../server/platform/redis.ts';

export interface PumpOrder {
  round: number;
  leads: number;
  racers: number;
  /** Leads under way at a time. */
  inFlight: number;
}

export interface PumpAnswer {
  claims: number;
  seconds: number;
  /** What was decided wrongly, in words. */
  broken: string[];
}

/** `prepare` is answered with null, `race` with what it did: so that only the second is measured. */
export type PumpStep = PumpOrder & { step: 'prepare' | 'race' };

/** Whose a lead is, as this claim was told; null: somebody else's, and no name was said. */
export type Told = { winner: string | null };

export interface Claimer {
  /** Puts up what is claimed, in a Redis that is empty. */
  prepare(order: PumpOrder): Promise<void>;
  claim(lead: number, repId: string, requestId: string): Promise<Told>;
}

export const repOf = (racer: number) => `rep_01m81m6hf1n59vf8tyhs0m5x${racer}z`;
export const offerOf = (round: number, lead: number) =>
  `offer_01m81m${round}j3xqh6a1cx${String(lead).padStart(8, '0')}`;
export const leadOf = (round: number, lead: number) =>
  `lead_01m81m${round}j3x32fhrghm9${String(lead).padStart(8, '0')}`;

/** A connection as the product makes them, for all who are compared: with a timeout that no stall of a busy machine meets. */
export function connection(): Redis {
  const onError = (error: Error) => process.stderr.write(`${error.message}\n`);
  return createRedis(process.env.REDIS_URL ?? '', 'plain', { random: createSystemRandom(), onError });
}

async function race(claimer: Claimer, { round, leads, racers, inFlight }: PumpOrder): Promise<PumpAnswer> {
  const winners: (string | undefined)[] = new Array(leads);
  const broken: string[] = [];
  const named: { lead: number; winner: string }[] = [];
  const claim = async (lead: number, racer: number) => {
    const repId = repOf((lead + racer) % 10);
    const { winner } = await claimer.claim(lead, repId, `${round}-${lead}-${racer}`);
    if (winner === repId && winners[lead] !== undefined) broken.push(`lead ${lead} was won twice`);
    if (winner === repId) winners[lead] = repId;
    else if (winner !== null) named.push({ lead, winner });
  };
  let next = 0;
  const lane = async () => {
    while (next < leads) {
      const lead = next++;
      await Promise.all(Array.from({ length: racers }, (_, racer) => claim(lead, racer)));
    }
  };
  const beganAt = performance.now();
  await Promise.all(Array.from({ length: Math.min(inFlight, leads) }, lane));
  const seconds = (performance.now() - beganAt) / 1_000;
  for (let lead = 0; lead < leads; lead++)
    if (winners[lead] === undefined) broken.push(`lead ${lead} was won by nobody`);
  for (const { lead, winner } of named)
    if (winners[lead] !== winner) broken.push(`of lead ${lead} ${winner} was named`);
  return { claims: leads * racers, seconds, broken: broken.slice(0, 3) };
}

/** Serves one order after the other until whoever gives them is gone. */
export function servePump(claimer: Claimer): void {
  process.on('message', ({ step, ...order }: PumpStep) => {
    const work = step === 'prepare' ? claimer.prepare(order).then(() => null) : race(claimer, order);
    work.then(
      (answer) => process.send?.(answer),
      (error: Error) => process.send?.({ failed: error.message }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
