/** Binds the edges, HTTP routes and socket events, to the flows of the deciding process. */
import { type AlertEdge, alertSockets } from './alerts/alerts-sockets.ts';
import type { House } from './alerts/house.ts';
import type { Claims } from './claims/claims.ts';
import { claimRoutes } from './claims/claims-routes.ts';
import { claimSockets, type Standing } from './claims/claims-sockets.ts';
import { racesRoutes } from './claims/races-routes.ts';
import { placeOf } from './distribution/open-offers.ts';
import { bindComplaints, bindFairness, bindLive } from './edges-fairness.ts';
import { bindPeople } from './edges-people.ts';
import { bindPauses, bindPolicy, bindRouting } from './edges-policy.ts';
import { bindScreens } from './edges-screens.ts';
import { bindClaimLinks, bindSignedIntake } from './edges-signed.ts';
import { bindTiers } from './edges-tiers.ts';
import { assignByManager } from './flow/assigning.ts';
import { personalCard } from './flow/card.ts';
import { blindLead, isTeamsLead, leadFor } from './flow/claim-record.ts';
import { isReady } from './flow/lanes.ts';
import { leadsListed } from './flow/lead-list.ts';
import { noteReceipt, raceRecord, wasInRace } from './flow/race-record.ts';
import { speedBoard } from './flow/speed-board.ts';
import type { DecidingHouse } from './house.ts';
import type { Clock } from './kernel/clock.ts';
import { newId } from './kernel/ids.ts';
import { streamName } from './leaderboard/board-streams.ts';
import { leaderboardRoutes } from './leaderboard/leaderboard-routes.ts';
import { type LeadsRoutesDeps, leadsRoutes } from './leads/leads-routes.ts';
import { eventsRoutes } from './ledger/events-routes.ts';
import { actorOf } from './people/people.ts';
import { createAdmission } from './platform/admission.ts';
import type { Door } from './platform/door.ts';
import type { Http, Speaker } from './platform/http.ts';
import type { Load, OverloadLimits } from './platform/overload.ts';
import { Problem } from './platform/problem.ts';
import type { Sockets } from './platform/sockets.ts';
import { assistsRoutes } from './points/assists-routes.ts';
import { stored } from './stored.ts';
import type { WhatIfs } from './whatif/what-ifs.ts';
import { bindWhatIfs } from './whatif/what-ifs-routes.ts';

export interface EdgeDeps {
  house: DecidingHouse;
  claims: Claims;
  load: Load;
  /** Null in a process that holds no sockets. */
  sockets: Sockets | null;
  publicUrl(): string;
  door: Door;
  appSecret: string;
  /** Absent where there is no file to be read. */
  whatIfs?: WhatIfs;
}

/** Claims come first: a lead that waits at its source for this long is not lost. */
const INTAKE_RETRY_SECONDS = 2;

/** The race's time; 503 while the race cannot be reached. */
const raceNow = ({ arbiter }: DecidingHouse['world']) => stored(arbiter.now());

export function bindRoutes(app: Http, deps: EdgeDeps): void {
  const { house, claims } = deps;
  const { world } = house;
  const language = (speaker: Speaker) => world.directory.language(speaker);
  claimRoutes(app, {
    claim: claims.claim,
    language,
    newRequestId: () => newId('act', world.clock.nowMs(), world.random),
  });
  racesRoutes(app, {
    record: (leadId, forRep) => raceRecord(world, leadId, forRep),
    wasIn: (leadId, repId) => wasInRace(world, leadId, repId),
  });
  eventsRoutes(app, world.events);
  bindLeads(app, deps);
  bindPeople(app, deps);
  bindGame(app, deps);
  bindPolicy(app, house);
  bindPauses(app, house);
  bindRouting(app, house);
  bindFairness(app, deps);
  bindComplaints(app, deps);
  bindLive(app, deps);
  bindTiers(app, deps);
  if (deps.whatIfs !== undefined) bindWhatIfs(app, house, deps.whatIfs);
  bindClaimLinks(app, deps);
  bindScreens(app, deps);
}

function bindLeads(app: Http, deps: EdgeDeps): void {
  const { house, load } = deps;
  const { world, intake, owning } = house;
  const { leads, owners, directory } = world;

  /** The offers a rep sees now: those whose lane has opened for it; of one that opens later, not a word. */
  const offersShownTo = (repId: string) =>
    isReady(world, repId)
      ? world.offers.ofRep(repId).filter((offer) => (placeOf(offer, repId)?.sentAtMs ?? null) !== null)
      : [];

  /** A rep sees a lead it owns whole, one it is offered without contact details; a manager its teams'. */
  function view(leadId: string, speaker: Speaker) {
    if (speaker.role === 'admin') return leadFor(world, leadId, true);
    const owner = owners.live(leadId);
    if (speaker.role === 'rep') {
      if (owner?.repId === speaker.subjectId) return leadFor(world, leadId, true);
      const offer = offersShownTo(speaker.subjectId).find((offered) => offered.leadId === leadId);
      if (offer === undefined) return null;
      // A member of a team pool is to call: it reads whom.
      return offer.blind === null ? leadFor(world, leadId, offer.teamPool !== null) : blindLead(offer);
    }
    return isTeamsLead(world, leadId, directory.teamsOf(speaker)) ? leadFor(world, leadId, true) : null;
  }

  const accept: LeadsRoutesDeps['accept'] = (lead, speaker, idempotency) => {
    if (load.intakeMustWait()) {
      world.metrics.shed('intake', 'overloaded');
      throw new Problem(503, 'overloaded', 'Too much waits to be stored; nothing has changed. Ask again.', {
        retryAfterSeconds: INTAKE_RETRY_SECONDS,
      });
    }
    return stored(intake.accept(lead, { sourceId: speaker.subjectId, actor: actorOf(speaker) }, idempotency));
  };
  bindSignedIntake(app, deps, accept);
  leadsRoutes(app, {
    accept,
    view,
    list(speaker, query) {
      const { cursor } = query;
      if (cursor !== undefined && leads.row(cursor) === undefined) {
        const errors = [{ field: 'cursor', message: 'is none that a list has answered' }];
        throw new Problem(400, 'validation', 'cursor: is none that a list has answered', { field: 'cursor', errors });
      }
      const own =
        speaker.role === 'rep'
          ? [...owners.leadsOf(speaker.subjectId, 1000), ...offersShownTo(speaker.subjectId)].map(
              ({ leadId }) => leadId,
            )
          : undefined;
      const { ids, nextCursor } = leadsListed(world, query, own);
      return { items: ids.map((id) => view(id, speaker)).filter((lead) => lead !== null), nextCursor };
    },
    async release(leadId, reason, speaker, idempotency) {
      const owner = owners.live(leadId);
      if (leads.row(leadId) === undefined) return { refused: 'unknownLead' };
      const ownerId = speaker.role === 'rep' ? speaker.subjectId : owner?.repId;
      if (!world.events.answered(idempotency)) {
        if (ownerId === undefined) return { refused: 'notOwned' };
        if (speaker.role === 'manager' && view(leadId, speaker) === null) return { refused: 'unknownLead' };
      }
      return stored(owning.release({ leadId, ownerId: ownerId ?? '', actor: actorOf(speaker), reason }, idempotency));
    },
    assign(order, speaker, idempotency) {
      const teams = directory.teamsOf(speaker);
      const team = directory.rep(order.repId)?.team ?? null;
      const isForeign =
        teams !== null && (team === null || !teams.includes(team) || view(order.leadId, speaker) === null);
      if (isForeign && !world.events.answered(idempotency)) {
        return Promise.resolve({ ok: false, code: 'unknownRep' } as const);
      }
      return stored(assignByManager(world, { ...order, actor: actorOf(speaker) }, idempotency));
    },
    async logActivity(leadId, activity, speaker, idempotency) {
      if (leads.row(leadId) === undefined) return { refused: 'unknownLead' };
      return stored(owning.logActivity({ leadId, repId: speaker.subjectId, activity }, idempotency));
    },
    async setStage(leadId, stage, speaker, idempotency) {
      if (leads.row(leadId) === undefined) return { refused: 'unknownLead' };
      return stored(owning.setStage({ leadId, repId: speaker.subjectId, stage }, idempotency));
    },
    async forget(leadId, speaker) {
      if (leads.row(leadId) === undefined) return false;
      await stored(world.ledger.write('forgetLead', { leadId, actor: actorOf(speaker), at: await raceNow(world) }));
      const offer = world.offers.ofLead(leadId);
      if (offer !== undefined)
        Object.assign(offer, { facts: { ...offer.facts, contact: { title: null } }, lead: null });
      return true;
    },
    nowMs: () => world.clock.nowMs(),
  });
}

function bindGame(app: Http, { house }: EdgeDeps): void {
  const { world, owning } = house;
  leaderboardRoutes(app, {
    board: ({ metric, ...query }, speaker) =>
      world.boards.snapshot({ ...query, board: metric }, speaker.role === 'rep' ? speaker.subjectId : undefined),
    speedBoard: (query, speaker) => speedBoard(world, query, speaker.role === 'rep' ? speaker.subjectId : undefined),
    card: (repId) => personalCard(world, repId),
  });
  assistsRoutes(app, {
    isActiveRep: (repId) => world.directory.rep(repId)?.active === true,
    leadExists: (leadId) => world.leads.row(leadId) !== undefined,
    ask: (order, idempotency) => stored(owning.askAssist(order, idempotency)),
    confirm: (order, idempotency) => stored(owning.confirmAssist(order, idempotency)),
  });
}

/** The socket edges, over the house of this process or of another. */
export function bindSockets(
  sockets: Sockets,
  deps: {
    claims: Claims;
    house: House;
    clock: Clock;
    machineClock: Clock;
    limits: Pick<OverloadLimits, 'snapshots' | 'boards'>;
    language(speaker: Speaker): 'id' | 'en';
    standing(speaker: Speaker): Standing | Promise<Standing>;
    onError(error: unknown): void;
  },
): AlertEdge {
  claimSockets(sockets, { claim: deps.claims.claim, language: deps.language, standing: deps.standing });
  return alertSockets(sockets, {
    ...deps,
    admission: createAdmission(deps.machineClock, deps.limits.snapshots),
    boardAdmission: createAdmission(deps.machineClock, deps.limits.boards),
  });
}

/** The house's answers to socket edges of this very process. */
export function localHouse({ world }: DecidingHouse): House {
  return {
    snapshot: (repId) => world.alerts.snapshot(repId),
    streamOf: streamName,
    watchBoard: (asked, watcher) => world.boards.watch(asked, watcher),
    releaseBoard: (stream, watcher) => world.boards.release(stream, watcher),
    watcherGone: (watcher) => world.boards.releaseAll(watcher),
    wallFeed: () => world.wall.feed(),
    receipt(repId, kind, offerIds) {
      for (const offerId of offerIds) noteReceipt(world, offerId, { repId, kind });
    },
  };
}
