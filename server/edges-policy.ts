/** Binds the rules (the policy; accounts, time off and the ops queue of routing) to the ledger and the flows. */
import { opsQueue } from './flow/ops-queue.ts';
import { routingRepOf } from './flow/routing.ts';
import type { DecidingHouse } from './house.ts';
import { newId } from './kernel/ids.ts';
import { actorOf } from './people/people.ts';
import type { Http } from './platform/http.ts';
import { policyRoutes } from './policy/policy-routes.ts';
import { policyInWords } from './policy/policy-words.ts';
import { fold } from './routing/condition-rules.ts';
import { routingRoutes } from './routing/routing-routes.ts';
import { routingWarnings } from './routing/warning-rules.ts';
import { stored } from './stored.ts';

/** The document of rules, read and replaced. */
export function bindPolicy(app: Http, { world }: DecidingHouse): void {
  policyRoutes(app, {
    inForce: () => world.policy.at(world.clock.nowMs()),
    latest: world.policy.latest,
    words(asked, speaker) {
      const language = asked ?? world.directory.language(speaker);
      const { policy } = world.policy.at(world.clock.nowMs());
      return { language, sections: policyInWords(policy, language, (id) => world.directory.rep(id)?.name ?? null) };
    },
    warnings() {
      const active = world.directory.reps().filter((rep) => rep.active);
      return routingWarnings(world.policy.latest().policy.routing, active.map(routingRepOf));
    },
    nowMs: () => world.clock.nowMs(),
    async set(policy, { effectiveAtMs, expectedVersion }, speaker) {
      const at = await stored(world.arbiter.now());
      const effectiveAt = effectiveAtMs ?? at;
      const start =
        effectiveAt > at
          ? { id: newId('dl', at, world.random), kind: 'policyStarts' as const, dueAt: effectiveAt }
          : null;
      const { result } = await stored(
        world.ledger.write('setPolicy', {
          document: JSON.stringify(policy),
          effectiveAt,
          expectedVersion,
          start,
          actor: actorOf(speaker),
          at,
        }),
      );
      if ('refused' in result) return null;
      const version = { version: result.version, effectiveAtMs: effectiveAt, policy };
      world.policy.add(version);
      if (start === null) world.policyChanged();
      else world.timersChanged(effectiveAt);
      return version;
    },
  });
}

export function bindRouting(app: Http, house: DecidingHouse): void {
  const { world, presence } = house;
  const { directory } = world;
  routingRoutes(app, {
    isActiveRep: (repId) => directory.rep(repId)?.active === true,
    mayManage(speaker, repId) {
      const rep = directory.rep(repId);
      if (rep === undefined) return false;
      if (speaker.role === 'rep') return speaker.subjectId === repId;
      const teams = directory.teamsOf(speaker);
      return teams === null || (rep.team !== null && teams.includes(rep.team));
    },
    async setAccount(company, ownerId, speaker) {
      const at = await stored(world.arbiter.now());
      const key = fold(company);
      const row = ownerId === null ? null : { key, company, repId: ownerId, since: at };
      await stored(world.ledger.write('setAccount', { key, row, actor: actorOf(speaker), at }));
      return row;
    },
    accounts: world.routing.accounts,
    async addTimeOff({ repId, fromMs, untilMs }, speaker, idempotency) {
      const at = await stored(world.arbiter.now());
      const row = { id: newId('off', at, world.random), repId, fromAt: fromMs, untilAt: untilMs, createdAt: at };
      const { result } = await stored(
        world.ledger.write('addTimeOff', { row, actor: actorOf(speaker), at }, idempotency),
      );
      return result;
    },
    timeOff: world.routing.timeOff,
    timeOffOf: (repId) => world.routing.timeOffOf(repId, world.clock.nowMs()),
    async endTimeOff({ id, repId }, speaker) {
      const at = await stored(world.arbiter.now());
      const order = { id, repId, actor: actorOf(speaker), at };
      const { result } = await stored(world.ledger.write('endTimeOff', order));
      if (result.ended) await presence.routeWaiting();
      return result.ended;
    },
    opsQueue: (limit) => opsQueue(world, limit),
  });
}
