/**
 * One trial: leads arrive at a house in memory, its people race for them and work them, and what came of it is counted.
 * The house decides; this file only plays what comes from outside: arrivals, taps, and what owners do.
 */
import type { OfferCard } from '../../client-sdk/protocol/down.ts';
import type { NewLead } from '../../client-sdk/protocol/http.ts';
import type { Announcer } from '../alerts/announcer.ts';
import { onboardingOf } from '../distribution/onboarding-rules.ts';
import type { OpenOffer } from '../distribution/open-offers.ts';
import { assignByManager } from '../flow/assigning.ts';
import { takeIn } from '../flow/intake.ts';
import type { World } from '../flow/world.ts';
import { localDay } from '../kernel/calendar.ts';
import type { Connection } from '../platform/sqlite.ts';
import { openHoursOf } from '../policy/hours-rules.ts';
import { zoneOf } from '../policy/policy-rules.ts';
import { type LeadFate, outcomeOf, type TrialOutcome } from './outcome.ts';
import type { People, WorkDone } from './people.ts';
import type { ByHand, RecordedLead, TheRecord } from './record.ts';
import { openTrialHouse, type TrialHouse } from './trial-house.ts';

export interface Arrival {
  /** The same in every trial of these arrivals; of a lead on record its id. */
  key: string;
  atMs: number;
  /** To be scored by the policy, or as it was scored on record. */
  lead: NewLead | RecordedLead;
}

export interface Trial {
  scratch: Connection;
  seed: string;
  fromMs: number;
  /** Leads arrive before it; the offers that are up then go on to their end. */
  untilMs: number;
  /** In the order of their time. */
  arrivals: readonly Arrival[];
  people: People;
  /** What is under way when the trial begins, and what was done by hand in it. */
  record?: Pick<TheRecord, 'ownerships' | 'byHand' | 'offers'>;
  lot?: World['lot'];
  /** While everything is still there to be looked at. */
  onEnd?(fates: ReadonlyMap<string, LeadFate>): void;
}

/** The source of leads that a trial makes up. */
const TRIAL = 'trial';
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
  /** Offer → how many of its lead came before it. */
  readonly #offers = new Map<string, number>();
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
      ...(this.#trial.lot && { lot: this.#trial.lot }),
      emit: (event, rooms, payload) => this.#hear(event, rooms, payload),
      settled: (notice) => {
        const leadId =
          notice.outcome === 'committed' ? this.#world.offersOnFile.find(notice.offerId)?.offer.leadId : '';
        if (notice.outcome === 'committed') this.#got(leadId ?? '', notice.winnerId);
      },
    });
    this.#house = opened;
    this.#goOn();
    this.#arriveFrom(0, onProgress);
    const isOver = () => opened.clock.nowMs() >= untilMs && this.#world.offers.size() === 0;
    await opened.timeline.run(untilMs - fromMs + AFTERWARDS_MS, () => this.#failure !== null || isOver());
    if (this.#failure !== null) throw this.#failure;
    const outcome = outcomeOf(this.#fates.values(), this.#refusals, this.#world.directory.reps());
    onProgress(arrivals.length);
    this.#trial.onEnd?.(this.#fates);
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

  /** What was up when the trial begins is tapped, what was owned is worked, and what was done by hand is done again. */
  #goOn(): void {
    const { record, fromMs } = this.#trial;
    const nowMs = this.#opened.clock.nowMs();
    for (const offer of this.#world.offers.all()) {
      for (const lane of offer.lanes) {
        if (lane.sentAtMs === null) continue;
        for (const repId of lane.repIds) this.#alerted(repId, offer, lane.sentAtMs);
      }
      for (const [repId, { sentAtMs }] of offer.admissions) {
        if (sentAtMs !== null) this.#alerted(repId, offer, sentAtMs);
      }
    }
    for (const { leadId, repId, startedAtMs, works } of record?.ownerships ?? []) {
      if (startedAtMs >= fromMs) continue;
      for (const work of works) {
        const atMs = startedAtMs + work.afterMs;
        if (atMs >= fromMs) this.#after(atMs - nowMs, () => this.#work(leadId, repId, { ...work, atWork: false }));
      }
    }
    for (const act of record?.byHand ?? []) this.#after(act.atMs - nowMs, () => this.#byHand(act));
  }

  async #byHand(act: ByHand): Promise<void> {
    const { presence, pausing } = this.#opened.house;
    const by = { reason: 'on record', actor: 'system' };
    switch (act.kind) {
      case 'assign':
        await assignByManager(this.#world, { leadId: act.leadId, repId: act.repId, ...by });
        return;
      case 'rep':
        await presence.change(act.repId, act.change, by.actor);
        return;
      case 'pause':
        await pausing.pause({ team: act.team, days: act.days, ...by });
        return;
      case 'resume':
        await pausing.resume({ team: act.team, actor: by.actor });
    }
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
    this.#fates.set(key, { acceptedAtMs: atMs, temperature: 'cold', owner: null });
    if (!('id' in lead)) {
      await this.#opened.house.intake.accept({ ...lead, externalId: key }, { sourceId: TRIAL, actor: 'system' });
      return;
    }
    const { interest, ...row } = lead;
    await takeIn(this.#world, { ...row, acceptedAt: atMs }, interest === null ? {} : { interest }, 'system');
  }

  /** Of a lead that arrived in this trial; of one that was there before, nothing. Its row says how it was scored. */
  #fateOf(leadId: string): LeadFate | undefined {
    const fate = this.#fates.get(this.#keyOf(leadId));
    if (fate !== undefined) fate.temperature = this.#world.leads.row(leadId)?.temperature ?? fate.temperature;
    return fate;
  }

  #keyOf(leadId: string): string {
    const known = this.#keys.get(leadId);
    if (known !== undefined) return known;
    const lead = this.#world.leads.row(leadId);
    const key = lead?.sourceId === TRIAL ? (lead.externalId ?? leadId) : leadId;
    this.#keys.set(leadId, key);
    return key;
  }

  #hear<E extends Parameters<Announcer['emit']>[0]>(event: E, rooms: string[], payload: unknown): void {
    const repIds = rooms.map((room) => room.replace('rep:', ''));
    if (event === 'lead:alert' || event === 'lead:listed') {
      const { offerId } = payload as OfferCard;
      const offer = this.#world.offers.get(offerId);
      for (const repId of repIds) if (offer !== undefined) this.#alerted(repId, offer, this.#opened.clock.nowMs());
    }
    if (event === 'lead:assigned') this.#got((payload as { leadId: string }).leadId, repIds[0] ?? '');
  }

  #alerted(repId: string, { leadId, offerId, closesAtMs }: OpenOffer, sentAtMs: number): void {
    const nowMs = this.#opened.clock.nowMs();
    const rep = this.#world.directory.rep(repId);
    const { policy } = this.#world.policy.at(nowMs);
    if (rep === undefined || onboardingOf(policy, rep, nowMs)?.phase === 'shadow') return;
    const encounter = { leadKey: this.#keyOf(leadId), nth: this.#nthOf(leadId, offerId), repId };
    for (const { afterMs, atWork } of this.#trial.people.taps(encounter)) {
      const atMs = atWork ? this.#atWork(repId, sentAtMs, afterMs) : sentAtMs + afterMs;
      if (atMs < nowMs || atMs >= closesAtMs) continue;
      this.#after(atMs - nowMs, () => this.#tap(repId, leadId, offerId));
    }
  }

  /** How many offers of the lead came before this one. */
  #nthOf(leadId: string, offerId: string): number {
    const known = this.#offers.get(offerId);
    if (known !== undefined) return known;
    const older = this.#world.offersOnFile.ofLead(leadId).map(({ offer }) => offer.id);
    const nth = older.reverse().indexOf(offerId);
    this.#offers.set(offerId, nth);
    return nth;
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
    const fate = this.#fateOf(leadId);
    const { hiredOn, tier } = rep;
    const isNewcomer = hiredOn !== null && nowMs - Date.parse(hiredOn) < NEWCOMER_MS;
    if (fate !== undefined)
      fate.owner ??= { repId, via: owner.via, method: owner.method, atMs: nowMs, tier, isNewcomer };
    const nth = world.owners.ofLead(leadId).length - 1;
    for (const work of this.#trial.people.works({ leadKey: this.#keyOf(leadId), nth, repId })) {
      const atMs = work.atWork ? this.#atWork(repId, nowMs, work.afterMs) : nowMs + work.afterMs;
      this.#after(atMs - nowMs, () => this.#work(leadId, repId, work));
    }
  }

  async #work(leadId: string, repId: string, { kind, stage, revenue }: WorkDone): Promise<void> {
    const { owning } = this.#opened.house;
    if (this.#world.owners.live(leadId)?.repId !== repId) return;
    if (kind === 'contact') await owning.logActivity({ leadId, repId, activity: { kind: 'call' } });
    else if (kind === 'released')
      await owning.release({ leadId, ownerId: repId, actor: `rep:${repId}`, reason: 'tried' });
    else if (stage !== undefined)
      await owning.setStage({ leadId, repId, stage: { stage, ...(revenue !== undefined && { revenue }) } });
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
