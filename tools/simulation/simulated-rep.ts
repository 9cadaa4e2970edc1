/**
 * A person with a phone: hears an alert over the network they have, takes a human's time to react, and
 * taps. Everything goes through the SDK that real phones use.
 *
 * Of each offer:
 *   (none) → reacting   an alert this rep will try for
 *   reacting → tapped   the reaction time is over
 *   reacting → (none)   it was taken or withdrawn meanwhile, and the phone has heard so
 *   tapped → (none)     a verdict, or nobody answered
 */
import {
  ClaimUnanswered,
  createSambarClient,
  type OfferCard,
  type SambarClient,
  SambarProblem,
  type Won,
} from '../../client-sdk/src/sambar-client.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import type { Clock, Timer } from '../../server/kernel/clock.ts';
import { BreakableLink } from './breakable-link.ts';
import type { RaceBook } from './race-book.ts';

export interface Persona {
  /** Median time from seeing the card to the tap. */
  reactionMs: number;
  /** One way, from the server to the screen and from the finger to the server. */
  networkMs: number;
  /** Loses the connection now and then. */
  isUnsteady: boolean;
}

export interface SimulatedRepDeps {
  url: string;
  repId: string;
  token: string;
  persona: Persona;
  clock: Clock;
  chance: Chance;
  book: RaceBook;
  /** The line may be lost whoever the rep is; absent: only where the persona is unsteady. */
  mayLoseLine?: boolean | undefined;
  /** Whether this rep goes for that lead. */
  contends(card: OfferCard): boolean;
  onWon(rep: SimulatedRep, won: Won): void;
}

/** Between two losses of an unsteady connection, and how long one lasts. */
const STEADY_MS = [5_000, 12_000] as const;
const CUT_MS = [600, 2_500] as const;

export class SimulatedRep {
  readonly repId: string;
  readonly client: SambarClient;
  reconnects = 0;
  readonly #deps: SimulatedRepDeps;
  readonly #link: BreakableLink | undefined;
  readonly #reacting = new Map<string, Timer>();
  readonly #tapped = new Set<string>();
  #nextCut: Timer | undefined;
  #wasLive = false;

  private constructor(deps: SimulatedRepDeps, url: string, link: BreakableLink | undefined) {
    this.#deps = deps;
    this.repId = deps.repId;
    this.#link = link;
    this.client = createSambarClient({ url, token: deps.token, clock: deps.clock, random: deps.chance.unit });
    this.#listen();
  }

  /** Resolves once the rep is connected. */
  static async join(deps: SimulatedRepDeps): Promise<SimulatedRep> {
    const link = deps.persona.isUnsteady ? new BreakableLink(deps.url, deps.clock) : undefined;
    const rep = new SimulatedRep(deps, link === undefined ? deps.url : await link.open(), link);
    try {
      await live(rep.client);
    } catch (error) {
      await rep.leave();
      throw error;
    }
    if (link !== undefined) rep.#cutSoon(link);
    return rep;
  }

  /** No waiting any more: the connection holds, and every offer still up is claimed now. */
  async lastCall(): Promise<void> {
    this.#nextCut?.cancel();
    this.#link?.mend();
    for (const offerId of [...this.#reacting.keys()]) this.#forget(offerId);
    if (this.client.state.kind !== 'live') await live(this.client);
    await this.client.sync();
    await Promise.all(this.client.pool.offers.map((card) => this.claim(card)));
  }

  /** Claims whatever the reaction time; nothing when this rep's tap is on its way, or it is over. */
  async claim(card: OfferCard): Promise<void> {
    if (this.#tapped.has(card.offerId) || !this.#deps.book.plan(card)) return;
    await this.#tap(card);
  }

  async leave(): Promise<void> {
    this.#nextCut?.cancel();
    for (const offerId of [...this.#reacting.keys()]) this.#forget(offerId);
    this.client.close();
    await this.#link?.close();
  }

  #listen(): void {
    const { client } = this;
    const { clock, persona, book, mayLoseLine = persona.isUnsteady } = this.#deps;
    client.onState((state) => {
      if (state.kind !== 'live') return;
      if (this.#wasLive) this.reconnects++;
      this.#wasLive = true;
    });
    client.onAlert((card) => this.#consider(card));
    // What was offered while the line was down comes with the pool alone.
    if (mayLoseLine)
      client.onPool((pool) => {
        for (const card of pool.offers) this.#consider(card);
      });
    const over = (offerId: string) => {
      if (this.#reacting.has(offerId)) clock.after(persona.networkMs, () => this.#forget(offerId));
    };
    client.onTaken((taken) => {
      over(taken.offerId);
      book.taken(taken);
    });
    client.onWithdrawn(({ offerId }) => {
      over(offerId);
      book.withdrawn(offerId);
    });
  }

  #consider(card: OfferCard): void {
    const { offerId } = card;
    if (this.#reacting.has(offerId) || this.#tapped.has(offerId)) return;
    const { contends, book, clock, chance, persona } = this.#deps;
    if (!contends(card) || !book.plan(card)) return;
    const delayMs = persona.networkMs + chance.reactionMs(persona.reactionMs);
    const react = () => {
      this.#reacting.delete(offerId);
      this.#tapped.add(offerId);
      clock.after(persona.networkMs, () => void this.#tap(card));
    };
    this.#reacting.set(offerId, clock.after(delayMs, react));
  }

  /** Asks at the server's door: the simulated network's time lies outside of what is measured. */
  async #tap(card: OfferCard): Promise<void> {
    const { leadId, offerId } = card;
    const { book, clock } = this.#deps;
    this.#tapped.add(offerId);
    const askedAtMs = clock.monotonicMs();
    try {
      const verdict = await this.client.claim({ leadId, offerId });
      book.answered(this.repId, offerId, verdict, clock.monotonicMs() - askedAtMs);
      if (verdict.verdict === 'won') this.#deps.onWon(this, verdict);
    } catch (error) {
      if (!(error instanceof ClaimUnanswered) && !(error instanceof SambarProblem)) throw error;
      book.notAnswered(offerId);
    } finally {
      this.#tapped.delete(offerId);
    }
  }

  #forget(offerId: string): void {
    const timer = this.#reacting.get(offerId);
    if (timer === undefined) return;
    timer.cancel();
    this.#reacting.delete(offerId);
    this.#deps.book.drop(offerId);
  }

  #cutSoon(link: BreakableLink): void {
    const { clock, chance } = this.#deps;
    this.#nextCut = clock.after(chance.between(...STEADY_MS), () => {
      link.cut(chance.between(...CUT_MS));
      this.#cutSoon(link);
    });
  }
}

/** Connects, or waits until a lost connection is back; rejects when the server wants none of it. */
export async function live(client: SambarClient): Promise<void> {
  if (client.state.kind === 'live') return;
  await new Promise<void>((resolve, reject) => {
    const off = client.onState((state) => {
      if (state.kind === 'live') resolve();
      else if (state.kind === 'refused') reject(new Error(`the server refused a client: ${state.reason}`));
      else return;
      off();
    });
    client.connect();
  });
}
