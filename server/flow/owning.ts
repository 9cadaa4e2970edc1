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
import type { ConfirmAssistResult } from './transactions/helping.ts';
import type { Refused } from './transactions/owning.ts';
import type { World } from './world.ts';

type Answer<T> = Refused | (T & { replayed: boolean });

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

  return {
    release: (order, idempotency) =>
      world.perLead.run(order.leadId, async () => {
        const lead = world.leads.row(order.leadId);
        if (lead === undefined) return { refused: 'unknownLead' };
        const nowMs = await world.arbiter.now();
        const planned = planNext(world, routableOf(lead), nowMs, { not: order.ownerId });
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

    async logActivity({ leadId, repId, activity }, idempotency) {
      const nowMs = await world.arbiter.now();
      const { kind, at, outcome, nextStep, note } = activity;
      const words = Object.fromEntries(
        Object.entries({ outcome, nextStep, note }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      );
      const { policy, day } = ofRep(repId, nowMs);
      const happenedAt = at === undefined ? nowMs : Math.min(Date.parse(at), nowMs);
      const { result, replayed } = await world.ledger.write(
        'logActivity',
        {
          leadId,
          repId,
          activityId: newId('act', nowMs, world.random),
          kind,
          words,
          at: nowMs,
          happenedAt,
          day,
          points: policy.points,
        },
        idempotency,
      );
      if ('refused' in result) return result;
      if (!replayed) announceCredit(world, result);
      const { activityId, at: atMs, firstContact, backDated } = result;
      return { activityId, atMs, firstContact, backDated, replayed };
    },

    async setStage({ leadId, repId, stage }, idempotency) {
      const nowMs = await world.arbiter.now();
      const { policy, day } = ofRep(repId, nowMs);
      const { result, replayed } = await world.ledger.write(
        'setStage',
        {
          leadId,
          repId,
          stage: stage.stage,
          reason: stage.reason ?? null,
          revenue: stage.revenue ?? null,
          at: nowMs,
          day,
          points: policy.points,
        },
        idempotency,
      );
      if ('refused' in result) return result;
      if (!replayed) {
        const counting = world.counting.committed(result.seq, result.counted);
        announceCredit(world, result);
        await counting;
      }
      return { atMs: result.at, replayed };
    },

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
