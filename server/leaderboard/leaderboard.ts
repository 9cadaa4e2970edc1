/**
 * The boards: one fold, and the streams that show it live. A stream is one board, period, team and
 * length of list; everybody who watches the same one shares it.
 *
 * A stream's states:
 *   (none) → clean   the first `watch`
 *   clean  → dirty   a delta of one of its metrics, a new name or rule (`apply`, `refresh`)
 *   dirty  → clean   `coalesceMs` later, or at once when somebody asks: rows that changed are emitted
 *                    with the next `seq`, so that what is answered and what is emitted always agree
 *   clean  → clean   midnight in the calendar's zone: the period may have turned; or in a newcomer's: it may be one no more
 *   any    → (none)  nobody watches any more: released, or the lease ran out
 *
 * `seq` has no gaps while a stream lives, and never goes back within an epoch: a stream that comes to
 * life again begins above every number that was used before.
 *
 * Days are the reps' own (`DayDelta.day`), periods turn at the calendar's midnight: what a rep east of
 * it does in the last hours of its day counts on a day that has no board yet, and is there when it begins.
 */
import type { BoardRow, BoardState } from '../../client-sdk/protocol/down.ts';
import { localDay, nextMidnightMs, periodDays } from '../kernel/calendar.ts';
import type { Timer } from '../kernel/clock.ts';
import {
  type BoardRequest,
  type BoardSnapshot,
  type LeaderboardDeps,
  moves,
  type Stream,
  sameRows,
  streamName,
} from './board-streams.ts';
import type { DayDelta } from './day-delta.ts';
import type { RepDay } from './day-sums.ts';
import { type BoardQuery, createBoardFold, type Standing } from './leaderboard-rules.ts';

/** Boards × periods × a few teams; more is somebody trying out numbers. */
export const STREAMS_MAX = 500;
/** What one socket may watch; a gateway, which watches for many, is known by its lease. */
export const STREAMS_PER_WATCHER_MAX = 20;

/** Under load this many flushes are left out one after the other: a board may be late, not silent. */
const FLUSHES_LEFT_OUT_MAX = 8;
const LEFT_OUT_MS = 250;
/** As long as two hundred walls take: half of the loop stays free, and twenty boards are told in an eye's blink. */
const BETWEEN_BOARDS_MS = 3;

export interface Leaderboard {
  /** Replaces what is held by what the file says. */
  load(rows: Iterable<RepDay>): void;
  /** Takes committed deltas, in commit order. */
  apply(deltas: readonly DayDelta[]): void;
  /**
   * Begins or renews an interest; counted once a watcher. With `leaseMs` it ends by itself unless it
   * is renewed. Null: too many streams.
   */
  watch(request: BoardRequest, watcher: string, leaseMs?: number): BoardState | null;
  release(stream: string, watcher: string): void;
  /** The watcher is gone. */
  releaseAll(watcher: string): void;
  /** The board as it stands; `repId` adds that rep's own row. */
  snapshot(request: BoardRequest, repId?: string): BoardSnapshot;
  /** A ranked rep's row between its neighbours, so many above and below; empty for who has no rank. */
  around(request: BoardRequest, repId: string, each: number): BoardRow[];
  /** Names, teams or the policy changed: every stream looks again. */
  refresh(): void;
  /** A rep's points of all time. */
  balance(repId: string): number;
  /** A sum over all reps of one of their local days. */
  total(sum: 'claims' | 'points' | 'opportunities' | 'revenue', day: string): number;
  streamCount(): number;
  close(): void;
}

export function createLeaderboard(deps: LeaderboardDeps): Leaderboard {
  return new Boards(deps);
}

class Boards implements Leaderboard {
  readonly #deps: LeaderboardDeps;
  readonly #fold = createBoardFold();
  readonly #streams = new Map<string, Stream>();
  /** The highest `seq` of anything that lives no more. */
  #lastSeq = 0;
  /** No lease ends before. */
  #leasesEndMs = Number.POSITIVE_INFINITY;
  /** The next midnight that may turn boards; found anew when it has come, and when reps or rules change. */
  #turnMs = 0;
  /** Waits for the next flush, or for the next board of one. */
  #flushTimer: Timer | null = null;
  #midnightTimer: Timer | null = null;

  constructor(deps: LeaderboardDeps) {
    this.#deps = deps;
  }

  load(rows: Iterable<RepDay>): void {
    this.#fold.load(rows);
    this.refresh();
  }

  apply(deltas: readonly DayDelta[]): void {
    for (const delta of deltas) this.#fold.apply(delta);
    let moved = false;
    for (const stream of this.#streams.values()) {
      stream.dirty ||= moves(stream.request.board, deltas);
      moved ||= stream.dirty;
    }
    if (moved) this.#flushLater();
  }

  watch(request: BoardRequest, watcher: string, leaseMs?: number): BoardState | null {
    this.#dropExpired();
    const name = streamName(request);
    const known = this.#streams.get(name);
    if (known === undefined && this.#streams.size >= STREAMS_MAX) return null;
    if (!known?.watchers.has(watcher) && leaseMs === undefined && this.#isGreedy(watcher)) return null;
    const stream = known ?? this.#begin(name, request);
    const nowMs = this.#deps.clock.nowMs();
    const untilMs = leaseMs === undefined ? Number.POSITIVE_INFINITY : nowMs + leaseMs;
    stream.watchers.set(watcher, untilMs);
    this.#leasesEndMs = Math.min(this.#leasesEndMs, untilMs);
    this.#settle(stream);
    return this.#state(stream);
  }

  release(name: string, watcher: string): void {
    const stream = this.#streams.get(name);
    if (stream === undefined) return;
    stream.watchers.delete(watcher);
    if (stream.watchers.size === 0) this.#end(stream);
  }

  releaseAll(watcher: string): void {
    for (const name of [...this.#streams.keys()]) this.release(name, watcher);
  }

  snapshot(request: BoardRequest, repId?: string): BoardSnapshot {
    const stream = this.#streams.get(streamName(request));
    if (stream !== undefined) this.#settle(stream);
    const rows = stream?.rows ?? this.#rows(request);
    const own = repId === undefined ? null : this.#own(request, repId);
    const { board, period, team } = request;
    return {
      metric: board,
      period,
      team: team ?? null,
      epoch: this.#deps.epoch,
      // What no stream shows gets a number of its own: equal numbers never mean different rows.
      seq: stream?.seq ?? ++this.#lastSeq,
      asOf: this.#asOf(),
      rows,
      ...(own === null ? {} : { me: own }),
    };
  }

  around(request: BoardRequest, repId: string, each: number): BoardRow[] {
    return this.#fold.around(this.#query(request), repId, each).map((standing) => this.#row(standing));
  }

  #own(request: BoardRequest, repId: string): BoardSnapshot['me'] | null {
    const isOutside = this.#deps.infoOf(repId, this.#deps.clock.nowMs())?.isRanked === false;
    const standing = this.#fold.standingOf(this.#query(request, isOutside ? repId : undefined), repId);
    return standing && { ...this.#row(standing), rank: isOutside ? null : standing.rank };
  }

  refresh(): void {
    this.#turnMs = 0;
    if (this.#streams.size === 0) return;
    for (const stream of this.#streams.values()) stream.dirty = true;
    this.#flushLater();
    this.#waitForMidnight();
  }

  balance(repId: string): number {
    return this.#fold.balance(repId);
  }

  total(sum: 'claims' | 'points' | 'opportunities' | 'revenue', day: string): number {
    return this.#fold.total(sum, { from: day, to: day });
  }

  streamCount(): number {
    return this.#streams.size;
  }

  close(): void {
    this.#streams.clear();
    this.#cancelTimers();
  }

  #begin(name: string, request: BoardRequest): Stream {
    const rows = this.#rows(request);
    const seq = ++this.#lastSeq;
    const stream: Stream = {
      name,
      request,
      seq,
      rows,
      turnsAtMs: this.#turnsAtMs(),
      dirty: false,
      watchers: new Map(),
    };
    this.#streams.set(name, stream);
    if (this.#midnightTimer === null) this.#waitForMidnight();
    return stream;
  }

  #end(stream: Stream): void {
    this.#lastSeq = Math.max(this.#lastSeq, stream.seq);
    this.#streams.delete(stream.name);
    if (this.#streams.size === 0) this.#cancelTimers();
  }

  /** Brings a stream up to date; what changed is emitted before anybody can be answered with it. False: nothing had. */
  #settle(stream: Stream): boolean {
    if (!stream.dirty && this.#deps.clock.nowMs() < stream.turnsAtMs) return false;
    stream.dirty = false;
    stream.turnsAtMs = this.#turnsAtMs();
    const rows = this.#rows(stream.request);
    if (sameRows(rows, stream.rows)) return false;
    stream.rows = rows;
    stream.seq++;
    this.#deps.emit(this.#state(stream));
    return true;
  }

  /** One board after the other: one that many watch takes milliseconds to send, and claims come between. */
  #flush(names = [...this.#streams.keys()]): void {
    this.#dropExpired();
    while (this.#flushTimer === null && names.length > 0) {
      const stream = this.#streams.get(names.shift() as string);
      if (stream !== undefined && this.#settle(stream) && names.length > 0) {
        this.#flushTimer = this.#deps.clock.after(BETWEEN_BOARDS_MS, () => {
          this.#flushTimer = null;
          this.#flush(names);
        });
      }
    }
    if (this.#flushTimer === null && [...this.#streams.values()].some(({ dirty }) => dirty)) this.#flushLater();
  }

  #flushLater(waits = 0): void {
    if (this.#flushTimer !== null) return;
    const afterMs = waits === 0 ? this.#deps.policy().coalesceMs : LEFT_OUT_MS;
    this.#flushTimer = this.#deps.clock.after(afterMs, () => {
      this.#flushTimer = null;
      if (waits < FLUSHES_LEFT_OUT_MAX && this.#deps.mustWait?.() === true) this.#flushLater(waits + 1);
      else this.#flush();
    });
  }

  #waitForMidnight(): void {
    this.#midnightTimer?.cancel();
    this.#midnightTimer = this.#deps.clock.after(this.#turnsAtMs() - this.#deps.clock.nowMs(), () => {
      this.#midnightTimer = null;
      this.#flushTimer?.cancel();
      this.#flushTimer = null;
      this.#flush();
      // A timer that came a little early finds the old day and waits for the rest of it.
      if (this.#streams.size > 0) this.#waitForMidnight();
    });
  }

  #cancelTimers(): void {
    this.#flushTimer?.cancel();
    this.#midnightTimer?.cancel();
    this.#flushTimer = null;
    this.#midnightTimer = null;
  }

  #dropExpired(): void {
    const nowMs = this.#deps.clock.nowMs();
    if (nowMs < this.#leasesEndMs) return;
    this.#leasesEndMs = Number.POSITIVE_INFINITY;
    for (const stream of [...this.#streams.values()]) {
      for (const [watcher, untilMs] of stream.watchers) {
        if (untilMs <= nowMs) this.release(stream.name, watcher);
        else this.#leasesEndMs = Math.min(this.#leasesEndMs, untilMs);
      }
    }
  }

  #isGreedy(watcher: string): boolean {
    let watched = 0;
    for (const stream of this.#streams.values()) if (stream.watchers.has(watcher)) watched++;
    return watched >= STREAMS_PER_WATCHER_MAX;
  }

  /** `only`: nobody else, ranked or not. */
  #query({ board, period, team }: BoardRequest, only?: string): BoardQuery {
    const nowMs = this.#deps.clock.nowMs();
    return {
      metric: board,
      range: periodDays(period, this.#today()),
      rateMinClaims: this.#deps.policy().rateMinClaims,
      includes: (repId) => {
        const info = this.#deps.infoOf(repId, nowMs);
        if (info === undefined || (team !== undefined && info.team !== team)) return false;
        return only === undefined ? info.isRanked : repId === only;
      },
    };
  }

  #rows(request: BoardRequest): BoardRow[] {
    const standings = this.#fold.standings(this.#query(request), request.top);
    return standings.map((standing) => this.#row(standing));
  }

  #row({ rank, repId, value }: Standing): BoardRow {
    const info = this.#deps.policy().showNames ? this.#deps.infoOf(repId, this.#deps.clock.nowMs()) : undefined;
    const name = info?.name ?? null;
    return { rank, repId, name, value };
  }

  #state({ name, request, seq, rows }: Stream): BoardState {
    const { board, period, team } = request;
    const { epoch } = this.#deps;
    return {
      stream: name,
      board,
      period,
      team: team ?? null,
      epoch,
      seq,
      asOf: this.#asOf(),
      rows,
    };
  }

  /** Until when rows stay as they are if nothing happens. */
  #turnsAtMs(): number {
    const nowMs = this.#deps.clock.nowMs();
    if (nowMs >= this.#turnMs) {
      const zones = new Set([this.#deps.policy().timeZone, ...this.#deps.newcomerZones(nowMs)]);
      this.#turnMs = Math.min(...[...zones].map((zone) => nextMidnightMs(nowMs, zone)));
    }
    return this.#turnMs;
  }

  #today(): string {
    return localDay(this.#deps.clock.nowMs(), this.#deps.policy().timeZone);
  }

  #asOf(): string {
    return new Date(this.#deps.clock.nowMs()).toISOString();
  }
}
