/** What winners do with their leads, so that the boards move: they call, sell, and sometimes win. */
import { type Api, SambarProblem, SambarUnreachable } from '../../client-sdk/src/sambar-client.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import type { Clock, Timer } from '../../server/kernel/clock.ts';

const CALL_AFTER_MS = [900, 3_500] as const;
const STAGE_AFTER_MS = [1_500, 6_000] as const;
const BECOMES_OPPORTUNITY = 0.6;
const IS_WON = 0.55;

export class Work {
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #waiting = new Set<Timer>();
  readonly #underWay = new Set<Promise<void>>();
  #isStopped = false;

  constructor(clock: Clock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** The owner works the lead from now on, step by step. */
  begin(api: Api, leadId: string): void {
    this.#later(CALL_AFTER_MS, async () => {
      await api.post(`/leads/${leadId}/activities`, { kind: 'call', outcome: 'tersambung' });
      if (!this.#chance.happens(BECOMES_OPPORTUNITY)) return;
      this.#later(STAGE_AFTER_MS, async () => {
        await api.post(`/leads/${leadId}/stages`, { stage: 'opportunity' });
        if (!this.#chance.happens(IS_WON)) return;
        const revenue = Math.round(this.#chance.between(5, 250)) * 1_000_000;
        this.#later(STAGE_AFTER_MS, () => api.post(`/leads/${leadId}/stages`, { stage: 'won', revenue }));
      });
    });
  }

  /** Begins nothing new; resolves when what is on its way was answered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
    await Promise.all(this.#underWay);
  }

  #later([minMs, maxMs]: readonly [number, number], step: () => Promise<unknown>): void {
    if (this.#isStopped) return;
    const timer = this.#clock.after(this.#chance.between(minMs, maxMs), () => {
      this.#waiting.delete(timer);
      const running = this.#run(step);
      this.#underWay.add(running);
      void running.finally(() => this.#underWay.delete(running));
    });
    this.#waiting.add(timer);
  }

  /** A visitor may have given the lead to somebody else, or a line may be down: the work just ends. */
  async #run(step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof SambarProblem) && !(error instanceof SambarUnreachable)) throw error;
    }
  }
}
