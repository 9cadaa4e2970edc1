/**
 * What the rep's page shows, as signals over one client. It decides nothing: a card is open, over or
 * won because the server said so, and while nobody has answered it says that.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  type ConnectionState,
  createSambarClient,
  type LeadView,
  type OfferCard,
  type SambarClient,
  SambarProblem,
} from '../../client-sdk/src/sambar-client.ts';
import { deviceStorage } from '../shared/memory.ts';
import { isOnline } from '../shared/network.ts';
import { stayAwake } from '../shared/stay-awake.ts';
import { ticking } from '../shared/ticking.ts';
import type { ConfirmMode } from './claim-button.tsx';
import { OffersModel } from './offers-model.ts';
import { preferences } from './preferences.ts';
import { tell } from './signals.ts';
import { tapped } from './tap.ts';
import { t } from './words.ts';

/** A lead of one's own, with when it is to be contacted first and when it was. */
export type OwnLead = LeadView & { contactDueAt: string | null; contactedAt: string | null };

export interface Limit {
  rule: string;
  limit: number;
  used: number;
  left: number;
  owed?: number;
  waived?: boolean;
}

/** What a computed tier rests on; shares are fractions, `next` is what opens the tier above. */
export interface TierStanding {
  reason: string | null;
  figures: {
    conversion: number;
    attainment: number | null;
    responseMs: number | null;
    next: { tier: number; conversion: number | null; attainment: number | null; responseMs: number | null } | null;
  } | null;
}

export interface RankRow {
  rank: number;
  repId: string;
  name: string | null;
  value: number;
}

/** The personal card, as `GET /v1/me` answers it. */
export interface Me {
  repId: string;
  name: string;
  team: string | null;
  tier: number;
  tierStanding: TierStanding | null;
  status: 'ready' | 'break';
  points: number;
  claimsToday: number;
  claimsWeek: number;
  conversion: number | null;
  rank: number | null;
  /** Two above and two below in this week's points, with one's own row; empty without a rank. */
  around: RankRow[];
  limits: Limit[];
  pausedUntil: string | null;
  /** The first weeks of a new rep; in the `shadow` phase it watches and may not claim. */
  onboarding: { phase: string } | null;
  priorityWindow: { opensAt: string; endsAt: string } | null;
  /** What a claim asks of the thumb (CLAIM-04). */
  claimConfirm: ConfirmMode;
  leads: OwnLead[];
}

export interface RepModel extends Pick<OffersModel, 'offers' | 'upcoming'> {
  client: SambarClient;
  connection: Signal<ConnectionState>;
  isOnline: ReadonlySignal<boolean>;
  me: Signal<Me | null>;
  /** The server's time, moving. */
  now: ReadonlySignal<number>;
  /** How old what is shown is, while the link is down; null: it is live, or nothing has come yet. */
  staleMs: ReadonlySignal<number | null>;
  /** The newest words for a screen reader. */
  news: Signal<string>;
  claim(card: OfferCard): Promise<void>;
  refreshMe(): Promise<void>;
  stop(): void;
}

export function createRepModel(token: string): RepModel {
  const client = createSambarClient({ url: location.origin, token, storage: deviceStorage });
  const clock = ticking(() => client.serverNowMs());
  const shown = new OffersModel();
  const connection = signal(client.state);
  const me = signal<Me | null>(null);
  const liveAtMs = signal<number | null>(null);
  const isAtWork = computed(() => preferences.stayAwake.value && me.value?.status === 'ready');
  const letSleep = stayAwake(isAtWork);
  const model: RepModel = {
    client,
    connection,
    isOnline,
    offers: shown.offers,
    upcoming: shown.upcoming,
    me,
    now: clock.now,
    staleMs: computed(() => {
      const sinceMs = liveAtMs.value;
      return sinceMs === null || connection.value.kind === 'live' ? null : Math.max(0, clock.now.value - sinceMs);
    }),
    news: signal(''),
    claim: (card) => claim(model, shown, card),
    refreshMe: () => refreshMe(model),
    stop: () => {
      clock.stop();
      letSleep();
      document.removeEventListener('visibilitychange', syncWhenShown);
      client.close();
    },
  };
  // A phone that slept may have missed the break of its link: what it shows is asked for anew.
  const syncWhenShown = (): void => {
    if (document.visibilityState === 'visible') void client.sync();
  };
  document.addEventListener('visibilitychange', syncWhenShown);
  client.onState((state) => {
    // The moment it ceases to be live is how fresh what stays on the page is.
    if (connection.peek().kind === 'live' || state.kind === 'live') liveAtMs.value = client.serverNowMs();
    connection.value = state;
    if (state.kind === 'live') void model.refreshMe();
  });
  follow(model, shown);
  client.connect();
  return model;
}

function follow(model: RepModel, shown: OffersModel): void {
  const { client, news } = model;
  client.onPool((pool) => {
    shown.showPool(pool);
    // Asked of an offer that is over, a tap can win nothing any more: what became of it may be asked without the rep.
    for (const { card } of shown.unanswered()) void model.claim(card);
  });
  client.onAlert((card) => {
    news.value = t.value.offers.newOffer(card.company.name ?? '');
    tell('alert');
  });
  client.onTaken(({ offerId, by }) => shown.end(offerId, { kind: 'taken', by: by.name }));
  client.onWithdrawn(({ offerId, reason }) => shown.end(offerId, { kind: 'withdrawn', reason }));
  client.onPoints(({ points }) => {
    news.value = t.value.me.pointsAwarded(String(points));
    void model.refreshMe();
  });
  client.onOwnLeads(() => void model.refreshMe());
  client.onAssigned(() => {
    news.value = t.value.me.assigned;
    tell('alert');
    void model.refreshMe();
  });
}

async function claim(model: RepModel, shown: OffersModel, { leadId, offerId }: OfferCard): Promise<void> {
  const verdict = await tapped(
    (onUnsure) => model.client.claim({ leadId, offerId, onUnsure }),
    (tap) => shown.tap(offerId, tap),
  );
  if (verdict?.verdict === 'won') showWon(model, verdict.lead);
}

function showWon(model: RepModel, lead: LeadView): void {
  const me = model.me.value;
  if (me !== null) {
    const others = me.leads.filter(({ id }) => id !== lead.id);
    // When it is to be contacted comes with the next card.
    model.me.value = { ...me, leads: [{ ...lead, contactDueAt: null, contactedAt: null }, ...others] };
  }
  void model.refreshMe();
}

async function refreshMe(model: RepModel): Promise<void> {
  try {
    model.me.value = await model.client.api.get<Me>('/me');
  } catch (error) {
    // Without an answer the last numbers stay; the badge of the connection says why.
    if (error instanceof SambarProblem && error.status === 401) {
      model.connection.value = { kind: 'refused', reason: error.code };
    }
  }
}
