/** The mix of a team's races (FAIR-06): a release that would be too many of its quality is given by rotation instead. */
import { type LeftOutReason, unpackLeftOut } from '../distribution/left-out.ts';
import { qualityOf } from '../distribution/mix-rules.ts';
import type { OffersReader } from '../distribution/offers-reader.ts';
import type { MixRecord } from '../distribution/releases.ts';
import type { MixPolicy } from '../policy/mix-policy.ts';
import { type Policy, policyOf } from '../policy/policy-rules.ts';
import { routeNamed } from '../routing/routing-rules.ts';
import { type Planned, type Routable, waitingTimer } from './offering.ts';
import { barredBy, leadFactsOf, leftOutRow, pushedTo } from './routing.ts';
import type { World } from './world.ts';

/** A start reads so many releases: the longest window of twenty teams that race apart. */
const RELEASES_READ_MAX = 20_000;

/** What the file knows of the mix, oldest first. */
export function releasesOnFile(offersOnFile: OffersReader): { offerId: string; mix: MixRecord }[] {
  return offersOnFile
    .released(RELEASES_READ_MAX)
    .map(({ offerId, mix }) => ({ offerId, mix: JSON.parse(mix) as MixRecord }))
    .reverse();
}

/**
 * A planned race as the mix lets it be: entered in the record of each team whose reps are in it, or, where one of them
 * has too many of this quality, a push to the next in rotation. A queue alerts nobody and is no part of the mix.
 */
export function mixed(
  world: World,
  lead: Routable,
  planned: Planned,
  by: { policy: Policy; nowMs: number; gaveBack: ReadonlySet<string> },
): Planned {
  const { policy, nowMs, gaveBack } = by;
  const { toOpen, next, leadId } = planned;
  if (toOpen === null || toOpen.method !== 'race' || !('offer' in next)) return planned;
  const members = toOpen.lanes.flatMap(({ repIds }) => repIds);
  const teams = [...new Set(members.map((repId) => world.directory.rep(repId)?.team ?? ''))].sort();
  const mixes = new Map(teams.flatMap((team) => mixOf(policy, team)));
  if (mixes.size === 0) return planned;
  const quality = qualityOf(lead.temperature);
  if (world.releases.surplusIn(mixes, quality).length === 0) {
    next.offer.offer.mix = JSON.stringify(world.releases.take(mixes, toOpen.offerId, quality));
    return planned;
  }
  const waits = { leadId, next: { waiting: waitingTimer(world, leadId, nowMs) }, toOpen: null };
  const { rule, ruleStep } = toOpen;
  const target = routeNamed(policy.routing, rule)?.steps[ruleStep]?.target ?? { everybody: true as const };
  const company = lead.facts.company.name;
  const step = { target, method: 'roundRobin' as const };
  const bounds = barredBy(world, policy, step, leadFactsOf(world, lead.own, company), nowMs);
  // To one of those who would have raced for it: tier, phase and pause bound it as they bound the race.
  const barred = new Map<string, LeftOutReason>(bounds);
  for (const [num, reason] of unpackLeftOut(next.offer.leftOut)) {
    const rep = world.directory.repByNum(num);
    if (rep !== undefined) barred.set(rep.id, reason);
  }
  const pushed = pushedTo(world, policy, step, { company, rule, gaveBack, barred }, nowMs);
  if (pushed === null) return { ...waits, push: null, stuck: 'nobodyAvailable' };
  const { repId } = pushed;
  const leftOut = leftOutRow(world, pushed.leftOut);
  world.rotation.take(repId);
  return { ...waits, push: { repId, method: 'surplus', rule, policy, nowMs, leftOut }, stuck: null };
}

function mixOf(policy: Policy, team: string): [team: string, mix: MixPolicy][] {
  const { mix } = policyOf(policy, team);
  return mix === null ? [] : [[team, mix]];
}

/** The answer of the commit that a plan went into: a release that it has not brought on file was none. */
export async function committed<Result extends object>(
  world: World,
  { toOpen }: Pick<Planned, 'toOpen'>,
  writing: Promise<{ result: Result; replayed: boolean }>,
): Promise<{ result: Result; replayed: boolean }> {
  let isOnFile = false;
  try {
    const answer = await writing;
    const { result, replayed } = answer;
    isOnFile = !replayed && 'openedSeq' in result && result.openedSeq !== null;
    return answer;
  } finally {
    if (toOpen !== null) world.releases.settle(toOpen.offerId, isOnFile);
  }
}
