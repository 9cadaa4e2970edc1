/** Binds people, machines and their ways in to the flows of the deciding process. */
import type { NewRep } from '../client-sdk/protocol/http.ts';
import { repRoom } from './alerts/announcer.ts';
import type { EdgeDeps } from './edges.ts';
import { firstSigningSecret } from './edges-signed.ts';
import { workloadOf } from './flow/live.ts';
import { allocationView, onboardingView } from './flow/onboarding.ts';
import type { WholeNewRep } from './flow/presence.ts';
import type { World } from './flow/world.ts';
import { newId } from './kernel/ids.ts';
import { importsRoutes } from './people/imports-routes.ts';
import { leavingRoutes } from './people/leaving-routes.ts';
import { actorOf, type Directory, SESSION_MS } from './people/people.ts';
import { peopleRoutes } from './people/people-routes.ts';
import { setupRoutes } from './people/setup-routes.ts';
import type { Http } from './platform/http.ts';
import { stored } from './stored.ts';

/** The race's time; 503 while the race cannot be reached. */
const raceNow = ({ arbiter }: World) => stored(arbiter.now());

export function bindPeople(app: Http, { house, sockets, publicUrl, appSecret }: EdgeDeps): void {
  const { world, access, presence, leaving } = house;
  const { directory } = world;
  peopleRoutes(app, {
    async addRep(rep, speaker, idempotency) {
      const row = rowOf(world, rep, await raceNow(world));
      return stored(presence.add(row, actorOf(speaker), idempotency));
    },
    changeRep: (repId, patch, speaker, idempotency) =>
      stored(
        presence.change(
          repId,
          Object.fromEntries(
            Object.entries(patch)
              .filter(([, value]) => value !== undefined)
              .map(([key, value]) => [key, Array.isArray(value) ? JSON.stringify(value) : value]),
          ),
          actorOf(speaker),
          idempotency,
        ),
      ),
    protection: (rep) => ({
      onboarding: onboardingView(world, rep),
      protectedAllocation: allocationView(world, rep),
    }),
    rep: directory.rep,
    reps: directory.reps,
    presentOf() {
      const signedIn = new Set<string>();
      const lastSeen = new Map<string, number>();
      for (const { id, subjectId } of directory.tokens()) {
        signedIn.add(subjectId);
        lastSeen.set(subjectId, Math.max(lastSeen.get(subjectId) ?? 0, directory.lastUsedAt(id) ?? 0));
      }
      return (rep) => ({
        online: (sockets?.roomSize(repRoom(rep.id)) ?? 0) > 0,
        // 0: signed in, and not seen since the server started.
        lastSeenAtMs: lastSeen.get(rep.id) || null,
        signedIn: signedIn.has(rep.id),
        ...workloadOf(world, rep),
      });
    },
    managerTeams(id) {
      const manager = directory.manager(id);
      return manager === undefined ? undefined : (JSON.parse(manager.teams) as string[]);
    },
    async addManager(manager, speaker, idempotency) {
      const at = await raceNow(world);
      const row = {
        id: newId('mgr', at, world.random),
        name: manager.name,
        email: manager.email,
        teams: JSON.stringify(manager.teams),
        createdAt: at,
      };
      const { result, replayed } = await stored(
        world.ledger.write('addManager', { row, actor: actorOf(speaker), at }, idempotency),
      );
      if (!('refused' in result) && !replayed) directory.putManager(row);
      return result;
    },
    signingSecret: (sourceId) => firstSigningSecret(appSecret, sourceId),
    addMachine: (kind, name, speaker, idempotency) =>
      stored(access.addMachine(kind, name, actorOf(speaker), idempotency)),
    addToken: (role, subjectId, ttlSeconds, speaker, idempotency) =>
      stored(
        access.addToken(
          role,
          subjectId,
          ttlSeconds === undefined ? SESSION_MS : ttlSeconds * 1000,
          actorOf(speaker),
          idempotency,
        ),
      ),
    addInvite: (role, subjectId, speaker, idempotency) =>
      stored(access.addInvite(role, subjectId, actorOf(speaker), idempotency)),
    openSession: (invite, idempotency) => stored(access.openSession(invite, idempotency)),
    tokensOf: (subjectId) =>
      directory.tokensOf(subjectId).map(({ id: tokenId, createdAt, expiresAt, renewsForMs }) => ({
        tokenId,
        createdAtMs: createdAt,
        expiresAtMs: expiresAt,
        renews: renewsForMs !== null,
        lastUsedAtMs: directory.lastUsedAt(tokenId),
      })),
    tokenTeam(tokenId) {
      const token = directory.token(tokenId);
      const team = token?.role === 'rep' ? (directory.rep(token.subjectId)?.team ?? null) : null;
      return { found: token !== undefined, team, role: token?.role ?? '' };
    },
    revokeToken: (tokenId, speaker) => stored(access.revoke(tokenId, actorOf(speaker))),
    teamsOf: (speaker) => directory.teamsOf(speaker),
    inviteUrl: (role, secret) => inviteUrl(publicUrl(), role, secret),
  });
  importsRoutes(app, {
    knows: createKnows(directory),
    mayManage: (speaker, team) => mayManage(directory.teamsOf(speaker), team),
    async addReps(rows, existing, speaker, idempotency) {
      const nowMs = await raceNow(world);
      const whole = rows.map(({ line, rep }) => ({ line, row: rowOf(world, rep, nowMs) }));
      return stored(presence.addAll(whole, existing, actorOf(speaker), idempotency));
    },
  });
  leavingRoutes(app, {
    teamOf: (repId) => {
      const rep = directory.rep(repId);
      return rep && { team: rep.team };
    },
    mayManage: (speaker, team) => mayManage(directory.teamsOf(speaker), team),
    lockOut: (repId, speaker, idempotency) => stored(access.lockOut('rep', repId, actorOf(speaker), idempotency)),
    handOver: (order, speaker, idempotency) =>
      stored(leaving.handOver({ ...order, actor: actorOf(speaker) }, idempotency)),
    inviteUrl: (secret) => inviteUrl(publicUrl(), 'rep', secret),
  });
  setupRoutes(app, {
    managers: directory.managers,
    sources: directory.sources,
    screens: directory.screens,
    reps: directory.reps,
    tokens: directory.tokens,
    lastUsedAt: directory.lastUsedAt,
    teamsOf: (speaker) => directory.teamsOf(speaker),
    zones() {
      const { teams } = world.policy.at(world.clock.nowMs()).policy;
      return Object.fromEntries(Object.entries(teams).map(([name, { timeZone }]) => [name, timeZone ?? null]));
    },
    leads: () => ({
      posted: world.leads.page({ limit: 1 }).length > 0,
      won: world.owners.latest('claim', 1).length > 0,
    }),
  });
}

const inviteUrl = (base: string, role: 'rep' | 'manager', secret: string) =>
  `${base}/${role === 'rep' ? 'rep' : 'manage'}/#invite=${secret}`;

const mayManage = (teams: string[] | null, team: string | null) =>
  teams === null || (team !== null && teams.includes(team));

/** Looks at all e-mails once: whether one of them is a rep's, whatever its case. */
function createKnows(directory: Directory): () => (email: string) => boolean {
  return () => {
    const known = new Set(directory.reps().map(({ email }) => email.toLowerCase()));
    return (email) => known.has(email.toLowerCase());
  };
}

function rowOf({ random }: World, rep: NewRep, nowMs: number): WholeNewRep {
  return {
    id: newId('rep', nowMs, random),
    name: rep.name,
    email: rep.email,
    team: rep.team ?? null,
    tier: rep.tier ?? 2,
    hiredOn: rep.hiredOn ?? null,
    timeZone: rep.timeZone ?? null,
    languages: JSON.stringify(rep.languages ?? ['id']),
    active: true,
    status: 'ready',
    quota: null,
    territories: JSON.stringify(rep.territories ?? []),
    verticals: JSON.stringify(rep.verticals ?? []),
    products: JSON.stringify(rep.products ?? []),
    jobFunction: rep.jobFunction ?? null,
    seniority: rep.seniority ?? null,
    readyOn: null,
    onboardingExtensions: '[]',
    onboardingTicks: '[]',
    protectedAllocations: '[]',
    attainment: null,
    createdAt: nowMs,
    lastAssignedAt: 0,
  };
}
