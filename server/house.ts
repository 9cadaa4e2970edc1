/**
 * The deciding process, without its edges: the file's role, the ledger's thread, what is held in
 * memory, the arbiter, the flows and the scheduler, built in the order in which the data flows and let
 * go of in reverse. `compose.ts` puts HTTP and sockets in front of it.
 */

import type { Announcer } from './alerts/announcer.ts';
import { boardRoom } from './alerts/announcer.ts';
import type { ArbiterControl } from './claims/arbiter.ts';
import { createCounters } from './claims/counters.ts';
import { createOwnershipReader } from './claims/ownership-reader.ts';
import { createRaceNotes } from './claims/race-notes.ts';
import { createDueReader, onlyDeadline, waitingDeadline } from './deadlines/deadlines-store.ts';
import { createScheduler } from './deadlines/scheduler.ts';
import { createOffersReader } from './distribution/offers-reader.ts';
import { onboardingOf } from './distribution/onboarding-rules.ts';
import { createOpenOffers } from './distribution/open-offers.ts';
import { createReleases } from './distribution/releases.ts';
import { createShownLeads } from './distribution/shown-leads.ts';
import { createComplaintsReader } from './fairness/complaints-reader.ts';
import { createAccess } from './flow/access.ts';
import { createAlerts } from './flow/alerting.ts';
import { assignedBefore } from './flow/assigning.ts';
import { createClaimRecord } from './flow/claim-record.ts';
import { createCounting } from './flow/counting.ts';
import { createDeadlines } from './flow/deadlines.ts';
import { createIntake } from './flow/intake.ts';
import { isReady } from './flow/lanes.ts';
import { createLeaving } from './flow/leaving.ts';
import { releasesOnFile } from './flow/mixing.ts';
import { createOwning } from './flow/owning.ts';
import { createPausing } from './flow/pausing.ts';
import { createPresence } from './flow/presence.ts';
import { armReminder } from './flow/priority-windows.ts';
import { closeMonthDue, firstMonthTimer } from './flow/quota.ts';
import { forgetOldLeads, retentionTimer } from './flow/retention.ts';
import { remindOfReview } from './flow/reviewing.ts';
import { createSettlement } from './flow/settlement.ts';
import { noteShown, restoreShown, SHOWN_READ_MS } from './flow/showing.ts';
import { firstCounterDay, restoreOffers } from './flow/start.ts';
import { armTiers, createTiering, tiersTimer } from './flow/tiering.ts';
import type { Transactions } from './flow/transactions/transactions.ts';
import { createWall } from './flow/wall.ts';
import type { World } from './flow/world.ts';
import type { Clock } from './kernel/clock.ts';
import { createKeyedQueue } from './kernel/keyed-queue.ts';
import type { Random } from './kernel/random.ts';
import type { LeaderboardDeps } from './leaderboard/board-streams.ts';
import { createLeaderboard } from './leaderboard/leaderboard.ts';
import { loadRepDays } from './leaderboard/leaderboard-store.ts';
import { createRepDaysReader } from './leaderboard/rep-days-reader.ts';
import { createLeadsReader } from './leads/leads.ts';
import { createEventsReader } from './ledger/events-reader.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createDirectory, type Directory, type DirectoryWatcher } from './people/people.ts';
import { loadEveryone, type RepRow } from './people/people-store.ts';
import type { Db } from './platform/db.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { createPointsReader } from './points/points-reader.ts';
import { createPauses } from './policy/pauses.ts';
import { loadPauses } from './policy/pauses-store.ts';
import { createPolicyBook, type PolicyBook } from './policy/policy.ts';
import { zoneOf } from './policy/policy-rules.ts';
import { lastReview, loadPolicies } from './policy/policy-store.ts';
import { createQuotaReader } from './quota/quota-reader.ts';
import { createRotation } from './routing/rotation.ts';
import { createRoutingReader } from './routing/routing-reader.ts';
import { createTimeOffBook } from './routing/time-off-book.ts';
import { createTiersReader } from './tiers/tiers-reader.ts';

export interface HouseDeps {
  clock: Clock;
  random: Random;
  log: Log;
  metrics: Metrics;
  db: Db;
  ledger: Ledger<Transactions>;
  arbiter: ArbiterControl;
  announcer: Announcer;
  settled: World['settled'];
  boardsMustWait(): boolean;
  adminApiKey: string | null;
  appSecret: string;
  directoryWatcher?: DirectoryWatcher | undefined;
  /** Puts the restored race before the arbiter and lets claims in. */
  openRace(world: World): Promise<void>;
  /** Absent: chance. */
  lot?: World['lot'];
  /** How long the scheduler may sleep without a look at the file; absent: a minute. */
  longestSleepMs?: number;
}

export type DecidingHouse = Awaited<ReturnType<typeof openHouse>>;

/** Builds the world of the flows over what is on file. */
function createWorld(deps: HouseDeps): World {
  const { db, clock, log, metrics, announcer } = deps;
  const policy = createPolicyBook(loadPolicies(db), lastReview(db)?.at);
  const directory = createDirectory(loadEveryone(db), deps.adminApiKey, deps.directoryWatcher);
  const offers = createOpenOffers();
  const owners = createOwnershipReader(db);
  const offersOnFile = createOffersReader(db);
  const boards = createLeaderboard({
    clock,
    epoch: Buffer.from(deps.random.bytes(9)).toString('base64url'),
    policy() {
      const { leaderboard, calendar, competition } = policy.at(clock.nowMs()).policy;
      return { ...leaderboard, timeZone: calendar.timeZone, showNames: competition.showWinnerName };
    },
    ...boardReps(directory, policy),
    emit: (state) => announcer.emit('board:delta', [boardRoom(state.stream)], state),
    mustWait: deps.boardsMustWait,
  });
  boards.load(loadRepDays(db));
  const events = createEventsReader(db);
  const routing = createRoutingReader(db);
  const world: World = {
    clock,
    random: deps.random,
    lot: deps.lot ?? (() => deps.random.unit()),
    log,
    metrics,
    ledger: deps.ledger,
    announcer,
    directory,
    routing,
    timeOff: createTimeOffBook((repId) => routing.timeOffOf(repId, clock.nowMs() - SHOWN_READ_MS)),
    rotation: createRotation(directory.reps()),
    policy,
    pauses: createPauses(loadPauses(db)),
    offers,
    owners,
    boards,
    notes: createNotes(deps),
    arbiter: deps.arbiter,
    settled: deps.settled,
    boardsMustWait: deps.boardsMustWait,
    leads: createLeadsReader(db),
    offersOnFile,
    events,
    points: createPointsReader(db),
    repDays: createRepDaysReader(db),
    tiers: createTiersReader(db),
    quota: createQuotaReader(db),
    complaints: createComplaintsReader(db),
    counters: createCounters(owners.countersHeld(firstCounterDay(clock.nowMs()))),
    counting: createCounting(() => world),
    releases: createReleases(releasesOnFile(offersOnFile)),
    shown: createShownLeads(),
    perLead: createKeyedQueue(),
    alerts: createAlerts({
      announcer,
      offers,
      mayClaim: (repId) => isReady(world, repId),
      nowMs: () => world.arbiter.nearlyNow(),
      assignedBefore: assignedBefore(events),
      count: metrics.alerts,
      shown(offer, repIds, sentAtMs) {
        // Nobody was shown what a blind lead is, and a waiver must not tell it.
        if (offer.blind === null && offer.teamPool === null)
          noteShown(world, offer.facts.temperature, repIds, sentAtMs);
      },
    }),
    wall: { feed: () => wall.feed(), changed: () => wall.changed(), stop: () => wall.stop() },
    timersChanged: () => undefined,
    policyChanged() {
      boards.refresh();
      deps.directoryWatcher?.policyChanged();
      Promise.all([armReminder(world), armTiers(world)]).catch((error: unknown) =>
        log.error('the timers of the new rules could not be set', {}, error),
      );
    },
    settlementsIdle: async () => undefined,
  };
  const wall = createWall(world);
  return world;
}

/** FAIR-15, FAIR-16: who is on the boards; newcomers stand outside the ranking until their onboarding is over. */
function boardReps(directory: Directory, book: PolicyBook): Pick<LeaderboardDeps, 'infoOf' | 'newcomerZones'> {
  const isNew = (rep: RepRow, nowMs: number) => onboardingOf(book.at(nowMs).policy, rep, nowMs) !== null;
  return {
    infoOf(repId, nowMs) {
      const rep = directory.rep(repId);
      return rep && { name: rep.name, team: rep.team, isRanked: !isNew(rep, nowMs) };
    },
    newcomerZones(nowMs) {
      const { policy } = book.at(nowMs);
      const newcomers = directory.reps().filter((rep) => isNew(rep, nowMs));
      return newcomers.map((rep) => zoneOf(policy, rep));
    },
  };
}

function createNotes({ clock, ledger, log }: HouseDeps): World['notes'] {
  return createRaceNotes({
    clock,
    write: (rows) => ledger.write('addRaceNotes', { notes: rows }),
    onError: (error) => log.error('race notes could not be written', {}, error),
  });
}

/** Opens the house: everything restored, the arbiter settling, the scheduler awake. */
export async function openHouse(deps: HouseDeps) {
  const { clock, log, db } = deps;
  const world = createWorld(deps);
  const access = createAccess(world, deps.appSecret);
  const tiering = createTiering(world);
  const pausing = createPausing(world);
  const deadlines = createDeadlines(world, {
    async retention(row) {
      await forgetOldLeads(world, row);
      remindOfReview(world, clock.nowMs());
    },
    tokenExpires: access.expire,
    tiersDue: tiering.computeDue,
    monthCloses: (row) => closeMonthDue(world, row),
    pauseSweeps: pausing.sweep,
    pauseEnds: pausing.end,
  });
  const scheduler = createScheduler({
    clock,
    now: () => world.arbiter.now(),
    ...createDueReader(db),
    fire: deadlines.fire,
    longestSleepMs: deps.longestSleepMs,
    onError: (row, error) =>
      log.error('a timer could not be fired', { deadlineId: row?.id ?? null, kind: row?.kind ?? null }, error),
  });
  world.timersChanged = scheduler.wake;
  const settlement = createSettlement(world);
  deps.arbiter.onProvisionalWin((win) => void settlement.settle(win));
  world.settlementsIdle = settlement.idle;
  restoreShown(world);
  await restoreOffers(world);
  await deps.openRace(world);
  await ensureTimers(world, db);
  scheduler.start();

  const owning = createOwning(world);
  const presence = createPresence(world, {
    ofWaitingLead: (leadId) => waitingDeadline(db, leadId),
    fire: deadlines.fire,
  });

  return {
    world,
    appSecret: deps.appSecret,
    access,
    tiering,
    pausing,
    scheduler,
    settlement,
    record: createClaimRecord(world),
    intake: createIntake(world),
    owning,
    presence,
    leaving: createLeaving(world, { access, owning, presence }),
    /** Resolves when nothing is being settled, fired or written. */
    async idle() {
      await world.perLead.idle();
      await scheduler.idle();
      await settlement.idle();
      await world.ledger.flush();
    },
    async close() {
      await scheduler.stop();
      await world.perLead.idle();
      await settlement.idle();
      world.wall.stop();
      await world.notes.stop();
      world.boards.close();
      await world.ledger.close();
    },
  };
}

/** The timers that set themselves again get their first: old personal data, tiers, the next reminder where there are any. */
async function ensureTimers(world: World, db: Db): Promise<void> {
  const nowMs = await world.arbiter.now();
  for (const timer of [retentionTimer(world, nowMs), tiersTimer(world, nowMs), firstMonthTimer(world, nowMs)]) {
    if (onlyDeadline(db, timer.kind) === undefined) await world.ledger.write('setTimer', { timer });
  }
  if (onlyDeadline(db, 'priorityReminder') === undefined) await armReminder(world);
}
