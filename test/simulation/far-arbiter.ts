/**
 * An arbiter behind a network, which outlives the server's processes and may lose its memory: what Redis
 * is to the real one. The decisions are the embedded arbiter's; what is played here is the way there and
 * back, and the taking over of a cell, in the order in which the server does it (`cell-on-redis.ts`):
 *
 *   shut → open   pending wins settled, what was open voided, the race put up from the file
 *   open → shut   a process takes over, or the arbiter has forgotten everything
 *
 * A call may be lost on its way, or on its way back: then it has had its effect, and nobody knows.
 */

import { repRoom } from '../../server/alerts/announcer.ts';
import type {
  Admission,
  ArbiterControl,
  ArbiterOffer,
  ClaimRequest,
  CloseAnswer,
  Gate,
  GateReason,
  Judgement,
  ProvisionalWin,
  Settlement,
} from '../../server/claims/arbiter.ts';
import { createEmbeddedArbiter } from '../../server/claims/embedded-arbiter.ts';
import { ArbiterFault } from '../../server/claims/offer-checks.ts';
import { putRaceUp } from '../../server/flow/start.ts';
import type { World } from '../../server/flow/world.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import { ProcessClock, type Timeline, type WallClock } from '../../server/kernel/timeline.ts';

/** A claim is judged or answered within this (AR41). */
const CLAIM_MS_MAX = 450;
/** Another command is waited for as long. */
const COMMAND_MS_MAX = 1_000;
/** A win is handed over again until it is settled (AR40). */
const AGAIN_MS = 500;

export class FarArbiter {
  /** Nothing comes through. */
  isAway = false;
  readonly #timeline: Timeline;
  readonly #clock: ProcessClock;
  readonly #chance: Chance;
  readonly #count: (what: string) => void;
  #inner: ArbiterControl;
  /** Of the memory that decides now; wins of an older one have another number. */
  #epoch = 1;
  #isOpen = false;
  #pending = new Map<string, ProvisionalWin>();
  /** What was put up, with the hold on it. */
  readonly #offers = new Map<string, ProvisionalWin | null>();
  /** Forgotten at a take-over (AR42): the file says how they ended. */
  readonly #dead = new Set<string>();
  #settler: ((win: ProvisionalWin) => void) | null = null;
  #rebuild: (() => void) | null = null;

  constructor(timeline: Timeline, wall: WallClock, chance: Chance, count: (what: string) => void) {
    this.#timeline = timeline;
    this.#clock = new ProcessClock(timeline, wall);
    this.#chance = chance;
    this.#count = count;
    this.#inner = this.#fresh();
  }

  #fresh(): ArbiterControl {
    const inner = createEmbeddedArbiter({ clock: this.#clock });
    inner.onProvisionalWin((win) => {
      const own = this.#outside(win);
      this.#pending.set(own.order, own);
      this.#handOver(own);
    });
    return inner;
  }

  /** Restarted empty: whatever it knew is gone, wins that nobody has settled too. */
  forget(): void {
    this.#count('arbiter: forgot everything');
    this.#epoch++;
    this.#pending.clear();
    this.#offers.clear();
    this.#dead.clear();
    this.#isOpen = false;
    this.#inner = this.#fresh();
    this.#rebuild?.();
  }

  /** The port, for one process of the server. */
  connect(clock: ProcessClock): ArbiterControl {
    const command = <T>(run: () => Promise<T>) => this.#command(clock, run);
    this.#settler = null;
    return {
      now: () => command(() => this.#inner.now()),
      nearlyNow: () => this.#clock.nowMs(),
      claim: (request) => this.#claim(clock, request),
      open: (offer: ArbiterOffer) =>
        command(async () => {
          this.#offers.set(offer.offerId, null);
          await this.#inner.open(offer);
        }),
      admit: (admission: Admission) => command(() => this.#inner.admit(admission)),
      extend: (offerId: string, closesAtMs: number) => command(() => this.#inner.extend(offerId, closesAtMs)),
      settle: (win: ProvisionalWin, settlement: Settlement) =>
        this.#untilTaken(clock, async () => {
          await this.#inner.settle(this.#inside(win), settlement);
          this.#pending.delete(win.order);
        }),
      hold: (win, deadlineMs) =>
        command(async () => {
          const answer = await this.#inner.hold(win, deadlineMs);
          if (answer.kind === 'held') this.#offers.set(win.offerId, win);
          return answer;
        }),
      close: (offerId, reason): Promise<CloseAnswer> => command(() => this.#inner.close(offerId, reason)),
      count: (repId, counter, by, cause) => command(() => this.#inner.count(repId, counter, by, cause)),
      restoreCounters: (repId, counters) => command(() => this.#inner.restoreCounters(repId, counters)),
      raise: (gate: Gate, reason: GateReason) => command(() => this.#inner.raise(gate, reason)),
      onProvisionalWin: (settler) => {
        this.#settler = settler;
      },
    };
  }

  /** A process becomes the one that settles; later, each time the arbiter has forgotten, it does so again. */
  async takeOver(world: World, clock: ProcessClock): Promise<void> {
    this.#isOpen = false;
    let isUnderWay = false;
    let again = false;
    this.#rebuild = () => {
      again = true;
      if (isUnderWay) return;
      isUnderWay = true;
      void untilItHolds().finally(() => {
        isUnderWay = false;
      });
    };
    const untilItHolds = async () => {
      while (again) {
        again = false;
        await this.#putUp(world).catch(() => {
          again = true;
        });
        if (again) await new Promise<void>((resolve) => void clock.after(AGAIN_MS, resolve));
      }
      for (const { id } of world.directory.reps()) {
        world.announcer.emit('pool:snapshot', [repRoom(id)], world.alerts.snapshot(id));
      }
    };
    again = true;
    isUnderWay = true;
    await untilItHolds();
    isUnderWay = false;
  }

  async #putUp(world: World): Promise<void> {
    const epoch = this.#epoch;
    for (const win of [...this.#pending.values()]) this.#handOver(win);
    while (this.#pending.size > 0) {
      await world.settlementsIdle();
      await new Promise<void>((resolve) => void world.clock.after(AGAIN_MS / 10, resolve));
    }
    // A win that it has forgotten may be on its way to the disk all the same, and counters come from there.
    await world.settlementsIdle();
    await world.arbiter.raise({ scope: 'cell' }, 'rebuilding');
    await this.#forgetTheDead(world);
    await putRaceUp(world);
    if (epoch !== this.#epoch) throw new Error('it has forgotten again');
    this.#isOpen = true;
    this.#count('arbiter: taken over');
  }

  /** Open or held here, and not on file: its process ended between the disk and the arbiter. */
  async #forgetTheDead(world: World): Promise<void> {
    for (const [offerId, hold] of this.#offers) {
      if (world.offers.get(offerId) !== undefined) continue;
      if (hold !== null) await this.#inner.settle(hold, { outcome: 'reopened' });
      const { kind } = await this.#inner.close(offerId, 'withdrawn');
      if (kind === 'closed') this.#dead.add(offerId);
    }
  }

  #handOver(win: ProvisionalWin): void {
    const settler = this.#settler;
    if (settler === null || !this.#pending.has(win.order)) return;
    this.#timeline.after(this.#delay(), () => {
      // Whoever settles by now was handed it at the take-over.
      if (this.#settler !== settler || !this.#pending.has(win.order)) return;
      if (!this.isAway) settler(win);
      this.#timeline.after(AGAIN_MS, () => this.#handOver(win));
    });
  }

  async #claim(clock: ProcessClock, request: ClaimRequest): Promise<Judgement> {
    const offerId = request.offerId ?? null;
    const judge = async (): Promise<Judgement> => {
      if (!this.#isOpen) return { kind: 'retry', offerId, reason: 'rebuilding' };
      const judged = await this.#inner.claim(request);
      if ('offerId' in judged && judged.offerId !== null && this.#dead.has(judged.offerId)) return { kind: 'unknown' };
      return judged.kind === 'pending' ? { ...judged, claim: this.#outside(judged.claim) } : judged;
    };
    const judged = await this.#exchange(clock, judge, CLAIM_MS_MAX);
    return judged ?? { kind: 'retry', offerId, reason: 'arbiterAway' };
  }

  async #command<T>(clock: ProcessClock, run: () => Promise<T>): Promise<T> {
    // An answer may be nothing; none at all is the fault.
    const answer = await this.#exchange(clock, async () => ({ value: await run() }), COMMAND_MS_MAX);
    if (answer === null) throw new ArbiterFault('ARBITER_AWAY', 'the simulated arbiter does not answer');
    return answer.value;
  }

  /** A settlement, whose outcome is on disk: again until it is taken, or the process has ended. */
  async #untilTaken(clock: ProcessClock, run: () => Promise<void>): Promise<void> {
    while (
      !(await this.#command(clock, run).then(
        () => true,
        () => false,
      ))
    ) {
      await new Promise<void>((resolve) => void clock.after(AGAIN_MS, resolve));
    }
  }

  /** There and back; null: nothing came back in time, whatever happened there. */
  #exchange<T>(clock: ProcessClock, run: () => Promise<T>, withinMs: number): Promise<T | null> {
    return new Promise((resolve) => {
      const timer = clock.after(withinMs, () => resolve(null));
      const isLostThere = this.isAway && this.#chance.happens(0.5);
      if (isLostThere) return;
      this.#timeline.after(this.#delay(), () => {
        void run().then((answer) => {
          // Its effect stands, and the answer is lost.
          if (this.isAway) return;
          clock.after(this.#delay(), () => {
            timer.cancel();
            resolve(answer);
          });
        });
      });
    });
  }

  #delay(): number {
    return this.#chance.happens(0.02) ? 300 : 1;
  }

  /** Numbers of one memory are never those of another; a hold has a name of its caller's. */
  #outside(win: ProvisionalWin): ProvisionalWin {
    return Number.isNaN(Number(win.order)) ? win : { ...win, order: `${this.#epoch}-${win.order}` };
  }

  #inside(win: ProvisionalWin): ProvisionalWin {
    const [epoch, order] = win.order.split('-');
    if (order === undefined) return win;
    return { ...win, order: Number(epoch) === this.#epoch ? order : `of another memory ${win.order}` };
  }
}
