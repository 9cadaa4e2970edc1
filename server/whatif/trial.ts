/**
 * One trial: leads arrive at a house in memory, its people race for them and work them, and what came of it is counted.
 * The house decides; this file only plays what comes from outside: arrivals, taps, and what owners do.
 */
import type { OfferCard } from '../../client-sdk/protocol/down.ts';
import type { NewLead } from '../../client-sdk/protocol/http.ts';
import type { Announcer } from '../alerts/announcer.ts';
import { onboardingOf } from '../distribution/onboarding-rules.ts';
import { localDay } from '../kernel/calendar.ts';
import type { Connection } from '../platform/sqlite.ts';
import { openHoursOf } from '../policy/hours-rules.ts';
import { zoneOf } from '../policy/policy-rules.ts';
import { type LeadFate, outcomeOf, type TrialOutcome } from './outcome.ts';
import type { People, WorkDone } from './people.ts';
import { openTrialHouse, type TrialHouse } from './trial-house.ts';

export interface Arrival {
  /** The same in every trial of these arrivals. */
  key: string;
  atMs: number;
  lead: NewLead;
}

export interface Trial {
  scratch: Connection;
  seed: string;
  fromMs: number;
  /** Leads arrive before it; what is under way then goes on for the time that the longest offer may be open. */
  untilMs: number;
  /** In the order of their time. */
  arrivals: readonly Arrival[];
  people: People;
}

const DAY_MS = 86_400_000;
/** A rep who never works again would be looked for for ever. */
const DAYS_LOOKED_AHEAD = 30;
const NEWCOMER_MS = 90 * DAY_MS;
/** What was put up last is decided by then, whatever the policy: a race of hours, a weekend, the rotation. */
const AFTERWARDS_MS = 4 * DAY_MS;

/** @param onProgress how many of the arrivals have come */
export async function runTrial(trial: Trial, onProgress: (done: number) => void): Promise<TrialOutcome> {
  const play = new Play(trial);
  return play.run(onProgress);
}

class Play {
  readonly #trial: Trial;
  readonly #keys = new Map<string, string>();
  readonly #fates = new Map<string, LeadFate>();
  /** How often a lead was put up, and owned, so far. */
  readonly #offers = new Map<string, string[]>();
  readonly #owned = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  #house: TrialHouse | null = null;
  #failure: Error | null = null;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  async run(onProgress: (done: number) => void): Promise<TrialOutcome> {
    const { scratch, seed, fromMs, untilMs, arrivals } = this.#trial;
    const opened = await openTrialHouse(scratch, {
      startMs: fromMs,
      seed,
      emit: (event, rooms, payload) => this.#hear(event, rooms, payload),
      settled: (notice) => {
        const leadId =
          notice.outcome === 'committed' ? this.#world.offersOnFile.find(notice.offerId)?.offer.leadId : '';
        if (notice.outcome === 'committed') this.#got(leadId ?? '', notice.winnerId);
      },
    });
    this.#house = opened;
    this.#arriveFrom(0, onProgress);
    await opened.timeline.run(untilMs - fromMs + AFTERWARDS_MS, () => this.#failure !== null);
    if (this.#failure !== null) throw this.#failure;
    const outcome = outcomeOf(this.#fates.values(), this.#refusals, this.#world.directory.reps());
    onProgress(arrivals.length);
    await opened.house.close();
    return outcome;
  }

  get #opened(): TrialHouse {
    if (this.#house === null) throw new Error('the house is not open yet');
    return this.#house;
  }

  get #world() {
    return this.#opened.house.world;
  }

  #after(ms: number, work: () => Promise<unknown>): void {
    const failed = (error: unknown) => {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    };
    this.#opened.clock.after(ms, () => void work().catch(failed));
  }

  #arriveFrom(index: number, onProgress: (done: number) => void): void {
    const arrival = this.#trial.arrivals[index];
    if (arrival === undefined) return;
    this.#after(arrival.atMs - this.#opened.clock.nowMs(), async () => {
      onProgress(index);
      this.#arriveFrom(index + 1, onProgress);
      await this.#arrive(arrival);
    });
  }

  async #arrive({ key, atMs, lead }: Arrival): Promise<void> {
    const by = { sourceId: 'trial', actor: 'system' };
    const { leadId } = await this.#opened.house.intake.accept({ ...lead, externalId: key }, by);
    this.#fate(leadId, key, atMs);
  }

  /** Known by its key from the first that is heard of it: alerts come before the intake has its answer. */
  #fate(leadId: string, key = this.#keyOf(leadId), acceptedAtMs = this.#world.leads.row(leadId)?.acceptedAt ?? 0) {
    const known = this.#fates.get(key);
    if (known !== undefined) return known;
    const { temperature } = this.#world.leads.row(leadId) ?? { temperature: 'cold' };
    const fate: LeadFate = { acceptedAtMs, temperature, owner: null };
    this.#fates.set(key, fate);
    return fate;
  }

  #keyOf(leadId: string): string {
    const known = this.#keys.get(leadId);
    if (known !== undefined) return known;
    const key = this.#world.leads.row(leadId)?.externalId ?? leadId;
    this.#keys.set(leadId, key);
    return key;
  }

  #hear<E extends Parameters<Announcer['emit']>[0]>(event: E, rooms: string[], payload: unknown): void {
    const repIds = rooms.map((room) => room.replace('rep:', ''));
    if (event === 'lead:alert' || event === 'lead:listed') {
      for (const repId of repIds) this.#alerted(repId, payload as OfferCard);
    }
    if (event === 'lead:assigned') this.#got((payload as { leadId: string }).leadId, repIds[0] ?? '');
  }

  #alerted(repId: string, { leadId, offerId }: OfferCard): void {
    const { clock } = this.#opened;
    const nowMs = clock.nowMs();
    const rep = this.#world.directory.rep(repId);
    if (rep === undefined || onboardingOf(this.#world.policy.at(nowMs).policy, rep, nowMs)?.phase === 'shadow') return;
    const offers = this.#offers.get(leadId) ?? [];
    if (!offers.includes(offerId)) this.#offers.set(leadId, [...offers, offerId]);
    const nth = Math.max(0, this.#offers.get(leadId)?.indexOf(offerId) ?? 0);
    for (const { afterMs, atWork } of this.#trial.people.taps({ leadKey: this.#keyOf(leadId), nth, repId })) {
      const atMs = atWork ? this.#atWork(repId, nowMs, afterMs) : nowMs + afterMs;
      if (atMs >= (this.#world.offers.get(offerId)?.closesAtMs ?? 0)) continue;
      this.#after(atMs - nowMs, () => this.#tap(repId, leadId, offerId));
    }
  }

  /** Nobody taps what has been taken: the card is gone. */
  async #tap(repId: string, leadId: string, offerId: string): Promise<void> {
    if (this.#world.offers.get(offerId) === undefined) return;
    const deadlineMs = this.#opened.clock.nowMs();
    const requestId = `${offerId} ${repId}`;
    const judged = await this.#world.arbiter.claim({ leadId, offerId, repId, requestId, deadlineMs });
    if (judged.kind === 'refused') this.#refusals.set(judged.rule, (this.#refusals.get(judged.rule) ?? 0) + 1);
  }

  #got(leadId: string, repId: string): void {
    const world = this.#world;
    const nowMs = this.#opened.clock.nowMs();
    const rep = world.directory.rep(repId);
    const owner = world.owners.live(leadId);
    if (rep === undefined || owner === undefined) return;
    const fate = this.#fate(leadId);
    const { hiredOn, tier } = rep;
    const isNewcomer = hiredOn !== null && nowMs - Date.parse(hiredOn) < NEWCOMER_MS;
    fate.owner ??= { repId, via: owner.via, method: owner.method, atMs: nowMs, tier, isNewcomer };
    const nth = this.#owned.get(leadId) ?? 0;
    this.#owned.set(leadId, nth + 1);
    for (const work of this.#trial.people.works({ leadKey: this.#keyOf(leadId), nth, repId })) {
      const atMs = work.atWork ? this.#atWork(repId, nowMs, work.afterMs) : nowMs + work.afterMs;
      this.#after(atMs - nowMs, () => this.#work(leadId, repId, work));
    }
  }

  async #work(leadId: string, repId: string, { kind, revenue }: WorkDone): Promise<void> {
    const { owning } = this.#opened.house;
    if (this.#world.owners.live(leadId)?.repId !== repId) return;
    if (kind === 'contact') await owning.logActivity({ leadId, repId, activity: { kind: 'call' } });
    else if (kind === 'released')
      await owning.release({ leadId, ownerId: repId, actor: `rep:${repId}`, reason: 'tried' });
    else await owning.setStage({ leadId, repId, stage: { stage: kind, ...(revenue !== undefined && { revenue }) } });
  }

  /** So much later, not counting the time before the team's next opening, and never while it is closed. */
  #atWork(repId: string, nowMs: number, afterMs: number): number {
    const startMs = this.#nextOpen(repId, nowMs);
    const atMs = startMs + afterMs;
    const openMs = this.#nextOpen(repId, atMs);
    return openMs === atMs ? atMs : openMs + Math.min(afterMs, HELD_UP_MS_MAX);
  }

  /** The instant itself while the team is open. */
  #nextOpen(repId: string, ms: number): number {
    const { policy } = this.#world.policy.at(this.#opened.clock.nowMs());
    const team = this.#world.directory.rep(repId)?.team ?? null;
    const zone = zoneOf(policy, { team });
    for (let day = 0; day < DAYS_LOOKED_AHEAD; day++) {
      const hours = openHoursOf(policy, team, localDay(ms + day * DAY_MS, zone));
      if (hours !== null && ms < hours.untilMs) return Math.max(ms, hours.fromMs);
    }
    return ms;
  }
}

/** What was left over from the day before comes first in the morning. */
const HELD_UP_MS_MAX = 30 * 60_000;
