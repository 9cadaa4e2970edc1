/** What the flows work on: one of each, built by compose.ts, replaced piece by piece in tests. */
import type { WallFeed } from '../../client-sdk/protocol/down.ts';
import type { LeadView } from '../../client-sdk/protocol/verdict.ts';
import type { Announcer } from '../alerts/announcer.ts';
import type { ArbiterControl } from '../claims/arbiter.ts';
import type { Counters } from '../claims/counters.ts';
import type { OwnershipReader } from '../claims/ownership-reader.ts';
import type { RaceNotes } from '../claims/race-notes.ts';
import type { SettledNotice } from '../claims/settlement-desk.ts';
import type { OffersReader } from '../distribution/offers-reader.ts';
import type { OpenOffers } from '../distribution/open-offers.ts';
import type { Releases } from '../distribution/releases.ts';
import type { ShownLeads } from '../distribution/shown-leads.ts';
import type { ComplaintsReader } from '../fairness/complaints-reader.ts';
import type { Clock } from '../kernel/clock.ts';
import type { KeyedQueue } from '../kernel/keyed-queue.ts';
import type { Random } from '../kernel/random.ts';
import type { Leaderboard } from '../leaderboard/leaderboard.ts';
import type { RepDaysReader } from '../leaderboard/rep-days-reader.ts';
import type { LeadsReader } from '../leads/leads.ts';
import type { EventsReader } from '../ledger/events-reader.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Directory } from '../people/people.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { PointsReader } from '../points/points-reader.ts';
import type { Pauses } from '../policy/pauses.ts';
import type { PolicyBook } from '../policy/policy.ts';
import type { QuotaReader } from '../quota/quota-reader.ts';
import type { Rotation } from '../routing/rotation.ts';
import type { RoutingReader } from '../routing/routing-reader.ts';
import type { TimeOffBook } from '../routing/time-off-book.ts';
import type { TiersReader } from '../tiers/tiers-reader.ts';
import type { Alerts } from './alerting.ts';
import type { Counting } from './counting.ts';
import type { Transactions } from './transactions/transactions.ts';

/** What wallboards show beside the ranks. */
export interface Wall {
  feed(): WallFeed;
  /** Something it shows has changed. */
  changed(): void;
  stop(): void;
}

/** What is drawn by lot when a lead is put up. */
export type Lot = 'cohort' | 'blind' | 'pause';

export interface World {
  clock: Clock;
  random: Random;
  /** The number drawn, in [0, 1): chance, but where a record is decided again, whose lots are drawn already. */
  lot(of: Lot, leadId: string): number;
  log: Log;
  metrics: Metrics;
  ledger: Ledger<Transactions>;
  leads: LeadsReader;
  offersOnFile: OffersReader;
  owners: OwnershipReader;
  events: EventsReader;
  points: PointsReader;
  repDays: RepDaysReader;
  tiers: TiersReader;
  quota: QuotaReader;
  complaints: ComplaintsReader;
  directory: Directory;
  /** Accounts, and who is away. */
  routing: RoutingReader;
  /** The time off of the last weeks and of those to come. */
  timeOff: TimeOffBook;
  /** Whose turn it is. */
  rotation: Rotation;
  policy: PolicyBook;
  /** Teams whose competition is paused. */
  pauses: Pauses;
  offers: OpenOffers;
  counters: Counters;
  counting: Counting;
  /** Each team's latest races, for their mix. */
  releases: Releases;
  /** Who was alerted to how many leads of a week. */
  shown: ShownLeads;
  boards: Leaderboard;
  arbiter: ArbiterControl;
  announcer: Announcer;
  /**
   * Tells everyone who waits for a provisional win, here and in gateways, how it ended. `lead` is for its winner
   * and leaves this process in the verdict alone.
   */
  settled(notice: SettledNotice, lead?: LeadView): void;
  /** Other rules are in force from now on. */
  policyChanged(): void;
  /** Resolves when no provisional win is being settled. */
  settlementsIdle(): Promise<void>;
  alerts: Alerts;
  /** True: the loop is late, and what only shows how all stands is told later. */
  boardsMustWait(): boolean;
  wall: Wall;
  notes: RaceNotes;
  /** One step at a time for one lead: a release and an expiry of the same lead never interleave. */
  perLead: KeyedQueue;
  /** Wakes the scheduler when a nearer timer was written. */
  timersChanged(dueAtMs: number): void;
}
