/**
 * What the rep's page shows, as signals over one client. It decides nothing: a card is open, over or
 * won because the server said so, and while nobody has answered it says that.
 */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  ClaimUnanswered,
  type ConnectionState,
  createSambarClient,
  type LeadView,
  type OfferCard,
  type Pool,
  type SambarClient,
  SambarProblem,
  type UpcomingCard,
  type Verdict,
} from '../../client-sdk/src/sambar-client.ts';
import { t } from '../shared/language.ts';
import { deviceStorage } from '../shared/memory.ts';
import { explain } from '../shared/problems.ts';
import { ticking } from '../shared/ticking.ts';

/** The personal card, as `GET /v1/me` answers it. */
export interface Me {
  repId: string;
  name: string;
  team: string | null;
  tier: number;
  status: 'ready' | 'break';
  points: number;
  claimsToday: number;
  claimsWeek: number;
  rank: number | null;
  limits: { rule: string; left: number }[];
  leads: LeadView[];
}

/** Where the rep's own tap on an offer stands. */
export type Tap =
  | { kind: 'sending' }
  | { kind: 'unsure' }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'unanswered' }
  | { kind: 'problem'; text: string };

export type End = { kind: 'taken'; by: string | null } | { kind: 'withdrawn'; reason: string } | { kind: 'over' };

export interface ShownOffer {
  card: OfferCard;
  end: End | null;
  tap: Tap | null;
}

export interface RepModel {
  client: SambarClient;
  connection: Signal<ConnectionState>;
  offers: Signal<readonly ShownOffer[]>;
  upcoming: Signal<readonly UpcomingCard[]>;
  me: Signal<Me | null>;
  /** The server's time, moving. */
  now: ReadonlySignal<number>;
  /** The newest words for a screen reader. */
  news: Signal<string>;
  claim(card: OfferCard): Promise<void>;
  refreshMe(): Promise<void>;
  stop(): void;
}

/** A card that is over stays in place, so that it never vanishes under a finger. */
const ENDED_SHOWN_MS = 3000;
/** One's own verdict stays longer: it is there to be read. */
const VERDICT_SHOWN_MS = 10_000;

export function createRepModel(token: string): RepModel {
  const client = createSambarClient({ url: location.origin, token, storage: deviceStorage });
  const clock = ticking(() => client.serverNowMs());
  const model: RepModel = {
    client,
    connection: signal(client.state),
    offers: signal<readonly ShownOffer[]>([]),
    upcoming: signal<readonly UpcomingCard[]>([]),
    me: signal<Me | null>(null),
    now: clock.now,
    news: signal(''),
    claim: (card) => claim(model, card),
    refreshMe: () => refreshMe(model),
    stop: () => {
      clock.stop();
      document.removeEventListener('visibilitychange', syncWhenShown);
      client.close();
    },
  };
  // A phone that slept may have missed the break of its link: what it shows is asked for anew.
  const syncWhenShown = (): void => {
    if (document.visibilityState === 'visible') void client.sync();
  };
  document.addEventListener('visibilitychange', syncWhenShown);
  follow(model);
  client.connect();
  return model;
}

function follow(model: RepModel): void {
  const { client, news } = model;
  client.onState((state) => {
    model.connection.value = state;
    if (state.kind === 'live') void model.refreshMe();
  });
  client.onPool((pool) => showPool(model, pool));
  client.onAlert((card) => {
    news.value = t.value.offers.newOffer(card.company.name ?? '');
  });
  client.onTaken(({ offerId, by }) => endOffer(model, offerId, { kind: 'taken', by: by.name }));
  client.onWithdrawn(({ offerId, reason }) => endOffer(model, offerId, { kind: 'withdrawn', reason }));
  client.onPoints(({ points }) => {
    news.value = t.value.me.pointsAwarded(String(points));
    void model.refreshMe();
  });
  client.onOwnLeads(() => void model.refreshMe());
  client.onAssigned(() => {
    news.value = t.value.me.assigned;
    void model.refreshMe();
  });
}

function showPool(model: RepModel, pool: Pool): void {
  model.upcoming.value = pool.upcoming;
  const open = new Map(pool.offers.map((card) => [card.offerId, card]));
  const shown = model.offers.value.map((offer) => {
    const card = open.get(offer.card.offerId);
    open.delete(offer.card.offerId);
    if (card !== undefined) return { ...offer, card, end: null };
    // Why it is over is told by the next event, or was told by the rep's own verdict.
    if (offer.end === null) forgetLater(model, offer);
    return { ...offer, end: offer.end ?? ({ kind: 'over' } as const) };
  });
  const fresh = [...open.values()].map((card): ShownOffer => ({ card, end: null, tap: null }));
  model.offers.value = [...shown, ...fresh];
}

function endOffer(model: RepModel, offerId: string, end: End): void {
  model.offers.value = model.offers.value.map((offer) => (offer.card.offerId === offerId ? { ...offer, end } : offer));
}

function forgetLater(model: RepModel, { card }: ShownOffer): void {
  const isMine = (offer: ShownOffer): boolean => offer.card.offerId === card.offerId;
  const forgetIfRead = (): void => {
    const offer = model.offers.value.find(isMine);
    if (offer === undefined || offer.end === null) return;
    // A tap that still waits for its verdict keeps its card.
    if (offer.tap?.kind === 'sending' || offer.tap?.kind === 'unsure') watch();
    else model.offers.value = model.offers.value.filter((other) => !isMine(other));
  };
  const watch = (): void => {
    const hasTap = model.offers.value.find(isMine)?.tap ?? null;
    setTimeout(forgetIfRead, hasTap === null ? ENDED_SHOWN_MS : VERDICT_SHOWN_MS);
  };
  watch();
}

async function claim(model: RepModel, { leadId, offerId }: OfferCard): Promise<void> {
  const show = (tap: Tap): void => {
    model.offers.value = model.offers.value.map((offer) =>
      offer.card.offerId === offerId ? { ...offer, tap } : offer,
    );
  };
  show({ kind: 'sending' });
  navigator.vibrate?.(20);
  try {
    const verdict = await model.client.claim({
      leadId,
      offerId,
      onUnsure: () => show({ kind: 'unsure' }),
    });
    show({ kind: 'verdict', verdict });
    if (verdict.verdict === 'won') showWon(model, verdict.lead);
  } catch (error) {
    if (error instanceof ClaimUnanswered) show({ kind: 'unanswered' });
    else show({ kind: 'problem', text: explain(error) });
  }
}

function showWon(model: RepModel, lead: LeadView): void {
  const me = model.me.value;
  if (me !== null) {
    const others = me.leads.filter(({ id }) => id !== lead.id);
    model.me.value = { ...me, leads: [lead, ...others] };
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
