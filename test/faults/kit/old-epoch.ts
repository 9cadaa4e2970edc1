/**
 * A claim under the epoch of a Redis that was replaced, as a gateway would send it that heard of nothing. A real
 * gateway sheds such claims before Redis is asked; here Redis itself is asked, by the very script.
 */

import { createClientClock, sleep } from '../../../client-sdk/src/platform.ts';
import { redisKeys } from '../../../server/claims/redis-keys.ts';
import { scriptRunner, scripts } from '../../../server/claims/redis-scripts.ts';
import { createSystemClock } from '../../../server/kernel/clock.ts';
import { connect } from '../../support/arbiter-benches.ts';
import type { Edit } from './broken-build.ts';

const CHECK = 'if not epoch or epoch ~= ARGV[7] then';
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

const clock = createSystemClock();

/** A script that asks nobody for his epoch, in a server and in `judgedUnder`. */
export const ANY_EPOCH: readonly Edit[] = [
  {
    file: 'server/claims/redis-scripts.js',
    from: `import.meta.url), 'utf8');`,
    to: `import.meta.url), 'utf8').replace('${CHECK}', 'if false then');`,
  },
];

export function isAnyEpoch(edits: readonly Edit[]): boolean {
  return edits === ANY_EPOCH;
}

/** What the cell is judged under there now, as that Redis says; '' where there is none. */
export async function epochAt(url: string, cell: string): Promise<string> {
  const redis = await connect(url, 'plain');
  const text = await redis.get(redisKeys(cell).epoch);
  redis.disconnect();
  return text ?? '';
}

/** Resolves when nobody is judged there any more: its epoch was renewed by nobody, and ran out. */
export async function ranOut(url: string, cell: string): Promise<void> {
  while ((await epochAt(url, cell)) !== '') await sleep(createClientClock(), LOOK_AGAIN_MS);
}

interface OldClaim {
  url: string;
  cell: string;
  epoch: string;
  leadId: string;
  offerId: string;
  repId: string;
  requestId: string;
  /** Whether the script is the one that was broken. */
  isAnyEpoch: boolean;
}

/** The script's answer without the time and the offer: `retry rebuilding` where the epoch is refused. */
export async function judgedUnder(claim: OldClaim): Promise<string> {
  const redis = await connect(claim.url, 'plain');
  const text = claim.isAnyEpoch ? scripts.claim.replace(CHECK, 'if false then') : scripts.claim;
  const keys = redisKeys(claim.cell);
  const { leadId, repId, requestId, epoch, offerId } = claim;
  const deadlineMs = clock.nowMs() + PATIENCE_MS;
  const reply = await scriptRunner(redis, { ...scripts, claim: text })(
    'claim',
    [keys.epoch],
    [keys.prefix, leadId, repId, requestId, deadlineMs, '', epoch, offerId],
  );
  redis.disconnect();
  const [kind, , ...rest] = String(reply).split(' ');
  return `${kind} ${rest.at(-1)}`;
}
