/**
 * Everything the server says on a socket. The `id` of a `lead:*` event grows with the ledger, is the
 * same for all receivers, and may come twice after a fault: a client drops what is not above the
 * `upTo` of its last snapshot. None of these carries contact details.
 */
import { z } from 'zod';

const temperature = z.enum(['hot', 'warm', 'cold']);
const ofOffer = { id: z.number(), offerId: z.string(), leadId: z.string() };

/** What every receiver of a lane sees of an offer: the same bytes for all of them. */
export const offerCard = z.object({
  ...ofOffer,
  /** Null in what follows, of a blind offer: hidden until it is won. */
  company: z.object({ name: z.string().nullable(), size: z.number().nullable() }),
  contact: z.object({ title: z.string().nullable() }),
  source: z.string().nullable(),
  score: z.number().nullable(),
  temperature: temperature.nullable(),
  /** Of a blind offer alone, where the policy shows them. */
  industry: z.string().nullable().optional(),
  region: z.string().nullable().optional(),
  country: z.string().nullable().optional(),
  acceptedAt: z.string().nullable().optional(),
  opensAt: z.string(),
  closesAt: z.string(),
  sentAt: z.string(),
  blind: z.boolean(),
});
/** An offer in which this rep's lane opens later: no word about the lead. */
export const upcomingCard = z.object({ ...ofOffer, opensAt: z.string() });

export const leadAlert = offerCard;
/** Of a queue: listed and claimable, and nobody is alerted. */
export const leadListed = offerCard;
export const leadUpcoming = upcomingCard;
export const leadWindow = z.object({ ...ofOffer, opensAt: z.string(), closesAt: z.string() });
export const leadTaken = z.object({
  ...ofOffer,
  by: z.object({ id: z.string(), name: z.string().nullable() }),
  at: z.string(),
});
export const leadWithdrawn = z.object({ ...ofOffer, reason: z.string() });
export const poolSnapshot = z.object({
  upTo: z.number(),
  /** The server's clock at the emit: a client that just came counts down right from its first card. */
  sentAt: z.string().optional(),
  offers: z.array(z.union([offerCard, upcomingCard])),
  /** The `id` of the last `lead:assigned` to this rep, 0 for one of long ago: whoever has not heard that one loads the own leads anew. */
  assigned: z.number().optional(),
});

export const leadAssigned = z.object({
  id: z.number(),
  leadId: z.string(),
  via: z.enum(['manager', 'rotation']),
  at: z.string(),
});
/**
 * What a computed tier rests on, over four weeks. Shares are fractions (0.25 is a quarter), `next` is what
 * opens the tier above: any one of its figures alone, null where that one alone cannot.
 */
export const tierFigures = z.object({
  owned: z.number(),
  worked: z.number(),
  converted: z.number(),
  conversion: z.number(),
  attainment: z.number().nullable(),
  responseMs: z.number().nullable(),
  speedScore: z.number().nullable(),
  composite: z.number().nullable(),
  place: z.number().nullable(),
  ranked: z.number(),
  next: z
    .object({
      tier: z.number(),
      composite: z.number(),
      conversion: z.number().nullable(),
      attainment: z.number().nullable(),
      responseMs: z.number().nullable(),
    })
    .nullable(),
});
/** The rep has another tier: by the weekly computation, by one a manager asked for, or by a manager's hand. */
export const tierChanged = z.object({
  tier: z.number(),
  from: z.number(),
  at: z.string(),
  cause: z.enum(['weekly', 'requested', 'byHand']),
  /** Null by hand, as are the figures. */
  reason: z.enum(['ranked', 'fewRanked', 'smallSample', 'newcomer']).nullable(),
  week: z.string().nullable(),
  figures: tierFigures.nullable(),
});
/** The rep's priority window is about to begin: from `opensAt` to `endsAt` (outside) new leads come to it first. */
export const prioritySoon = z.object({ opensAt: z.string(), endsAt: z.string() });
export const pointsAwarded = z.object({
  id: z.number(),
  leadId: z.string().nullable(),
  rule: z.string(),
  points: z.number(),
  balance: z.number(),
  at: z.string(),
});

export const boardMetric = z.enum([
  'points',
  'claims',
  'claimSpeed',
  'conversion',
  'opportunities',
  'revenue',
  'responseSpeed',
]);
export const boardPeriod = z.enum(['day', 'week', 'month', 'quarter', 'all']);
export const boardRow = z.object({
  rank: z.number(),
  repId: z.string(),
  name: z.string().nullable(),
  value: z.number(),
});
/** The whole top list as it now stands; `seq` has no gaps within an `epoch`. */
export const boardState = z.object({
  stream: z.string(),
  board: boardMetric,
  period: boardPeriod,
  team: z.string().nullable(),
  epoch: z.string(),
  seq: z.number(),
  asOf: z.string(),
  rows: z.array(boardRow),
});

/** What a wallboard shows beside the ranks: totals and the latest claims, never contact data. */
export const wallFeed = z.object({
  asOf: z.string(),
  poolSize: z.number(),
  claimsToday: z.number(),
  latest: z.array(
    z.object({
      leadId: z.string(),
      repId: z.string(),
      repName: z.string().nullable(),
      at: z.string(),
      claimSpeedMs: z.number().nullable(),
    }),
  ),
});

export const authExpiring = z.object({ expiresAt: z.string() });
export const serverDraining = z.object({ reconnectAfterMs: z.number() });

export type OfferCard = z.infer<typeof offerCard>;
export type UpcomingCard = z.infer<typeof upcomingCard>;
export type LeadWindow = z.infer<typeof leadWindow>;
export type LeadTaken = z.infer<typeof leadTaken>;
export type LeadWithdrawn = z.infer<typeof leadWithdrawn>;
export type PoolSnapshot = z.infer<typeof poolSnapshot>;
export type LeadAssigned = z.infer<typeof leadAssigned>;
export type TierChanged = z.infer<typeof tierChanged>;
export type PrioritySoon = z.infer<typeof prioritySoon>;
export type PointsAwarded = z.infer<typeof pointsAwarded>;
export type BoardMetric = z.infer<typeof boardMetric>;
export type BoardPeriod = z.infer<typeof boardPeriod>;
export type BoardRow = z.infer<typeof boardRow>;
export type BoardState = z.infer<typeof boardState>;
export type WallFeed = z.infer<typeof wallFeed>;

/** Name → payload, for Socket.IO's typed sockets on both sides. */
export interface DownEvents {
  'lead:alert': (payload: OfferCard) => void;
  'lead:listed': (payload: OfferCard) => void;
  'lead:upcoming': (payload: UpcomingCard) => void;
  'lead:window': (payload: LeadWindow) => void;
  'lead:taken': (payload: LeadTaken) => void;
  'lead:withdrawn': (payload: LeadWithdrawn) => void;
  'pool:snapshot': (payload: PoolSnapshot) => void;
  'lead:assigned': (payload: LeadAssigned) => void;
  'tier:changed': (payload: TierChanged) => void;
  'priority:soon': (payload: PrioritySoon) => void;
  'points:awarded': (payload: PointsAwarded) => void;
  'board:delta': (payload: BoardState) => void;
  'wall:feed': (payload: WallFeed) => void;
  'auth:expiring': (payload: z.infer<typeof authExpiring>) => void;
  'server:draining': (payload: z.infer<typeof serverDraining>) => void;
}
