/** Who goes for a lead: the same few in every run of the same seed, whatever the ids of that run are. */
import { createChance } from '../../server/kernel/chance.ts';

export interface Drawing {
  seed: string;
  /** The lead, by something that is the same in every run. */
  lead: string;
  players: number;
  least: number;
  most: number;
}

/** The drawn players' indexes: `least` to `most` of them, each once. */
export function drawContenders({ seed, lead, players, least, most }: Drawing): Set<number> {
  const chance = createChance(`${seed} ${lead}`);
  const count = Math.min(players, Math.floor(chance.between(least, most + 1)));
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(Math.floor(chance.unit() * players));
  return drawn;
}
