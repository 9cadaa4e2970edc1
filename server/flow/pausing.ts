/**
 * A team's competition, paused and resumed (HEALTH-20, COMP-40.12). The pause and its timers are one commit: the first
 * is due at once and withdraws what is open, offer by offer, so that a crash in between goes on at the next start; the
 * second resumes. A win that came before the offer's turn stands.
 */
import type { DeadlineRow } from '../deadlines/deadlines-store.ts';
import { everyoneIn, type OpenOffer } from '../distribution/open-offers.ts';
import { newId } from '../kernel/ids.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import type { PauseRow } from '../policy/pauses-store.ts';
import { planNext, routableOf } from './offering.ts';
import { replaceOffer } from './replacing.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;

export interface Pausing {
  pause(
    order: { team: string; days: number; reason: string; actor: string },
    idempotency?: Idempotency,
  ): Promise<PauseRow | { refused: 'paused' }>;
  /** Before its time is over. */
  resume(order: { team: string; actor: string }): Promise<PauseRow | { refused: 'notPaused' }>;
  /** Withdraws what the team's reps are in. The timer stays while a win is on its way. */
  sweep(row: DeadlineRow): Promise<void>;
  /** Its time is over. */
  end(row: DeadlineRow): Promise<void>;
}

export function createPausing(world: World): Pausing {
  async function finish(pauseId: string, actor: string, deadlineId: string | null): Promise<PauseRow | undefined> {
    const at = await world.arbiter.now();
    const { result } = await world.ledger.write('resumeTeam', { pauseId, actor, at, deadlineId });
    const row = world.pauses.find(pauseId);
    if (row === undefined || !result.resumed) return undefined;
    const ended = { ...row, endedAt: at, endedBy: actor };
    world.pauses.put(ended);
    return ended;
  }

  return {
    async pause({ team, days, reason, actor }, idempotency) {
      const at = await world.arbiter.now();
      const id = newId('pause', at, world.random);
      const row = { id, team, startedAt: at, untilAt: at + days * DAY_MS, reason, actor, endedAt: null, endedBy: null };
      const timer = () => ({ id: newId('dl', at, world.random), subjectId: id });
      const timers = [
        { ...timer(), kind: 'pauseSweeps' as const, dueAt: at },
        { ...timer(), kind: 'pauseEnds' as const, dueAt: row.untilAt },
      ];
      const { result, replayed } = await world.ledger.write('pauseTeam', { row, timers }, idempotency);
      if ('refused' in result) return result;
      if (replayed) return world.pauses.find(result.pauseId) ?? row;
      world.pauses.put(row);
      world.timersChanged(at);
      return row;
    },

    async resume({ team, actor }) {
      const live = world.pauses.liveOf(team, await world.arbiter.now());
      const ended = live === undefined ? undefined : await finish(live.id, actor, null);
      return ended ?? { refused: 'notPaused' };
    },

    async sweep(row) {
      const nowMs = await world.arbiter.now();
      const { team } = world.pauses.find(row.subjectId ?? '') ?? { team: null };
      const isLive = team !== null && world.pauses.liveOf(team, nowMs)?.id === row.subjectId;
      if (isLive && !(await withdrawOf(world, team))) return;
      const { id: deadlineId, kind } = row;
      await world.ledger.write('fireTimer', { deadlineId, at: nowMs, kind, nextDeadline: null });
    },

    async end(row) {
      await finish(row.subjectId ?? '', 'system', row.id);
    },
  };
}

/** Withdraws what reps of a paused team are in; one may have been moved there. False: a win is on its way in one of them. */
export async function withdrawOf(world: World, team: string): Promise<boolean> {
  // Whatever was planned before the pause was known is up by then.
  await world.ledger.flush();
  const concerned = [...world.offers.all()].filter((offer) => isOf(world, offer, team));
  const done = await Promise.all(
    concerned.map((offer) => world.perLead.run(offer.leadId, () => withdraw(world, offer))),
  );
  return !done.includes(false);
}

/** A team pool is worked together, and no competition. */
function isOf(world: World, offer: OpenOffer, team: string): boolean {
  return offer.teamPool === null && everyoneIn(offer).some((repId) => world.directory.rep(repId)?.team === team);
}

/** Ends an open offer, and gives its lead what the rules give it now. False: not yet, a win is on its way. */
async function withdraw(world: World, offer: OpenOffer): Promise<boolean> {
  const lead = world.leads.row(offer.leadId);
  if (world.offers.get(offer.offerId) !== offer || lead === undefined) return true;
  const answer = await world.arbiter.close(offer.offerId, 'withdrawn');
  if (answer.kind === 'pending') return false;
  // Its commit is known to the arbiter before it is known here.
  if (answer.kind === 'claimed') return world.offers.get(offer.offerId) !== offer;
  const nowMs = await world.arbiter.now();
  const planned = planNext(world, routableOf(lead, world.leads.interest(lead.id)), nowMs);
  await replaceOffer(world, offer, planned, { reason: 'withdrawn', deadlineId: null, nowMs });
  // Not, where the rep it was to go to has no room any more.
  return world.offers.get(offer.offerId) !== offer;
}
