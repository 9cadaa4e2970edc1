/**
 * Everything a client may say on a socket. The server answers what it cannot read with
 * `{error: {code, field?, message}}` in the ack, counts it, and goes on.
 */
import { z } from 'zod';
import { type BoardState, boardMetric, boardPeriod, type PoolSnapshot, type WallFeed } from './down.ts';
import type { Verdict } from './verdict.ts';

/** Ids are opaque to a client; the bound only keeps garbage out of keys and logs. */
export const anId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/);
/** Made by the client before it sends, and kept for every retry of the same tap. */
export const requestId = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\x21-\x7e]+$/);
/** Open offers a rep can have had at once; also the bound of a gathered receipt. */
export const OFFERS_PER_RECEIPT_MAX = 200;
/** The longest name of a team (http.ts); a stream's name has it last. */
const TEAM_MAX = 200;

export const leadClaim = z.strictObject({
  leadId: anId,
  offerId: anId.optional(),
  requestId,
});
export const leadDelivered = z.strictObject({
  offerIds: z.array(anId).min(1).max(OFFERS_PER_RECEIPT_MAX),
});
export const leadSeen = z.strictObject({ leadId: anId, offerId: anId });
export const boardWatch = z.strictObject({
  board: boardMetric,
  period: boardPeriod,
  top: z.number().int().min(1).max(100).default(10),
  team: z.string().min(1).max(TEAM_MAX).optional(),
});
export const boardUnwatch = z.strictObject({
  stream: z
    .string()
    .min(1)
    .max(TEAM_MAX + 100),
});
/** A client that has nothing to say sends `undefined`, which arrives as null. */
export const poolSync = z.strictObject({}).nullish();
export const wallWatch = z.strictObject({}).nullish();

export type LeadClaim = z.infer<typeof leadClaim>;
export type BoardWatch = z.input<typeof boardWatch>;

/** The answer to a frame that could not be read or was not allowed. */
export interface FrameError {
  error: { code: string; field?: string; message: string };
}

export interface UpEvents {
  'lead:claim': (payload: LeadClaim, ack: (answer: Verdict | FrameError) => void) => void;
  'lead:delivered': (payload: { offerIds: string[] }) => void;
  'lead:seen': (payload: { leadId: string; offerId: string }) => void;
  'pool:sync': (payload: Record<string, never>, ack: (answer: PoolSnapshot | FrameError) => void) => void;
  'board:watch': (payload: BoardWatch, ack: (answer: BoardState | FrameError) => void) => void;
  'board:unwatch': (payload: { stream: string }, ack?: (answer: { ok: true } | FrameError) => void) => void;
  'wall:watch': (payload: Record<string, never>, ack: (answer: WallFeed | FrameError) => void) => void;
}
