/**
 * The deciding process's answers to its gateways: what their sockets ask, and the receipts and attempts
 * they gather. Called with the secret that the ledger keeps in Redis, so whoever reads that Redis may.
 */
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { boardWatch } from '../../client-sdk/protocol/up.ts';
import { type RefusalRule, refusalRule } from '../../client-sdk/protocol/verdict.ts';
import type { House } from '../alerts/house.ts';
import type { AttemptNote } from '../claims/race-notes.ts';
import type { Http } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

/** A gateway renews its interest in a board three times in this time. */
export const BOARD_LEASE_MS = 30_000;
/** Half a second of a gateway's notes, 10,000 of each kind. */
const NOTES_BYTES_MAX = 4_000_000;
const id = z.string().min(1).max(100);

const attempt = z.object({
  leadId: id,
  offerId: id.optional(),
  repId: id,
  requestId: z.string().max(200),
  language: z.enum(['id', 'en']),
});
const attemptNote: z.ZodType<AttemptNote> = z.strictObject({
  repId: id,
  requestId: z.string().max(200),
  atMs: z.number().int(),
  verdict: z.string().max(20),
  rule: z.string().max(40).optional(),
  winnerId: id.optional(),
  byMs: z.number().min(0).optional(),
});
const notes = z.object({
  attempts: z.array(z.object({ offerId: id, note: attemptNote })).max(10_000),
  receipts: z
    .array(z.object({ repId: id, kind: z.enum(['delivered', 'seen']), offerIds: z.array(id).max(200) }))
    .max(10_000),
});

export interface LinkDeps {
  secret: string;
  house: House;
  watchForGateway(asked: z.output<typeof boardWatch>, gateway: string): unknown;
  /** A verdict from the file; null: no such lead. */
  judge(claim: z.output<typeof attempt>): Promise<unknown>;
  /** The verdict of a win on file, for its owner; null: it is not this rep's. */
  won(repId: string, offerId: string): unknown;
  /** How many leads a rule of an offer is owed. */
  owed(rule: RefusalRule, offerId: string, repId: string): number | null;
  attempt(offerId: string, note: AttemptNote): void;
}

export function linkRoutes(app: Http, deps: LinkDeps): void {
  const secret = Buffer.from(deps.secret);
  const call = <T>(path: string, body: z.ZodType<T>, answer: (body: T) => unknown) => {
    app.post(
      `/internal/${path}`,
      { schema: { hide: true, body }, bodyLimit: NOTES_BYTES_MAX, onRequest: gatewaysOnly },
      async (request) => ({ answer: (await answer(request.body as T)) ?? null }),
    );
  };
  /** Before the body is read: a stranger's four megabytes are not even parsed. */
  async function gatewaysOnly({ headers }: { headers: Record<string, unknown> }): Promise<void> {
    const shown = Buffer.from(String(headers['x-sambar-link'] ?? ''));
    if (shown.length !== secret.length || !timingSafeEqual(shown, secret)) {
      throw new Problem(401, 'tokenInvalid', 'Only gateways may call this.');
    }
  }
  const { house } = deps;
  call('snapshot', z.object({ repId: id }), ({ repId }) => house.snapshot(repId));
  call('boards/watch', z.object({ asked: boardWatch, gateway: id }), ({ asked, gateway }) =>
    deps.watchForGateway(asked, gateway),
  );
  call('wall', z.object({}), () => house.wallFeed());
  call('claims/judge', attempt, (claim) => deps.judge(claim));
  call('claims/won', z.object({ offerId: id, repId: id }), ({ offerId, repId }) => {
    const verdict = deps.won(repId, offerId);
    if (verdict === null) throw new Problem(404, 'unknownOffer', 'This rep has not won this offer.');
    return verdict;
  });
  call('claims/owed', z.object({ rule: refusalRule, offerId: id, repId: id }), ({ rule, offerId, repId }) =>
    deps.owed(rule, offerId, repId),
  );
  call('notes', notes, ({ attempts, receipts }) => {
    for (const { offerId, note } of attempts) deps.attempt(offerId, note);
    for (const { repId, kind, offerIds } of receipts) house.receipt(repId, kind, offerIds);
  });
}
