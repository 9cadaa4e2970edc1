/**
 * What anybody is told, against the disk at that very moment: a winner is named when the winning claim is
 * on disk, and not before; and what a client was told for good is not taken back.
 */
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { SimDisk } from './sim-disk.ts';
import type { HttpAnswer, HttpCall } from './sim-edges.ts';

const OWNER = 'SELECT id, rep_id AS repId FROM ownerships WHERE offer_id = ?';

export class Told {
  readonly #disk: SimDisk;
  readonly #violate: (words: string) => void;
  /** Who and key → what was answered first. */
  readonly #done = new Map<string, string>();
  /** Rep and offer → the final verdict it heard. */
  readonly #finals = new Map<string, string>();

  constructor(disk: SimDisk, violate: (words: string) => void) {
    this.#disk = disk;
    this.#violate = violate;
  }

  /** Something leaves the server. */
  leaves(event: string, payload: unknown): void {
    if (event === 'lead:taken') {
      const { offerId, by } = payload as { offerId: string; by: { id: string } };
      this.#mustBeOnDisk(event, offerId, by.id);
    }
    if (event.startsWith('answer')) this.#judged(payload as Partial<Verdict> | null);
  }

  /** One call, one effect: what was done under a key is answered in the same words whenever it is asked. */
  answers({ headers, token, path }: HttpCall, { status, body }: HttpAnswer): void {
    this.#judged(body as Partial<Verdict> | null);
    const key = headers['idempotency-key'];
    if (key === undefined || status >= 300 || path.endsWith('/claims')) return;
    const { id, at, releasedAt } = (body ?? {}) as Record<string, unknown>;
    const words = JSON.stringify([id, releasedAt ?? at]);
    const before = this.#done.get(`${token} ${key}`);
    if (before !== undefined && before !== words) this.#violate(`${path} under ${key} did ${before}, then ${words}`);
    this.#done.set(`${token} ${key}`, words);
  }

  #judged(verdict: Partial<Verdict> | null): void {
    if (verdict?.verdict === 'won') this.#mustBeOnDisk('won', verdict.offerId ?? '', null, verdict.claimId);
    if (verdict?.verdict === 'lost') this.#mustBeOnDisk('lost', verdict.offerId ?? '', verdict.winner?.id ?? '');
    if (verdict?.verdict === 'gone' && verdict.reason === 'assigned') this.#mustBeOver(verdict.offerId ?? '');
  }

  /** An assignment that the disk refuses leaves its race as it was: nobody hears of it before. */
  #mustBeOver(offerId: string): void {
    const state = this.#disk.first<{ state: string }>('SELECT state FROM offers WHERE id = ?', offerId)?.state;
    if (state === 'open') this.#violate(`${offerId} is gone by assignment, it was said, and the disk has it open`);
  }

  /**
   * A device hears the answer to a claim. Two devices of a rep hear answers out of order, so only two final
   * ones are held against each other here; what one request was answered is the oracle's.
   */
  heard(repId: string, what: string, payload: unknown): void {
    const verdict = payload as Verdict | null;
    if (!what.startsWith('< ') || (verdict?.verdict !== 'won' && verdict?.verdict !== 'lost')) return;
    const key = `${repId} ${verdict.offerId}`;
    const before = this.#finals.get(key);
    const now =
      verdict.verdict === 'won' ? `won ${verdict.claimId} ${verdict.claimedAt}` : `lost to ${verdict.winner.id}`;
    if (before !== undefined && now !== before) this.#violate(`${key} heard "${before}", then ${now}`);
    this.#finals.set(key, now);
  }

  /** At the end: every win that anybody heard of is there. */
  winsHeard(): { repId: string; offerId: string }[] {
    return [...this.#finals].flatMap(([key, final]) => {
      const [repId = '', offerId = ''] = key.split(' ');
      return final.startsWith('won') ? [{ repId, offerId }] : [];
    });
  }

  #mustBeOnDisk(what: string, offerId: string, winnerId: string | null, claimId?: string): void {
    const owner = this.#disk.first<{ id: string; repId: string }>(OWNER, offerId);
    if (owner === undefined) {
      this.#violate(`${what} was told of ${offerId}, and nobody's win is on disk`);
      return;
    }
    if (winnerId !== null && owner.repId !== winnerId) {
      this.#violate(`${what} of ${offerId} named ${winnerId}, the disk has ${owner.repId}`);
    }
    if (claimId !== undefined && claimId !== owner.id) this.#violate(`won ${claimId}, the disk has ${owner.id}`);
  }
}
