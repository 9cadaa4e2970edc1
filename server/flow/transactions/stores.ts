/**
 * The write side: every capability's one writer over the one writing connection. Only what runs
 * inside a commit sees this, and it sees nothing else: no clock, no network, no await.
 */
import { createOwnershipStore, type OwnershipStore } from '../../claims/ownership-store.ts';
import { createDeadlinesStore, type DeadlinesStore } from '../../deadlines/deadlines-store.ts';
import { createOffersStore, type OffersStore } from '../../distribution/offers-store.ts';
import { type ComplaintsStore, createComplaintsStore } from '../../fairness/complaints-store.ts';
import { createLeaderboardStore, type LeaderboardStore } from '../../leaderboard/leaderboard-store.ts';
import { createLeadsStore, type LeadsStore } from '../../leads/leads-store.ts';
import { createEventsStore, type EventsStore } from '../../ledger/events-store.ts';
import { createPeopleStore, type PeopleStore } from '../../people/people-store.ts';
import type { Db } from '../../platform/db.ts';
import { createPointsStore, type PointsStore } from '../../points/points-store.ts';
import { createPausesStore, type PausesStore } from '../../policy/pauses-store.ts';
import { createPolicyStore, type PolicyStore } from '../../policy/policy-store.ts';
import { createQuotaStore, type QuotaStore } from '../../quota/quota-store.ts';
import { createRoutingStore, type RoutingStore } from '../../routing/routing-store.ts';
import { createTiersStore, type TiersStore } from '../../tiers/tiers-store.ts';

export interface Stores {
  events: EventsStore;
  leads: LeadsStore;
  offers: OffersStore;
  owners: OwnershipStore;
  points: PointsStore;
  boards: LeaderboardStore;
  deadlines: DeadlinesStore;
  people: PeopleStore;
  policies: PolicyStore;
  pauses: PausesStore;
  tiers: TiersStore;
  routing: RoutingStore;
  quota: QuotaStore;
  complaints: ComplaintsStore;
}

export function createStores(db: Db): Stores {
  return {
    events: createEventsStore(db),
    leads: createLeadsStore(db),
    offers: createOffersStore(db),
    owners: createOwnershipStore(db),
    points: createPointsStore(db),
    boards: createLeaderboardStore(db),
    deadlines: createDeadlinesStore(db),
    people: createPeopleStore(db),
    policies: createPolicyStore(db),
    pauses: createPausesStore(db),
    tiers: createTiersStore(db),
    routing: createRoutingStore(db),
    quota: createQuotaStore(db),
    complaints: createComplaintsStore(db),
  };
}
