/**
 * What may go wrong in a simulation and is set to: where the next process ends, what the disk does to
 * its next commits. Each fault that struck is counted, since one that missed shows nothing.
 */
import type { CommitFate } from './sim-disk.ts';

/**
 * Places between two effects at which a process may end. Of a commit: `lost`, nothing of it is kept;
 * `kept`, all of it is, and nobody has heard.
 */
export const CRASH_POINTS = [
  'claim lost',
  'claim kept',
  'claim settled at the arbiter, nobody told',
  'claim told to one',
  'lead lost',
  'lead kept, not at the arbiter',
  'offer at the arbiter, nobody alerted',
  'offer alerted to one',
  'expiry at the arbiter, not on file',
  'timer lost',
  'timer kept, nothing announced',
  'release kept, nothing announced',
  'assignment at the arbiter, not on file',
  'assignment kept, nothing announced',
  'during the start',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

/** What a commit is called here: the transaction's name, and `assignByRule` where nobody has asked for the assignment. */
export function nameOfCommit(transaction: string, args: { via?: string }): string {
  return transaction === 'assignLead' && args.via === 'rotation' ? 'assignByRule' : transaction;
}

/** Commits by the crash point that they are. */
const LOST: Partial<Record<string, CrashPoint>> = {
  settleClaim: 'claim lost',
  acceptLead: 'lead lost',
  replaceOffer: 'timer lost',
  openLane: 'timer lost',
  routeAgain: 'timer lost',
};
const KEPT: Partial<Record<string, CrashPoint>> = {
  settleClaim: 'claim kept',
  acceptLead: 'lead kept, not at the arbiter',
  replaceOffer: 'timer kept, nothing announced',
  openLane: 'timer kept, nothing announced',
  routeAgain: 'timer kept, nothing announced',
  releaseLead: 'release kept, nothing announced',
  assignByRule: 'assignment kept, nothing announced',
};

export class Faults {
  /** The disk refuses every commit, cleanly. */
  isFull = false;
  /** How long the disk takes for a commit, in ms. */
  commitMs: () => number = () => 1;
  /** The next commit breaks, and the process cannot know what was kept. */
  breaksNext: 'brokenKept' | 'brokenLost' | null = null;
  readonly #count: (fault: string) => void;
  #trap: { point: CrashPoint; passes: number } | null = null;

  constructor(count: (fault: string) => void) {
    this.#count = count;
  }

  /** The process ends when it comes to this point for the `passes + 1`st time. */
  arm(point: CrashPoint, passes: number): void {
    this.#trap = { point, passes };
  }

  disarm(): void {
    this.#trap = null;
    this.breaksNext = null;
    this.isFull = false;
    this.commitMs = () => 1;
  }

  /** True: the process ends here. */
  reach(point: CrashPoint | undefined): boolean {
    const trap = this.#trap;
    if (trap === null || trap.point !== point || trap.passes-- > 0) return false;
    this.#trap = null;
    this.#count(`crash: ${point}`);
    return true;
  }

  /** What becomes of a commit of these transactions; `ended`: and the process with it. */
  fateOf(transactions: Iterable<string>): { fate: CommitFate; ended: boolean } {
    if (this.breaksNext !== null) {
      const fate = this.breaksNext;
      this.breaksNext = null;
      this.#count(`disk: ${fate}`);
      return { fate, ended: false };
    }
    if (this.isFull) {
      this.#count('disk: full');
      return { fate: 'full', ended: false };
    }
    for (const name of transactions) {
      if (this.reach(LOST[name])) return { fate: 'brokenLost', ended: true };
      if (this.reach(KEPT[name])) return { fate: 'brokenKept', ended: true };
    }
    return { fate: 'done', ended: false };
  }
}
