/** Posts leads as fast as their races are run: each under a key of its own, again and again until its 201. */
import { Api, SambarProblem, SambarUnreachable } from '../../client-sdk/src/sambar-client.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import { type Clock, pause } from '../../server/kernel/clock.ts';
import type { History } from '../../tools/oracle/history.ts';
import { markedLead } from '../../tools/oracle/marked-lead.ts';
import type { LeadBook } from './lead-book.ts';

export interface IntakeDeps {
  doors: readonly string[];
  adminKey: string;
  history: History;
  book: LeadBook;
  clock: Clock;
  chance: Chance;
}

/** Posts on their way at a time. */
const POSTERS = 6;
/** Leads that wait for racers; beyond it nothing is posted, so that a pause is no pile. */
const RUNNING_MAX = 24;
const ANSWER_WITHIN_MS = 5_000;
const AGAIN_AFTER_MS = [100, 400] as const;

export class Intake {
  posted = 0;
  accepted = 0;
  readonly #deps: IntakeDeps;
  readonly #apis: readonly Api[];
  readonly #waiting: (() => void)[] = [];
  #target = 0;
  #isOpen = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#apis = deps.doors.map((url) => new Api({ url, token: deps.adminKey }));
    deps.book.onDone(() => this.#waiting.shift()?.());
  }

  /** Posts until `stop`, or until so many are posted in all. */
  open(target = Number.POSITIVE_INFINITY): void {
    this.#target = target;
    this.#isOpen = true;
    this.#work = Promise.all(Array.from({ length: POSTERS }, () => this.#post()));
  }

  /** Resolves when as many are posted as were asked for. */
  async allPosted(): Promise<void> {
    await this.#work;
  }

  /** Resolves when every lead that was posted has its 201. */
  async stop(): Promise<void> {
    this.#isOpen = false;
    for (const go of this.#waiting.splice(0)) go();
    await this.#work;
  }

  async #post(): Promise<void> {
    const { book } = this.#deps;
    while (this.#isOpen && this.posted < this.#target) {
      if (book.size >= RUNNING_MAX) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      await this.#postOne(++this.posted);
    }
  }

  async #postOne(n: number): Promise<void> {
    const { history, book, clock, chance } = this.#deps;
    for (;;) {
      try {
        const options = { idempotencyKey: `lead-${n}`, attempts: 1, timeoutMs: ANSWER_WITHIN_MS };
        const { id } = await chance.oneOf(this.#apis).post<{ id: string }>('/leads', markedLead(n), options);
        history.record({ kind: 'accepted', leadId: id });
        this.accepted++;
        return book.accepted(id, clock.monotonicMs());
      } catch (error) {
        if (!isPassing(error)) throw error;
        await pause(clock, chance.between(...AGAIN_AFTER_MS));
      }
    }
  }
}

/** Away, stopping, or a door whose server is being put up again. */
function isPassing(error: unknown): boolean {
  return error instanceof SambarUnreachable || (error instanceof SambarProblem && error.status >= 500);
}
