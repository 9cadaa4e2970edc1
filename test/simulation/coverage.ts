/**
 * What a run of many seeds must have seen, or its silence means nothing: each verdict with its reason,
 * each place at which a process may end, each way a connection comes back, each fault that struck.
 */

/** What → how often at least, in 300 scripts. More scripts must see more, fewer are asked for less: of what is rare, nothing. */
export type Floors = Readonly<Record<string, number>>;

/**
 * Of the scripts that are drawn from seeds: a third, or less, of what is usual (1,200 seeds on 22 November 2026), so that no
 * draw falls below by chance.
 */
export const FLOORS: Floors = {
  'arbiter: away': 9,
  'arbiter: forgot everything': 11,
  'arbiter: taken over': 113,
  'by accountOwner': 30,
  'by baseLoad': 3,
  'by manager': 49,
  'by queue': 61,
  'by race': 456,
  'by roundRobin': 84,
  'by surplus': 12,
  'by unclaimed': 92,
  'by weighted': 39,
  'call unanswered': 150,
  'claim unanswered': 46,
  'connection live': 1672,
  'connection tokenInvalid': 55,
  'crash: assignment at the arbiter, not on file': 0.3,
  'crash: assignment kept, nothing announced': 1,
  'crash: claim kept': 0.8,
  'crash: claim lost': 0.8,
  'crash: claim settled at the arbiter, nobody told': 0.8,
  'crash: claim told to one': 0.6,
  'crash: during the start': 1,
  'crash: expiry at the arbiter, not on file': 0.2,
  'crash: lead kept, not at the arbiter': 1,
  'crash: lead lost': 4,
  'crash: offer alerted to one': 1,
  'crash: offer at the arbiter, nobody alerted': 1,
  'crash: release kept, nothing announced': 4,
  'crash: timer kept, nothing announced': 0.5,
  'crash: timer lost': 0.8,
  'disk: brokenKept': 14,
  'disk: brokenLost': 11,
  'disk: full': 120,
  'disk: slow': 30,
  'frame refused: idempotencyKeyReused': 4,
  'link: all cut': 14,
  'link: cut': 68,
  'link: frozen': 30,
  'network: doubles': 205,
  'network: loses': 271,
  'network: reorders': 404,
  'ops queue noRule': 6,
  'ops queue nobodyAvailable': 8,
  'restart: clean': 127,
  'restart: killed while serving': 39,
  'settlement committed': 346,
  'settlement notStored': 60,
  'timer laneOpens': 121,
  'timer offerExpires': 119,
  'timer pauseSweeps': 15,
  'timer policyStarts': 5,
  'timer priorityReminder': 8,
  'timer routeAgain': 200,
  'timer tokenExpires': 13,
  'verdict early': 35,
  'verdict gone assigned': 3,
  'verdict gone expired': 22,
  'verdict gone reassigned': 0.8,
  'verdict gone released': 0.6,
  'verdict gone withdrawn': 3,
  'verdict lost': 514,
  'verdict refused attemptRate': 4,
  'verdict refused claimsPerAuto': 0.2,
  'verdict refused dailyCap': 140,
  'verdict refused inactive': 0.3,
  'verdict refused maxOpenLeads': 10,
  'verdict refused notInOffer': 20,
  'verdict refused notReady': 0.6,
  'verdict refused onboarding': 6,
  'verdict refused weeklyAllowance': 0.8,
  'verdict retry arbiterAway': 20,
  'verdict retry draining': 0.6,
  'verdict retry notStored': 60,
  'verdict retry overloaded': 3,
  'verdict retry pendingWin': 3,
  'verdict retry rebuilding': 2,
  'verdict won': 464,
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
