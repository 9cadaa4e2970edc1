/**
 * What a run of many seeds must have seen, or its silence means nothing: each verdict with its reason,
 * each place at which a process may end, each way a connection comes back, each fault that struck.
 */

/** What → how often at least, in 300 scripts. More scripts must see more, fewer are asked for less. */
export type Floors = Readonly<Record<string, number>>;

/** Of the scripts that are drawn from seeds. */
export const FLOORS: Floors = {
  'arbiter: away': 9,
  'arbiter: forgot everything': 12,
  'arbiter: taken over': 95,
  'call unanswered': 173,
  'claim unanswered': 84,
  'connection live': 1806,
  'connection tokenInvalid': 56,
  'crash: claim kept': 1,
  'crash: claim lost': 1,
  'crash: claim told to one': 2,
  'crash: during the start': 1,
  'crash: lead kept, not at the arbiter': 3,
  'crash: lead lost': 1,
  'crash: offer alerted to one': 3,
  'crash: offer at the arbiter, nobody alerted': 3,
  'crash: release kept, nothing announced': 2,
  'crash: timer kept, nothing announced': 1,
  'disk: brokenKept': 10,
  'disk: brokenLost': 14,
  'disk: full': 329,
  'disk: slow': 43,
  'frame refused: idempotencyKeyReused': 4,
  'link: all cut': 11,
  'link: cut': 88,
  'link: frozen': 40,
  'network: doubles': 236,
  'network: loses': 372,
  'network: reorders': 612,
  'restart: clean': 154,
  'restart: killed while serving': 32,
  'settlement committed': 555,
  'settlement notStored': 222,
  'timer laneOpens': 144,
  'timer offerExpires': 172,
  'timer policyStarts': 8,
  'timer tokenExpires': 18,
  'verdict early': 38,
  'verdict gone assigned': 14,
  'verdict gone expired': 42,
  'verdict gone reassigned': 1,
  'verdict gone released': 1,
  'verdict lost': 898,
  'verdict refused attemptRate': 16,
  'verdict refused dailyCap': 432,
  'verdict refused notInOffer': 4,
  'verdict refused notReady': 1,
  'verdict retry arbiterAway': 112,
  'verdict retry draining': 3,
  'verdict retry notStored': 226,
  'verdict retry overloaded': 23,
  'verdict retry pendingWin': 14,
  'verdict retry rebuilding': 2,
  'verdict won': 731,
};

const SCRIPTS = 300;

/** One sentence for each thing seen too seldom. */
export function coverageGaps(seen: ReadonlyMap<string, number>, scripts: number, floors = FLOORS): string[] {
  return Object.entries(floors).flatMap(([what, floor]) => {
    const least = Math.floor((floor * scripts) / SCRIPTS);
    const found = seen.get(what) ?? 0;
    return found < least ? [`${what}: ${found} times in ${scripts} scripts, at least ${least} are needed`] : [];
  });
}
