/**
 * CLAIM → ledger → points → leaderboard → wallboard: what happens to a provisional win. The ledger is
 * the second referee; the arbiter is told what the file says; only then does anybody hear a name.
 */
import type { ProvisionalWin } from '../claims/arbiter.ts';
import { localDay } from '../kernel/calendar.ts';
import { UnderWay } from '../kernel/under-way.ts';
import { LedgerError } from '../ledger/ledger-error.ts';
import { zoneOf } from '../policy/policy-rules.ts';
import { announceCredit } from './crediting.ts';
import { gateOf, openLanesNobodyHolds } from './lanes.ts';
import { type SettleClaimResult, settledBefore } from './transactions/settle-claim.ts';
import type { World } from './world.ts';

export interface Settlement {
  /** Settles one provisional win; never rejects. */
  settle(win: ProvisionalWin): Promise<void>;
  /** Resolves when nothing is being settled. */
  idle(): Promise<void>;
}

export function createSettlement(world: World): Settlement {
  const underWay = new UnderWay();

  async function write(win: ProvisionalWin): Promise<SettleClaimResult> {
    const rep = world.directory.rep(win.repId);
    // The gate of a rep may come to the arbiter later than it was promised: Redis was away when it was raised.
    const why = gateOf(rep);
    if (why !== null && world.owners.byOffer(win.offerId) === undefined) return { outcome: 'refused', why };
    const offer = world.offers.get(win.offerId);
    const { policy } = (offer && world.policy.version(offer.policyVersion)) ?? world.policy.at(win.claimedAtMs);
    const temperature = offer?.facts.temperature ?? world.leads.row(win.leadId)?.temperature ?? 'hot';
    const { result } = await world.ledger.write('settleClaim', {
      win,
      repNum: rep?.num ?? 0,
      day: localDay(win.claimedAtMs, zoneOf(policy, rep ?? {})),
      firstContactMs: policy.sla.firstContactSeconds[temperature] * 1000,
      points: { claimWithin60s: policy.points.claimWithin60s },
    });
    return result;
  }

  function committed(win: ProvisionalWin, result: Extract<SettleClaimResult, { outcome: 'committed' }>): void {
    const { offerId, repId } = win;
    // It was on file: whoever wrote it has told it, or is about to.
    if (result.seq === 0) return;
    const offer = world.offers.remove(offerId, result.seq, result.claimedAtMs);
    for (const { counter, by } of result.gains) world.counters.add(repId, counter, by);
    announceCredit(world, result);
    // A win that was settled while the house opened: nobody had been shown the offer by this process.
    if (offer === undefined) return;
    const name = winnerName(world, repId, offer.policyVersion);
    world.alerts.taken(offer, result.seq, { id: repId, name }, result.claimedAtMs);
    world.wall.changed();
  }

  /** Tells the arbiter what the file says of a win, and then everybody. */
  async function tell(win: ProvisionalWin, result: SettleClaimResult): Promise<void> {
    const { offerId, order } = win;
    world.metrics.settlements(result.outcome);
    if (result.outcome === 'refused') {
      world.log.warn('a win the arbiter granted was refused by the ledger', {
        offerId,
        repId: win.repId,
        reason: result.why,
      });
      await world.arbiter.settle(win, { outcome: 'reopened' });
      world.settled({ offerId, order, outcome: 'reopened' });
      return;
    }
    if (result.outcome === 'repeated') {
      await world.arbiter.settle(win, { outcome: 'reopened' });
      world.settled({ offerId, order, outcome: 'reopened', wonBefore: result.wonBefore });
      return;
    }
    const { claimedAtMs } = result;
    const winnerId = result.outcome === 'committed' ? win.repId : result.winnerId;
    const claimSpeedMs = result.outcome === 'committed' ? result.claimSpeedMs : 0;
    const offer = world.offers.get(offerId);
    const name =
      offer === undefined ? winnerNameOf(world, winnerId, offerId) : winnerName(world, winnerId, offer.policyVersion);
    const told = world.arbiter.settle(
      win,
      result.outcome === 'committed' ? { outcome: 'committed' } : { outcome: 'claimedBy', winnerId, claimedAtMs },
    );
    world.settled(
      { offerId, order, outcome: 'committed', winnerId, winnerName: name, claimedAtMs, claimSpeedMs },
      result.outcome === 'committed' ? (offer?.lead ?? undefined) : undefined,
    );
    if (result.outcome === 'committed') committed(win, result);
    await told;
    if (result.outcome === 'committed') await openLanesNobodyHolds(world, win.repId);
  }

  async function settle(win: ProvisionalWin): Promise<void> {
    underWay.begin();
    try {
      const result = await write(win);
      await tell(win, result);
    } catch (error) {
      await failed(win, error);
    } finally {
      underWay.end();
    }
  }

  /**
   * A clean refusal opens the offer again, unless the file has its owner: a win whose ledger died between the
   * commit and its telling is settled a second time. Of an unknown outcome nobody hears, the process ends.
   */
  async function failed(win: ProvisionalWin, error: unknown): Promise<void> {
    const { offerId, order } = win;
    world.log.error('a win could not be settled', { offerId, repId: win.repId }, error);
    if (!(error instanceof LedgerError) || error.code === 'unknownOutcome') return;
    const unheard = (cause: unknown) => world.log.error('the arbiter could not be told', { offerId }, cause);
    const owner = world.owners.byOffer(offerId);
    if (owner !== undefined) return tell(win, settledBefore(owner, win)).catch(unheard);
    world.metrics.settlements('notStored');
    await world.arbiter.settle(win, { outcome: 'reopened' }).catch(unheard);
    world.settled({ offerId, order, outcome: 'reopened' });
  }

  return {
    settle,
    idle: () => underWay.none(),
  };
}

/** The same for an offer that may have ended long ago: the rules it was opened with are on file. */
export function winnerNameOf(world: World, repId: string, offerId: string): string | null {
  const version = world.offers.ended(offerId)?.policyVersion ?? world.offersOnFile.policyVersion(offerId);
  return version === undefined ? null : winnerName(world, repId, version);
}

/** A winner's name as losers may see it: null where the offer's policy hides names. */
export function winnerName(world: World, repId: string, policyVersion: number): string | null {
  const { policy } = world.policy.version(policyVersion) ?? world.policy.at(world.clock.nowMs());
  if (!policy.competition.showWinnerName) return null;
  return world.directory.rep(repId)?.name ?? null;
}
