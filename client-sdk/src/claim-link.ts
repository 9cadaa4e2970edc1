/**
 * Claiming by a signed link, without signing in: one rep, one offer, until one instant (CLAIM-03).
 * Looking changes nothing; the tap is a claim like every other, with the same bound and the same honesty.
 */
import type { OfferCard } from '../protocol/down.ts';
import type { Verdict } from '../protocol/verdict.ts';
import { Claiming } from './claiming.ts';
import { Api } from './http.ts';
import {
  type ClientClock,
  type ClientFetch,
  type ClientRandom,
  type ClientStorage,
  createClientClock,
  createClientRandom,
  createMemoryStorage,
} from './platform.ts';
import { ServerTime } from './server-time.ts';
import { UnansweredTaps } from './unanswered-taps.ts';

interface Linked {
  offerId: string;
  expiresAt: string;
  /** The server's time at the answer. */
  asOf: string;
  /** What the team's rule asks of the thumb: `hold` guards against taps that were not meant. */
  claimConfirm: 'tap' | 'hold';
}

/** What the link is for, as its rep may see it now. */
export type LinkedOffer =
  | (Linked & { state: 'open' } & OfferCard)
  | (Linked & { state: 'upcoming'; opensAt: string })
  | (Linked & { state: 'ended' });

export interface ClaimLinkOptions {
  /** The server's address. */
  url: string;
  /** What stands in the link. */
  token: string;
  storage?: ClientStorage | undefined;
  random?: ClientRandom | undefined;
  clock?: ClientClock | undefined;
  fetch?: ClientFetch | undefined;
}

export class ClaimLink {
  readonly #api: Api;
  readonly #path: string;
  readonly #serverTime: ServerTime;
  readonly #claiming: Claiming;
  #offer: LinkedOffer | null = null;

  constructor(options: ClaimLinkOptions) {
    const clock = options.clock ?? createClientClock();
    const random = options.random ?? createClientRandom();
    this.#api = new Api({ url: options.url, fetch: options.fetch, clock, random });
    this.#path = `/claim-links/${encodeURIComponent(options.token)}`;
    this.#serverTime = new ServerTime(clock);
    this.#claiming = new Claiming({
      connection: null,
      callOf: () => ({ path: `${this.#path}/claims`, body: {} }),
      api: this.#api,
      serverTime: this.#serverTime,
      taps: new UnansweredTaps(options.storage ?? createMemoryStorage()),
      clock,
      random,
      closesAtMs: () => this.#closesAtMs(),
      onVerdict: () => undefined,
    });
  }

  /** Rejects with `SambarProblem` (410 expired, 401 no link of this server) or `SambarUnreachable`. */
  async look(): Promise<LinkedOffer> {
    const offer = await this.#api.get<LinkedOffer>(this.#path);
    this.#serverTime.observe(offer.asOf);
    this.#offer = offer;
    return offer;
  }

  /** One tap; resolves and rejects as `SambarClient.claim` does. Look first: the tap is for what was shown. */
  claim(onUnsure?: () => void): Promise<Verdict> {
    const offer = this.#offer;
    if (offer === null) throw new Error('A link is looked at before it claims.');
    const leadId = offer.state === 'open' ? offer.leadId : '';
    return this.#claiming.claim({ leadId, offerId: offer.offerId, onUnsure });
  }

  serverNowMs(): number {
    return this.#serverTime.nowMs();
  }

  #closesAtMs(): number | undefined {
    return this.#offer === null ? undefined : Date.parse(this.#offer.expiresAt);
  }
}
