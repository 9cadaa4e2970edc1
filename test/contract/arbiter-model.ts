/**
 * The race's rules once more, as plainly as they can be said, for the arbiters to be compared with. The
 * model keeps one list of everything that happened and no state beside it: what an offer, a gate or a
 * counter is, is looked up in the list each time. So it shares neither code nor shape with the arbiters,
 * and is far too slow to be one.
 *
 * Not modelled: forgetting (AR4, AR35, AR38), and what only Redis can meet (AR8, AR9, AR39 to AR43).
 */
import type { GoneReason } from '../../client-sdk/protocol/verdict.ts';
import type {
  Admission,
  ArbiterControl,
  ArbiterOffer,
  ClaimRequest,
  CloseAnswer,
  Gate,
  GateReason,
  HoldAnswer,
  Increment,
  Judgement,
  Limit,
  ProvisionalWin,
  Settlement,
} from '../../server/claims/arbiter.ts';
import { type Bench, T0 } from './arbiter-bench.ts';
import type { Fact, FactOf, Membership, Standing } from './model-facts.ts';

export async function modelBench(): Promise<Bench> {
  const model = new Model();
  return {
    arbiter: model,
    setTime: async (nowMs) => {
      model.nowMs = nowMs;
    },
    loseScripts: async () => {},
    end: async () => {},
  };
}

class Model implements ArbiterControl {
  nowMs = T0;
  readonly #facts: Fact[] = [];

  now = async () => this.nowMs;
  nearlyNow = () => this.nowMs;
  onProvisionalWin(): void {}

  #all<Name extends Fact['is']>(is: Name, from = 0): FactOf<Name>[] {
    return this.#facts.slice(from).filter((fact): fact is FactOf<Name> => fact.is === is);
  }

  /** Where the offer was last put up; -1: never. */
  #putUpAt(offerId: string): number {
    return this.#facts.findLastIndex((fact) => fact.is === 'opened' && fact.offerId === offerId);
  }

  /** What happened to an offer since it was last put up, with the places in the list. */
  #story(offerId: string): [Fact, number][] {
    const from = this.#putUpAt(offerId);
    return this.#facts
      .map((fact, place): [Fact, number] => [fact, place])
      .filter(([fact, place]) => from >= 0 && place >= from && 'offerId' in fact && fact.offerId === offerId);
  }

  #given(offerId: string): ArbiterOffer {
    return (this.#facts[this.#putUpAt(offerId)] as FactOf<'opened'>).offer;
  }

  #standing(offerId: string): Standing | null {
    let standing: Standing | null = null;
    for (const [fact] of this.#story(offerId)) {
      if (fact.is === 'opened' || fact.is === 'givenBack') standing = { is: 'open' };
      if (fact.is === 'won') standing = { is: 'pending', win: fact.win, gains: fact.gains };
      if (fact.is === 'claimed' || fact.is === 'closed') standing = fact;
    }
    return standing;
  }

  #isLive(offerId: string): boolean {
    return ['open', 'pending'].includes(this.#standing(offerId)?.is ?? 'unknown');
  }

  /** AR28: a lane's own time, earlier with each admission of the whole lane. */
  #laneOpensAt(offerId: string, lane: number): number | null {
    const times = this.#story(offerId).flatMap(([fact]) => {
      if (fact.is === 'opened') return fact.offer.lanes[lane]?.opensAtMs ?? [];
      return fact.is === 'admitted' && fact.repId === undefined && fact.lane === lane ? fact.opensAtMs : [];
    });
    return times.length === 0 ? null : Math.min(...times);
  }

  /** AR26 to AR28; null: not in the offer. */
  #membership(offerId: string, repId: string): Membership | null {
    let member: Membership | null = null;
    for (const [fact, since] of this.#story(offerId)) {
      if (fact.is === 'opened') {
        for (const [lane, { opensAtMs, repIds }] of fact.offer.lanes.entries()) {
          if (!repIds.includes(repId)) continue;
          if (member === null || opensAtMs < member.opensAtMs) member = { lane, opensAtMs, since };
        }
      }
      if (fact.is !== 'admitted') continue;
      if (fact.repId === repId) member = { lane: fact.lane, opensAtMs: fact.opensAtMs, since };
      if (fact.repId === undefined && member?.lane === fact.lane) {
        member = { ...member, opensAtMs: Math.min(member.opensAtMs, fact.opensAtMs) };
      }
    }
    return member;
  }

  /** AR37: the last reason of a gate that was raised behind this place in the list; null: it was not. */
  #raisedSince(place: number, gate: Gate): GateReason | null {
    const same = (other: Gate) => JSON.stringify(other) === JSON.stringify(gate);
    const last = this.#all('raised', place + 1).findLast((fact) => same(fact.gate));
    return last?.reason ?? null;
  }

  /** AR36: what was last restored, and what was added since. */
  #counter(repId: string, counter: string): number {
    const from = this.#facts.findLastIndex((fact) => fact.is === 'restored' && fact.repId === repId);
    const restored = from < 0 ? 0 : ((this.#facts[from] as FactOf<'restored'>).counters[counter] ?? 0);
    return this.#all('added', from + 1)
      .filter((fact) => fact.repId === repId && fact.counter === counter)
      .reduce((sum, { by }) => sum + by, restored);
  }

  /** AR1 to AR3. */
  #meant({ leadId, offerId, repId }: ClaimRequest): string | null {
    const opened = this.#all('opened').filter(({ offer }) => offer.leadId === leadId);
    if (offerId !== undefined) return opened.some((fact) => fact.offerId === offerId) ? offerId : null;
    const newest = [...new Set(opened.map((fact) => fact.offerId))].reverse().slice(0, 8);
    const seen = newest.find((id) => (this.#membership(id, repId)?.opensAtMs ?? Infinity) <= this.nowMs);
    return seen ?? newest.find((id) => this.#isLive(id)) ?? newest[0] ?? null;
  }

  /** AR4 to AR8, in the order of the table. */
  async claim(request: ClaimRequest): Promise<Judgement> {
    const { repId, requestId, leadId } = request;
    const own = this.#all('asked').filter((fact) => fact.repId === repId && fact.requestId === requestId);
    if (own.some((fact) => fact.leadId !== leadId)) return { kind: 'requestReused' };
    const offerId = this.#meant({ ...request, offerId: request.offerId ?? own[0]?.offerId });
    const standing = offerId === null ? null : this.#standing(offerId);
    const asked = () => void this.#facts.push({ is: 'asked', repId, requestId, leadId, offerId: offerId ?? '' });
    if (offerId !== null && standing?.is === 'claimed' && standing.repId === repId) {
      asked();
      return { kind: 'owned', offerId };
    }
    if (offerId !== null && standing?.is === 'pending' && standing.win.repId === repId) {
      asked();
      return { kind: 'pending', offerId, mine: true, receivedAtMs: this.nowMs, claim: standing.win };
    }
    const retry = { kind: 'retry' as const, offerId: offerId ?? request.offerId ?? null };
    const cell = offerId === null ? null : this.#raisedSince(this.#putUpAt(offerId), { scope: 'cell' });
    if (cell === 'rebuilding') return { ...retry, reason: 'rebuilding' };
    if (this.nowMs > request.deadlineMs) return { ...retry, reason: 'tooLate' };
    if (offerId === null || standing === null) return { kind: 'unknown' };
    asked();
    return this.#judge(offerId, standing, request);
  }

  /** AR10 to AR18, in the order of the table. */
  #judge(offerId: string, standing: Standing, request: ClaimRequest): Judgement {
    const { repId } = request;
    const offer = this.#given(offerId);
    const member = this.#membership(offerId, repId);
    const refused = { kind: 'refused' as const, offerId };
    if (member === null) return { ...refused, rule: 'notInOffer' };
    if (standing.is === 'claimed') {
      const byMs = Math.max(0, this.#firstMet(request, standing.order) - standing.atMs);
      return { kind: 'lost', offerId, winnerId: standing.repId, byMs };
    }
    if (standing.is === 'pending') {
      const receivedAtMs = this.#firstMet(request, standing.win.order);
      return { kind: 'pending', offerId, mine: false, receivedAtMs, claim: standing.win };
    }
    const gone = { kind: 'gone' as const, offerId };
    if (standing.is === 'closed') return { ...gone, reason: standing.reason };
    if (this.nowMs >= this.#closesAt(offerId)) return { ...gone, reason: 'expired' };
    const gates: Gate[] = [{ scope: 'cell' }, ...(offer.teams ?? []).map((team) => ({ scope: 'team' as const, team }))];
    const putUpAt = this.#putUpAt(offerId);
    if (gates.some((gate) => this.#raisedSince(putUpAt, gate) !== null)) return { ...gone, reason: 'withdrawn' };
    const shut = this.#raisedSince(member.since, { scope: 'rep', repId });
    if (shut !== null) return { ...refused, rule: shut === 'inactive' ? 'inactive' : 'notReady' };
    const early = this.nowMs < member.opensAtMs;
    const tried = this.#story(offerId).some(([fact]) => fact.is === 'tried' && fact.repId === repId);
    if ((early || tried) && !this.#attempt(repId, offer.attemptRate)) return { ...refused, rule: 'attemptRate' };
    if (early) {
      return { kind: 'early', offerId, opensAtMs: member.opensAtMs, opensInMs: member.opensAtMs - this.nowMs };
    }
    return this.#judgeLimits(offer, member.lane, request);
  }

  /** AR20 to AR22. */
  #judgeLimits(offer: ArbiterOffer, lane: number, { repId, requestId }: ClaimRequest): Judgement {
    const { offerId, leadId } = offer;
    this.#facts.push({ is: 'tried', offerId, repId });
    const holds = (limit: Limit) =>
      limit.terms.reduce((sum, term) => sum + term.coefficient * this.#counter(repId, term.counter), 0) <= limit.max;
    const broken = offer.limits.find((limit) => this.#inForce(limit, lane) && !holds(limit));
    if (broken !== undefined) return { kind: 'refused', offerId, rule: broken.rule };
    const order = String(this.#all('won').length + 1);
    const win = { offerId, leadId, repId, requestId, claimedAtMs: this.nowMs, order };
    const gains = offer.increments.filter((increment) => this.#inForce(increment, lane));
    this.#facts.push({ is: 'won', offerId, win, gains });
    for (const { counter, by } of gains) this.#facts.push({ is: 'added', repId, counter, by });
    return { kind: 'pending', offerId, mine: true, receivedAtMs: this.nowMs, claim: win };
  }

  /** AR21. */
  #inForce({ fromMs, untilMs, lanes }: Limit | Increment, lane: number): boolean {
    const begun = fromMs === undefined || fromMs <= this.nowMs;
    const over = untilMs !== undefined && untilMs <= this.nowMs;
    return begun && !over && (lanes === undefined || lanes.includes(lane));
  }

  /** AR29: the latest of the times given. */
  #closesAt(offerId: string): number {
    const times = this.#story(offerId).flatMap(([fact]) => (fact.is === 'extended' ? fact.closesAtMs : []));
    return Math.max(this.#given(offerId).closesAtMs, ...times);
  }

  /** AR13: when this request met this win, unless it has met another one since. */
  #firstMet({ repId, requestId }: ClaimRequest, order: string): number {
    const last = this.#all('met').findLast((fact) => fact.repId === repId && fact.requestId === requestId);
    if (last?.order === order) return last.atMs;
    this.#facts.push({ is: 'met', repId, requestId, order, atMs: this.nowMs });
    return this.nowMs;
  }

  /** AR19: takes one attempt of this second and this minute, if both have one left. */
  #attempt(repId: string, rate: ArbiterOffer['attemptRate']): boolean {
    if (rate === null) return true;
    const made = (unitMs: number) =>
      this.#all('attempted').filter(
        (fact) => fact.repId === repId && Math.floor(fact.atMs / unitMs) === Math.floor(this.nowMs / unitMs),
      ).length;
    if (made(1_000) >= rate.perSecond || made(60_000) >= rate.perMinute) return false;
    this.#facts.push({ is: 'attempted', repId, atMs: this.nowMs });
    return true;
  }

  /** AR24, AR25. */
  async open(offer: ArbiterOffer): Promise<void> {
    const { offerId } = offer;
    const putUpAt = this.#putUpAt(offerId);
    if (putUpAt >= 0 && this.#raisedSince(putUpAt, { scope: 'cell' }) === null) return;
    this.#facts.push({ is: 'opened', offerId, offer });
  }

  async admit({ offerId, repId, lane, opensAtMs }: Admission): Promise<number | null> {
    const laneOpensAtMs = this.#laneOpensAt(offerId, lane);
    if (!this.#isLive(offerId) || laneOpensAtMs === null) return null;
    const own = repId === undefined ? null : this.#membership(offerId, repId);
    const stands = Math.min(laneOpensAtMs, opensAtMs, own?.opensAtMs ?? laneOpensAtMs);
    this.#facts.push({ is: 'admitted', offerId, repId, lane, opensAtMs: stands });
    return stands;
  }

  async extend(offerId: string, closesAtMs: number): Promise<number | null> {
    if (!this.#isLive(offerId)) return null;
    this.#facts.push({ is: 'extended', offerId, closesAtMs });
    return this.#closesAt(offerId);
  }

  /** AR31 to AR34. */
  async settle({ offerId, repId, claimedAtMs, order }: ProvisionalWin, settlement: Settlement): Promise<void> {
    const standing = this.#standing(offerId);
    const own = standing?.is === 'pending' && standing.win.order === order ? standing : null;
    if (own === null && standing?.is !== 'open') return;
    if (own !== null && settlement.outcome !== 'committed') {
      for (const { counter, by } of own.gains) this.#facts.push({ is: 'added', repId, counter, by: -by });
      this.#facts.push({ is: 'givenBack', offerId });
    }
    if (settlement.outcome === 'committed') {
      this.#facts.push({ is: 'claimed', offerId, repId, atMs: claimedAtMs, order });
    }
    if (settlement.outcome === 'claimedBy') {
      const { winnerId, claimedAtMs: atMs } = settlement;
      this.#facts.push({ is: 'claimed', offerId, repId: winnerId, atMs, order });
    }
    if (settlement.outcome === 'closed') this.#facts.push({ is: 'closed', offerId, reason: settlement.reason });
  }

  /** Null: open. */
  #whyNotOpen(offerId: string): Exclude<CloseAnswer, { kind: 'closed' }> | null {
    const standing = this.#standing(offerId);
    if (standing === null) return { kind: 'unknown' };
    if (standing.is === 'pending') return { kind: 'pending' };
    if (standing.is === 'claimed') return { kind: 'claimed', winnerId: standing.repId };
    return standing.is === 'closed' ? { kind: 'ended', reason: standing.reason } : null;
  }

  /** AR44. */
  async hold(win: ProvisionalWin, deadlineMs: number): Promise<HoldAnswer> {
    const { offerId, order } = win;
    const standing = this.#standing(offerId);
    if (standing?.is === 'pending' && standing.win.order === order) return { kind: 'held' };
    const otherwise = this.#whyNotOpen(offerId);
    if (otherwise !== null) return otherwise;
    if (this.nowMs > deadlineMs) return { kind: 'tooLate' };
    this.#facts.push({ is: 'won', offerId, win, gains: [] });
    return { kind: 'held' };
  }

  /** AR30. */
  async close(offerId: string, reason: GoneReason): Promise<CloseAnswer> {
    const otherwise = this.#whyNotOpen(offerId);
    if (otherwise?.kind === 'ended' && otherwise.reason === reason) return { kind: 'closed' };
    if (otherwise !== null) return otherwise;
    this.#facts.push({ is: 'closed', offerId, reason });
    return { kind: 'closed' };
  }

  /** AR35. */
  async count(repId: string, counter: string, by: number, causeId: string): Promise<void> {
    const known = this.#all('added').some(
      (fact) => fact.repId === repId && fact.counter === counter && fact.causeId === causeId,
    );
    if (!known) this.#facts.push({ is: 'added', repId, counter, by, causeId });
  }

  async restoreCounters(repId: string, counters: Record<string, number>): Promise<void> {
    this.#facts.push({ is: 'restored', repId, counters });
  }

  /** AR37: each scope has its own words. */
  async raise(gate: Gate, reason: GateReason): Promise<void> {
    this.#facts.push({
      is: 'raised',
      gate,
      reason: gate.scope === 'cell' && reason !== 'rebuilding' ? 'withdrawn' : reason,
    });
  }
}
