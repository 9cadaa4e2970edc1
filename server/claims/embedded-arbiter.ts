/**
 * The arbiter in this process: the same rules as on Redis (SPEC.md), without a network. A decision is
 * one synchronous stretch of code, with no `await` between check and set, so no two claims can
 * meet inside it; the promise around the answer is the port's, not the decision's.
 *
 * Its memory dies with the process, which is sound: the ledger opens every live offer again from the
 * file at start, and a provisional win that was not on disk was told to nobody.
 */
import type { GoneReason } from '../../client-sdk/protocol/verdict.ts';
import type { Clock } from '../kernel/clock.ts';
import { RecentMap } from '../kernel/recent-map.ts';
import type {
  Admission,
  ArbiterControl,
  ArbiterOffer,
  ClaimRequest,
  CloseAnswer,
  CounterName,
  Gate,
  GateReason,
  HoldAnswer,
  Increment,
  Judgement,
  ProvisionalWin,
  Settlement,
} from './arbiter.ts';
import { AttemptWindows } from './attempt-windows.ts';
import { GateKeeper } from './embedded-gates.ts';
import { type Entry, isLive, type Member, memberOf, OfferBook } from './embedded-offers.ts';
import { firstBroken, gainsAt } from './limits.ts';
import { checkOffer, checkWhole } from './offer-checks.ts';

/** A rep's client repeats a request for seconds; at 5,000 claims a second this is ten of them. */
const REQUESTS_KEPT = 50_000;
/** Causes come again when a deadline fires twice after a crash, seconds apart. */
const CAUSES_KEPT = 50_000;

/** What is kept of one rep's request: its lead and offer, and when it met which win. */
interface Asked {
  leadId: string;
  offerId: string;
  order: string;
  receivedAtMs: number;
}

export function createEmbeddedArbiter(options: { clock: Clock }): ArbiterControl {
  return new EmbeddedArbiter(options.clock);
}

class EmbeddedArbiter implements ArbiterControl {
  readonly #clock: Clock;
  readonly #offers = new OfferBook();
  readonly #gates = new GateKeeper();
  readonly #attempts = new AttemptWindows();
  readonly #counters = new Map<string, Map<CounterName, number>>();
  readonly #requests = new RecentMap<Asked>(REQUESTS_KEPT);
  readonly #causes = new RecentMap<true>(CAUSES_KEPT);
  #settlers: ((win: ProvisionalWin) => void)[] = [];
  #wins = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async now(): Promise<number> {
    return this.#clock.nowMs();
  }

  nearlyNow(): number {
    return this.#clock.nowMs();
  }

  async claim(request: ClaimRequest): Promise<Judgement> {
    return this.#judge(request, this.#clock.nowMs());
  }

  /** AR4 to AR9, in order; what is left is judged by the offer's state. */
  #judge(request: ClaimRequest, nowMs: number): Judgement {
    const key = `${request.repId} ${request.requestId}`;
    const asked = this.#requests.get(key);
    if (asked !== undefined && asked.leadId !== request.leadId) return { kind: 'requestReused' };

    // Asked again it speaks of the same offer, whatever was opened since, as long as that is known here (AR2).
    const again = request.offerId === undefined && asked !== undefined ? this.#offers.get(asked.offerId) : undefined;
    const offer = again ?? this.#offers.choose(request.leadId, request.offerId, request.repId, nowMs);
    if (offer !== undefined && offer.winnerId === request.repId) {
      if (asked === undefined) this.#remember(key, offer, '', 0);
      const claim = offer.win;
      if (offer.state === 'claimed' || claim === null) return { kind: 'owned', offerId: offer.id };
      return { kind: 'pending', offerId: offer.id, mine: true, receivedAtMs: nowMs, claim };
    }
    const offerId = offer?.id ?? request.offerId ?? null;
    if (offer !== undefined && this.#gates.rebuilding(offer)) {
      return { kind: 'retry', offerId, reason: 'rebuilding' };
    }
    if (nowMs > request.deadlineMs) return { kind: 'retry', offerId, reason: 'tooLate' };
    if (offer === undefined) return { kind: 'unknown' };

    if (asked === undefined) this.#remember(key, offer, '', 0);
    return this.#judgeMember(offer, request, key, nowMs);
  }

  /** AR10 to AR17: whether the rep is in it, and whether it is still to be had. */
  #judgeMember(offer: Entry, request: ClaimRequest, key: string, nowMs: number): Judgement {
    const offerId = offer.id;
    const member = offer.members.get(request.repId);
    if (member === undefined) return { kind: 'refused', offerId, rule: 'notInOffer' };
    if (offer.winnerId !== null) {
      const receivedAtMs = this.#firstMet(offer, key, nowMs);
      if (offer.state === 'pending' && offer.win !== null) {
        return { kind: 'pending', offerId, mine: false, receivedAtMs, claim: offer.win };
      }
      const byMs = Math.max(0, receivedAtMs - offer.claimedAtMs);
      return { kind: 'lost', offerId, winnerId: offer.winnerId, byMs };
    }
    if (offer.reason !== null) return { kind: 'gone', offerId, reason: offer.reason };
    if (nowMs >= offer.closesAtMs) return { kind: 'gone', offerId, reason: 'expired' };
    if (this.#gates.withdrawn(offer)) return { kind: 'gone', offerId, reason: 'withdrawn' };
    const shut = this.#gates.repRule(request.repId, member.stamp);
    if (shut !== null) return { kind: 'refused', offerId, rule: shut };
    return this.#judgeOpen(offer, request, member, nowMs);
  }

  /** AR18 to AR22: the offer can be had; may this rep have it, and now? */
  #judgeOpen(offer: Entry, request: ClaimRequest, member: Member, nowMs: number): Judgement {
    const offerId = offer.id;
    const { opensAtMs, lane } = member;
    const { repId } = request;
    const early = nowMs < opensAtMs;
    if (early || offer.tried.has(repId)) {
      const rate = offer.given.attemptRate;
      if (rate !== null && !this.#attempts.take(repId, rate, nowMs)) {
        return { kind: 'refused', offerId, rule: 'attemptRate' };
      }
    }
    if (early) return { kind: 'early', offerId, opensAtMs, opensInMs: opensAtMs - nowMs };

    offer.tried.add(repId);
    const counters = this.#counters.get(repId);
    const broken = firstBroken(offer.given.limits, (name) => counters?.get(name) ?? 0, nowMs, lane);
    if (broken !== undefined) return { kind: 'refused', offerId, rule: broken.rule };
    return this.#grant(offer, request, lane, nowMs);
  }

  #grant(offer: Entry, request: ClaimRequest, lane: number, nowMs: number): Judgement {
    const claim: ProvisionalWin = {
      offerId: offer.id,
      leadId: offer.given.leadId,
      repId: request.repId,
      requestId: request.requestId,
      claimedAtMs: nowMs,
      order: String(++this.#wins),
    };
    makePending(offer, claim, gainsAt(offer.given.increments, nowMs, lane));
    for (const { counter, by } of offer.gains) this.#add(claim.repId, counter, by);
    for (const settler of this.#settlers) settler(claim);
    return { kind: 'pending', offerId: offer.id, mine: true, receivedAtMs: nowMs, claim };
  }

  /** The offer stays the one that the request was first judged on. */
  #remember(key: string, { id, given }: Entry, order: string, receivedAtMs: number): void {
    const offerId = this.#requests.get(key)?.offerId ?? id;
    this.#requests.set(key, { leadId: given.leadId, offerId, order, receivedAtMs });
  }

  /** When this request first met this very win (AR13). */
  #firstMet(offer: Entry, key: string, nowMs: number): number {
    const asked = this.#requests.get(key);
    if (asked !== undefined && asked.order === offer.order) return asked.receivedAtMs;
    this.#remember(key, offer, offer.order, nowMs);
    return nowMs;
  }

  #add(repId: string, counter: CounterName, by: number): void {
    let counters = this.#counters.get(repId);
    if (counters === undefined) {
      counters = new Map();
      this.#counters.set(repId, counters);
    }
    counters.set(counter, (counters.get(counter) ?? 0) + by);
  }

  async open(offer: ArbiterOffer): Promise<void> {
    checkOffer(offer);
    const known = this.#offers.get(offer.offerId);
    if (known !== undefined && !this.#gates.cellRaised(known)) return;
    this.#offers.put(offer, this.#gates.stamps(offer), (repId) => this.#gates.repStamp(repId));
  }

  async admit(admission: Admission): Promise<number | null> {
    checkWhole(admission.opensAtMs, 'opensAtMs');
    const offer = this.#offers.get(admission.offerId);
    const lane = offer?.laneOpensAtMs[admission.lane];
    if (offer === undefined || lane === undefined || !isLive(offer)) return null;
    const { repId } = admission;
    if (repId !== undefined) {
      const stamp = this.#gates.repStamp(repId);
      const member = memberOf(offer, repId, admission.lane, stamp);
      member.opensAtMs = Math.min(member.opensAtMs, lane, admission.opensAtMs);
      return member.opensAtMs;
    }
    const opensAtMs = Math.min(lane, admission.opensAtMs);
    offer.laneOpensAtMs[admission.lane] = opensAtMs;
    for (const member of offer.members.values()) {
      if (member.lane === admission.lane) member.opensAtMs = Math.min(member.opensAtMs, opensAtMs);
    }
    return opensAtMs;
  }

  async extend(offerId: string, closesAtMs: number): Promise<number | null> {
    checkWhole(closesAtMs, 'closesAtMs');
    const offer = this.#offers.get(offerId);
    if (offer === undefined || !isLive(offer)) return null;
    offer.closesAtMs = Math.max(offer.closesAtMs, closesAtMs);
    return offer.closesAtMs;
  }

  async settle(win: ProvisionalWin, settlement: Settlement): Promise<void> {
    const offer = this.#offers.get(win.offerId);
    if (offer === undefined) return;
    const own = offer.state === 'pending' && offer.order === win.order;
    if (own && settlement.outcome !== 'committed') {
      for (const { counter, by } of offer.gains) this.#add(win.repId, counter, -by);
      offer.state = 'open';
      offer.win = null;
      offer.winnerId = null;
    }
    if (settlement.outcome === 'reopened' || !(own || offer.state === 'open')) return;
    if (settlement.outcome === 'closed') return this.#close(offer, settlement.reason);
    const other = settlement.outcome === 'claimedBy';
    offer.state = 'claimed';
    offer.win = null;
    offer.winnerId = other ? settlement.winnerId : win.repId;
    offer.claimedAtMs = other ? settlement.claimedAtMs : win.claimedAtMs;
    offer.order = win.order;
    this.#offers.ended(offer);
  }

  /** AR44. */
  async hold(win: ProvisionalWin, deadlineMs: number): Promise<HoldAnswer> {
    const offer = this.#offers.get(win.offerId);
    if (offer === undefined) return { kind: 'unknown' };
    if (offer.state === 'pending' && offer.order === win.order) return { kind: 'held' };
    const otherwise = whyNotOpen(offer);
    if (otherwise !== null) return otherwise;
    if (this.#clock.nowMs() > deadlineMs) return { kind: 'tooLate' };
    makePending(offer, win, []);
    return { kind: 'held' };
  }

  async close(offerId: string, reason: GoneReason): Promise<CloseAnswer> {
    const offer = this.#offers.get(offerId);
    if (offer === undefined) return { kind: 'unknown' };
    const otherwise = whyNotOpen(offer);
    if (otherwise?.kind === 'ended' && otherwise.reason === reason) return { kind: 'closed' };
    if (otherwise !== null) return otherwise;
    this.#close(offer, reason);
    return { kind: 'closed' };
  }

  #close(offer: Entry, reason: GoneReason): void {
    offer.state = 'closed';
    offer.reason = reason;
    this.#offers.ended(offer);
  }

  async count(repId: string, counter: CounterName, by: number, causeId: string): Promise<void> {
    checkWhole(by, `by of ${counter}`);
    const key = `${repId} ${counter} ${causeId}`;
    if (this.#causes.get(key) !== undefined) return;
    this.#causes.set(key, true);
    this.#add(repId, counter, by);
  }

  async restoreCounters(repId: string, counters: Record<CounterName, number>): Promise<void> {
    for (const [counter, value] of Object.entries(counters)) checkWhole(value, counter);
    this.#counters.set(repId, new Map(Object.entries(counters)));
  }

  async raise(gate: Gate, reason: GateReason): Promise<void> {
    this.#gates.raise(gate, reason);
  }

  onProvisionalWin(settler: (win: ProvisionalWin) => void): void {
    this.#settlers.push(settler);
  }
}

function makePending(offer: Entry, win: ProvisionalWin, gains: readonly Increment[]): void {
  offer.state = 'pending';
  offer.win = win;
  offer.winnerId = win.repId;
  offer.claimedAtMs = win.claimedAtMs;
  offer.order = win.order;
  offer.gains = gains;
}

/** Null: it is open. */
function whyNotOpen(offer: Entry): Extract<HoldAnswer, { kind: 'pending' | 'claimed' | 'ended' }> | null {
  if (offer.state === 'pending') return { kind: 'pending' };
  if (offer.winnerId !== null) return { kind: 'claimed', winnerId: offer.winnerId };
  return offer.reason === null ? null : { kind: 'ended', reason: offer.reason };
}
