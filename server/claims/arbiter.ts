/**
 * The port of the referee that decides who wins an offer. Two implementations stand behind it, the
 * embedded one (this process, check-and-set with no `await` between) and Redis (one script a
 * decision), and one contract suite and one differential test hold them to the same answers.
 *
 * The arbiter knows lanes, limits, counters and gates, and nothing else: every rule of the policy is
 * turned into these before an offer is opened (server/distribution), so that a new rule never touches
 * this file. The rules it applies are numbered in SPEC.md, beside this file.
 *
 * An offer's states:
 *   open     → pending  a claim was admissible; its settlement is on its way to the disk
 *   pending  → claimed  `settle` committed: final, the winner is on disk
 *   pending  → open     `settle` reopened: the ledger refused the win; its counters are given back
 *   pending  → claimed  `settle` named another winner, whom the file already had
 *   open     → closed   `close`: expired, withdrawn; final
 *   open     → pending  `hold`: an assignment is on its way to the disk
 *   pending  → closed   `settle` closed: the assignment is on disk; final
 *
 * All times are milliseconds since 1970 on the arbiter's own clock (`now`), never a caller's.
 */
import type { GoneReason, RefusalRule, RetryReason } from '../../client-sdk/protocol/verdict.ts';

/** A fact about one rep, its period in its name: `claims:day:2026-11-22`. Never reset. */
export type CounterName = string;

/**
 * A linear inequality over one rep's counters that must hold for a claim to be admitted:
 * `sum(coefficient × counter) <= max`, looked at while `fromMs <= now < untilMs`.
 * Cap of ten a day: `{rule: 'dailyCap', terms: [{counter: 'claims:day:…', coefficient: 1}], max: 9}`.
 */
export interface Limit {
  rule: RefusalRule;
  terms: { counter: CounterName; coefficient: number }[];
  max: number;
  fromMs?: number;
  untilMs?: number;
  /** Only for the reps of these lanes (index in the offer's list); absent: for all. */
  lanes?: number[];
}

/** What a win adds to the winner's counters, without asking, while `fromMs <= now < untilMs`. */
export interface Increment {
  counter: CounterName;
  by: number;
  fromMs?: number;
  untilMs?: number;
  /** As in a limit. */
  lanes?: number[];
}

export interface Lane {
  /** When the lane's reps may claim: the instant itself is inside. */
  opensAtMs: number;
  repIds: string[];
}

export interface ArbiterOffer {
  offerId: string;
  leadId: string;
  lanes: Lane[];
  /** The instant itself is outside: a claim at `closesAtMs` is too late. */
  closesAtMs: number;
  limits: Limit[];
  increments: Increment[];
  /** Early tries and repeats a rep may make before `attemptRate`; null: not limited. */
  attemptRate: { perSecond: number; perMinute: number } | null;
  /** Gates that void the offer for everyone when raised, beside the cell's: team names. */
  teams?: string[];
}

export interface ClaimRequest {
  leadId: string;
  /** Absent: the newest offer of the lead whose lane this rep could already see, else the open one. */
  offerId: string | undefined;
  repId: string;
  requestId: string;
  /** After this instant (arbiter's clock) the claim must not be judged any more: `tooLate`. */
  deadlineMs: number;
}

/**
 * The arbiter's answer, before the claim service turns it into a verdict.
 * `pending.mine`: this very rep's win waits for its commit (again, when it asks twice).
 * `owned`: this rep's win is settled; `unknown`: no such offer here any more, ask the file.
 */
export type Judgement =
  | { kind: 'pending'; offerId: string; mine: boolean; receivedAtMs: number; claim: ProvisionalWin }
  | { kind: 'owned'; offerId: string }
  | { kind: 'lost'; offerId: string; winnerId: string; byMs: number }
  | { kind: 'gone'; offerId: string; reason: GoneReason }
  | { kind: 'early'; offerId: string; opensAtMs: number; opensInMs: number }
  | { kind: 'refused'; offerId: string; rule: RefusalRule }
  | { kind: 'retry'; offerId: string | null; reason: RetryReason }
  | { kind: 'unknown' }
  | { kind: 'requestReused' };

/** A win the arbiter grants, to be settled by the ledger: plain data. */
export interface ProvisionalWin {
  offerId: string;
  leadId: string;
  repId: string;
  requestId: string;
  claimedAtMs: number;
  /** Grows with each provisional win of one arbiter: the order of decisions. */
  order: string;
}

export type Settlement =
  | { outcome: 'committed' }
  /** The ledger refused the win cleanly: the offer is open again, counters given back. */
  | { outcome: 'reopened' }
  /** The file already had another winner. */
  | { outcome: 'claimedBy'; winnerId: string; claimedAtMs: number }
  /** What the offer was held for is on disk: it is over for this reason, and nobody has won it. */
  | { outcome: 'closed'; reason: GoneReason };

export type CloseAnswer =
  | { kind: 'closed' }
  /** Somebody's win is on its way: ask again when it has settled. */
  | { kind: 'pending' }
  | { kind: 'claimed'; winnerId: string }
  /** It had ended before, for another reason; the same reason is `closed` again. */
  | { kind: 'ended'; reason: GoneReason }
  | { kind: 'unknown' };

export type HoldAnswer =
  | { kind: 'held' }
  /** It came after its deadline, and has done nothing. */
  | { kind: 'tooLate' }
  | Exclude<CloseAnswer, { kind: 'closed' }>;

/** A generation number that voids what was opened under an older one. */
export type Gate = { scope: 'cell' } | { scope: 'team'; team: string } | { scope: 'rep'; repId: string };
/** What the claims under a raised gate hear: cell `rebuilding`, cell or team `withdrawn`, rep the rest. */
export type GateReason = 'rebuilding' | 'withdrawn' | 'notReady' | 'inactive';

export interface Admission {
  offerId: string;
  /** One rep (a newcomer, or one who came back) into a lane, or the whole lane when absent. */
  repId?: string;
  lane: number;
  /** Earlier than it stood, never later: a later time is answered with the one that stands. */
  opensAtMs: number;
}

export interface Arbiter {
  /** The arbiter's clock, now. */
  now(): Promise<number>;
  /** The same without asking, as good as the last answer: for a claim's deadline. */
  nearlyNow(): number;
  /** Judges one claim atomically, in the order of SPEC.md. Never throws for a losing claim. */
  claim(request: ClaimRequest): Promise<Judgement>;
}

/** The verbs of the one process that decides about offers: the ledger's. */
export interface ArbiterControl extends Arbiter {
  /**
   * Puts an offer up. The same `offerId` again changes nothing, unless the cell's gate was raised
   * since: then the offer is put up anew as given (a rebuild from the file).
   */
  open(offer: ArbiterOffer): Promise<void>;
  /** Lets a rep or a lane in, earlier and never later. Answers the time that stands; null: it has ended. */
  admit(admission: Admission): Promise<number | null>;
  /** Moves `closesAt` later, never earlier. Answers the time that stands; null: it has ended. */
  extend(offerId: string, closesAtMs: number): Promise<number | null>;
  settle(win: ProvisionalWin, settlement: Settlement): Promise<void>;
  /**
   * Holds an open offer for a rep who does not race for it: claims wait, as behind a win, until `settle` says
   * what became of it (closed or reopened). `win.order` is the caller's own and used for nothing else. Idempotent.
   * @param deadlineMs of the arbiter's clock; a hold that comes later does nothing
   */
  hold(win: ProvisionalWin, deadlineMs: number): Promise<HoldAnswer>;
  /** Ends an open offer. Idempotent: the same cause again gets the same answer. */
  close(offerId: string, reason: GoneReason): Promise<CloseAnswer>;
  /** Adds to a rep's counter for a fact outside a race; the same `causeId` again adds nothing. */
  count(repId: string, counter: CounterName, by: number, causeId: string): Promise<void>;
  /** Sets all counters of a rep from the file (at start and rebuild): what is not named is gone. */
  restoreCounters(repId: string, counters: Record<CounterName, number>): Promise<void>;
  /** Raises a gate: everything opened under it before is void. Lowering is an `admit`, or a new offer. */
  raise(gate: Gate, reason: GateReason): Promise<void>;
  /**
   * Hands every provisional win to the settler, in order. A win is handed over again after a fault
   * until it is settled, so the settler must be idempotent by `offerId`.
   */
  onProvisionalWin(settler: (win: ProvisionalWin) => void): void;
}
