/** Binds the rules (the policy; accounts, time off and the ops queue of routing) to the ledger and the flows. */
import { opsQueue } from './flow/ops-queue.ts';
import { staleRules } from './flow/reviewing.ts';
import { routingRepOf } from './flow/routing.ts';
import { contributions, teamPoolView, worksPool } from './flow/team-pools.ts';
import type { DecidingHouse } from './house.ts';
import { newId } from './kernel/ids.ts';
import { actorOf } from './people/people.ts';
import type { Http } from './platform/http.ts';
import { MODES, modesOf, modeWarnings } from './policy/mode-rules.ts';
import { modeAdvice } from './policy/mode-words.ts';
import { pausesRoutes } from './policy/pauses-routes.ts';
import { policyRoutes } from './policy/policy-routes.ts';
import type { Policy } from './policy/policy-rules.ts';
import { policyInWords } from './policy/policy-words.ts';
import { warningsInWords } from './policy/warning-words.ts';
import { fold, sameText } from './routing/condition-rules.ts';
import { routingRoutes } from './routing/routing-routes.ts';
import { teamPoolsRoutes } from './routing/team-pools-routes.ts';
import { routingWarnings } from './routing/warning-rules.ts';
import { stored } from './stored.ts';

/** A manager's name, of an actor such as `manager:<id>`. */
function managerNames({ world }: DecidingHouse) {
  return (actor: string): string | null => {
    const [role, id] = actor.split(':');
    return role === 'manager' && id !== undefined ? (world.directory.manager(id)?.name ?? null) : null;
  };
}

/** The document of rules, read and replaced. */
export function bindPolicy(app: Http, house: DecidingHouse): void {
  const { world } = house;
  const nameOf = (repId: string) => world.directory.rep(repId)?.name ?? null;
  function warningsOf(policy: Policy) {
    const reps = world.directory
      .reps()
      .filter((rep) => rep.active)
      .map(routingRepOf);
    return [...modeWarnings(policy, reps), ...routingWarnings(policy.routing, reps)];
  }
  policyRoutes(app, {
    nameOf: managerNames(house),
    inForce: () => world.policy.at(world.clock.nowMs()),
    latest: world.policy.latest,
    versions: world.policy.all,
    words(asked, speaker) {
      const language = asked ?? world.directory.language(speaker);
      const nowMs = world.clock.nowMs();
      const { policy } = world.policy.at(nowMs);
      return { language, sections: policyInWords(policy, language, nameOf, world.pauses.live(nowMs)) };
    },
    draftWords(policy, asked, speaker) {
      const language = asked ?? world.directory.language(speaker);
      const sections = policyInWords(policy, language, nameOf);
      // What has been on file for long says nothing of a draft.
      return { language, sections, warnings: warningsInWords(warningsOf(policy), language) };
    },
    warnings(asked, speaker) {
      const warnings = [...warningsOf(world.policy.latest().policy), ...staleRules(world, world.clock.nowMs())];
      return warningsInWords(warnings, asked ?? world.directory.language(speaker));
    },
    modes(asked, speaker) {
      const language = asked ?? world.directory.language(speaker);
      const inUse = modesOf(world.policy.latest().policy);
      return MODES.map((mode) => ({ mode, inUse: inUse.includes(mode), ...modeAdvice(mode, language) }));
    },
    async reviewed(note, speaker, idempotency) {
      const at = await stored(world.arbiter.now());
      const order = { at, note, actor: actorOf(speaker) };
      const { result } = await stored(world.ledger.write('reviewPolicy', order, idempotency));
      world.policy.reviewed(result.at);
      return result.at;
    },
    isTeam: (team) => world.directory.reps().some((rep) => rep.team === team),
    nowMs: () => world.clock.nowMs(),
    async set(policy, { effectiveAtMs, expectedVersion, reason }, speaker, idempotency) {
      const at = await stored(world.arbiter.now());
      const effectiveAt = effectiveAtMs ?? at;
      const start =
        effectiveAt > at
          ? { id: newId('dl', at, world.random), kind: 'policyStarts' as const, dueAt: effectiveAt }
          : null;
      const actor = actorOf(speaker);
      const order = { document: JSON.stringify(policy), effectiveAt, expectedVersion, start, reason, actor, at };
      const { result, replayed } = await stored(world.ledger.write('setPolicy', order, idempotency));
      if ('refused' in result) return null;
      if (replayed) return world.policy.version(result.version) ?? null;
      const of = { effectiveAtMs: effectiveAt, createdAtMs: at, actor, reason };
      const version = { version: result.version, ...of, policy };
      world.policy.add(version);
      if (start === null) world.policyChanged();
      else world.timersChanged(effectiveAt);
      return version;
    },
  });
}

/** A team's competition, paused and resumed. */
export function bindPauses(app: Http, house: DecidingHouse): void {
  const { world, pausing } = house;
  const { directory, pauses } = world;
  pausesRoutes(app, {
    nameOf: managerNames(house),
    standing(team, speaker) {
      const own = speaker.role === 'rep' ? [directory.rep(speaker.subjectId)?.team] : directory.teamsOf(speaker);
      if (own !== null && !own.includes(team)) return 'foreign';
      const isNamed = Object.hasOwn(world.policy.latest().policy.teams, team);
      return isNamed || directory.reps().some((rep) => rep.team === team) ? 'own' : 'unknown';
    },
    ofTeam: pauses.ofTeam,
    live: (team) => pauses.liveOf(team, world.clock.nowMs()),
    pause: (order, speaker, idempotency) => stored(pausing.pause({ ...order, actor: actorOf(speaker) }, idempotency)),
    resume: (team, speaker) => stored(pausing.resume({ team, actor: actorOf(speaker) })),
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
      world.timeOff.changed(repId);
      return result;
    },
    timeOff: world.routing.timeOff,
    timeOffOf: (repId) => world.routing.timeOffOf(repId, world.clock.nowMs()),
    async endTimeOff({ id, repId }, speaker) {
      const at = await stored(world.arbiter.now());
      const order = { id, repId, actor: actorOf(speaker), at };
      const { result } = await stored(world.ledger.write('endTimeOff', order));
      world.timeOff.changed(repId);
      if (result.ended) await presence.routeWaiting();
      return result.ended;
    },
    opsQueue: (limit) => opsQueue(world, limit),
  });
  teamPoolsRoutes(app, {
    maySee(pool, speaker) {
      if (speaker.role === 'rep') return worksPool(world, pool, directory.rep(speaker.subjectId)) === true;
      const teams = directory.teamsOf(speaker);
      const { teamPools } = world.policy.at(world.clock.nowMs()).policy.routing;
      const team = Object.hasOwn(teamPools, pool) ? teamPools[pool]?.team : undefined;
      return teams === null || (team !== undefined && teams.some((own) => sameText(own, team)));
    },
    view: (pool) => teamPoolView(world, pool),
    contributions: (pool, span) => contributions(world, pool, span),
    nowMs: () => world.clock.nowMs(),
  });
}
