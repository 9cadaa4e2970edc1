/** What an owner does with a lead: works it, moves it on, gives it back; and who helped whom. */
import type { NewActivity, NewStage } from '../../client-sdk/protocol/http.ts';
import { dayBounds, localDay, periodDays } from '../kernel/calendar.ts';
import { newId } from '../kernel/ids.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import { zoneOf } from '../policy/policy-rules.ts';
import { announceCredit } from './crediting.ts';
import { follow } from './following.ts';
import { committed } from './mixing.ts';
import { planNext, routableOf } from './offering.ts';
import { poolOfferOf, takenBy, workInPool } from './team-pools.ts';
import type { ConfirmAssistResult } from './transactions/helping.ts';
import type { Refused } from './transactions/owning.ts';
import type { World } from './world.ts';

/** `owner`: the member of a team pool who was first. */
type Answer<T> =
  | Refused
  | { refused: string; owner?: { id: string; name: string | null } }
  | (T & { replayed: boolean });

export interface Owning {
  release(
    order: { leadId: string; ownerId: string; actor: string; reason: string },
    idempotency?: Idempotency,
  ): Promise<Answer<{ atMs: number }>>;
  logActivity(
    order: { leadId: string; repId: string; activity: NewActivity },
    idempotency?: Idempotency,
  ): Promise<Answer<{ activityId: string; atMs: number; firstContact: boolean; backDated: boolean }>>;
  setStage(
    order: { leadId: string; repId: string; stage: NewStage },
    idempotency?: Idempotency,
  ): Promise<Answer<{ atMs: number }>>;
  askAssist(
    order: { helperId: string; helpedId: string; leadId: string | null; note: string | null },
    idempotency?: Idempotency,
  ): Promise<{ id: string; atMs: number }>;
  confirmAssist(order: { id: string; repId: string }, idempotency?: Idempotency): Promise<ConfirmAssistResult>;
}

export function createOwning(world: World): Owning {
  const ofRep = (repId: string, nowMs: number) => {
    const { policy } = world.policy.at(nowMs);
    const zone = zoneOf(policy, world.directory.rep(repId) ?? {});
    return { policy, zone, day: localDay(nowMs, zone) };
  };

  /** A lead of a team pool is worked by one member at a time; a repeated call is only answered again. */
  function inTurn<T>(
    { leadId, repId }: { leadId: string; repId: string },
    idempotency: Idempotency | undefined,
    run: (pooled: boolean) => Promise<T>,
  ): Promise<T> {
    const pooled = !world.events.answered(idempotency) && poolOfferOf(world, leadId, repId) !== undefined;
    return pooled ? world.perLead.run(leadId, () => run(true)) : run(false);
  }

  function refusal(why: { refused: string }, leadId: string, repId: string) {
    const owner = why.refused === 'notOwner' ? takenBy(world, leadId, repId) : null;
    return owner === null ? why : { refused: 'taken', owner };
  }

  const logOne = async (
    { leadId, repId, activity }: Parameters<Owning['logActivity']>[0],
    pooled: boolean,
    idempotency?: Idempotency,
  ): ReturnType<Owning['logActivity']> => {
    const nowMs = await world.arbiter.now();
    const { kind, at, outcome, nextStep, note } = activity;
    const words = Object.fromEntries(
      Object.entries({ outcome, nextStep, note }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const { policy, day } = ofRep(repId, nowMs);
    const happenedAt = at === undefined ? nowMs : Math.min(Date.parse(at), nowMs);
    const activityId = newId('act', nowMs, world.random);
    const logged = { leadId, repId, activityId, kind, words, at: nowMs, happenedAt, day, points: policy.points };
    if (pooled) {
      const { result, replayed } = await workInPool(
        world,
        { leadId, repId, work: { activity: logged }, policy },
        idempotency,
      );
      if ('refused' in result) return result;
      const { at: atMs, firstContact = false, backDated = false } = result;
      return { activityId: result.activityId ?? activityId, atMs, firstContact, backDated, replayed };
    }
    const { result, replayed } = await world.ledger.write('logActivity', logged, idempotency);
    if ('refused' in result) return refusal(result, leadId, repId);
    if (!replayed) announceCredit(world, result);
    return {
      activityId: result.activityId,
      atMs: result.at,
      firstContact: result.firstContact,
      backDated: result.backDated,
      replayed,
    };
  };

  const moveOne = async (
    { leadId, repId, stage }: Parameters<Owning['setStage']>[0],
    pooled: boolean,
    idempotency?: Idempotency,
  ): ReturnType<Owning['setStage']> => {
    const nowMs = await world.arbiter.now();
    const { policy, day } = ofRep(repId, nowMs);
    const { reason = null, revenue = null } = stage;
    const moved = { leadId, repId, stage: stage.stage, reason, revenue, at: nowMs, day, points: policy.points };
    if (pooled) {
      const { result, replayed } = await workInPool(
        world,
        { leadId, repId, work: { stage: moved }, policy },
        idempotency,
      );
      return 'refused' in result ? result : { atMs: result.at, replayed };
    }
    const { result, replayed } = await world.ledger.write('setStage', moved, idempotency);
    if ('refused' in result) return refusal(result, leadId, repId);
    if (!replayed) {
      const counting = world.counting.committed(result.seq, result.counted);
      announceCredit(world, result);
      await counting;
    }
    return { atMs: result.at, replayed };
  };

  return {
    release: (order, idempotency) =>
      world.perLead.run(order.leadId, async () => {
        const lead = world.leads.row(order.leadId);
        if (lead === undefined) return { refused: 'unknownLead' };
        const nowMs = await world.arbiter.now();
        const planned = planNext(world, routableOf(lead, world.leads.interest(lead.id)), nowMs, {
          givenBackBy: order.ownerId,
        });
        const { result, replayed } = await committed(
          world,
          planned,
          world.ledger.write(
            'releaseLead',
            {
              leadId: order.leadId,
              repId: order.ownerId,
              actor: order.actor,
              reason: order.reason,
              at: nowMs,
              day: ofRep(order.ownerId, nowMs).day,
              next: planned.next,
            },
            idempotency,
          ),
        );
        if ('refused' in result) return result;
        if (!replayed) {
          // Memory first, in the turn in which the commit is known; what is announced follows.
          const counting = world.counting.committed(result.seq, result.counted);
          const following = follow(world, planned, result.openedSeq);
          announceCredit(world, result);
          await Promise.all([counting, following]);
          world.wall.changed();
        }
        return { atMs: result.at, replayed };
      }),

    logActivity: (order, idempotency) => inTurn(order, idempotency, (pooled) => logOne(order, pooled, idempotency)),
    setStage: (order, idempotency) => inTurn(order, idempotency, (pooled) => moveOne(order, pooled, idempotency)),

    async askAssist(order, idempotency) {
      const nowMs = await world.arbiter.now();
      const id = newId('ast', nowMs, world.random);
      const { result } = await world.ledger.write('askAssist', { ...order, id, at: nowMs }, idempotency);
      return { id: result.id, atMs: result.at };
    },

    async confirmAssist({ id, repId }, idempotency) {
      const nowMs = await world.arbiter.now();
      // The points are the helper's, and so is the day they count on.
      const { policy, day, zone } = ofRep(world.points.assist(id)?.helperId ?? repId, nowMs);
      const { from, to } = periodDays('week', day);
      const week = { fromMs: dayBounds(from, zone).fromMs, untilMs: dayBounds(to, zone).untilMs };
      const { result, replayed } = await world.ledger.write(
        'confirmAssist',
        { id, repId, at: nowMs, day, week, points: policy.points },
        idempotency,
      );
      if (!('refused' in result) && !replayed) announceCredit(world, result);
      return result;
    },
  };
}
