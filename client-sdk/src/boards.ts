/**
 * Watches boards and the wall's feed: asks, asks again after every reconnect, gap and new epoch, and
 * hands on the rows. The rules of a stream are in `board-stream.ts`.
 */
import type { BoardState, WallFeed } from '../protocol/down.ts';
import type { BoardWatch } from '../protocol/up.ts';
import { type BoardStep, type BoardStream, NEW_BOARD_STREAM, restarted, withBoard, withDelta } from './board-stream.ts';
import type { Connection } from './connection.ts';
import { SambarProblem } from './http.ts';
import type { ClientClock, ClientRandom, ClientTimer } from './platform.ts';
import type { ServerTime } from './server-time.ts';
import type { Listener, Unsubscribe } from './topic.ts';

export interface Watching {
  stop(): void;
}

export interface BoardsDeps {
  connection: Connection;
  serverTime: ServerTime;
  clock: ClientClock;
  random: ClientRandom;
}

const ASK_TIMEOUT_MS = 5000;
const PAUSE_MS = 1000;
const PAUSE_MAX_MS = 30_000;
/** A stream that breaks at every delta must not become a stream of questions. */
const ASK_INTERVAL_MS = 250;

/** Asks until it is answered; each new need replaces the one before it. */
class Asker {
  readonly #deps: BoardsDeps;
  readonly #ask: () => Promise<boolean>;
  #timer: ClientTimer | undefined;
  #round = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: BoardsDeps, ask: () => Promise<boolean>) {
    this.#deps = deps;
    this.#ask = ask;
  }

  ask(): void {
    this.stop();
    const round = this.#round;
    const waitMs = this.#askedAtMs + ASK_INTERVAL_MS - this.#deps.clock.nowMs();
    if (waitMs <= 0) void this.#try(round, 0);
    else this.#timer = this.#deps.clock.after(waitMs, () => void this.#try(round, 0));
  }

  stop(): void {
    this.#round++;
    this.#timer?.cancel();
  }

  async #try(round: number, attempt: number): Promise<void> {
    // Without a link nothing is asked: the next `onLive` does.
    if (!this.#deps.connection.isLive) return;
    this.#askedAtMs = this.#deps.clock.nowMs();
    const isDone = await this.#ask();
    if (isDone || round !== this.#round) return;
    const pauseMs = Math.min(PAUSE_MS * 2 ** attempt, PAUSE_MAX_MS) * (0.5 + this.#deps.random());
    this.#timer = this.#deps.clock.after(pauseMs, () => void this.#try(round, attempt + 1));
  }
}

class BoardWatcher {
  readonly #deps: BoardsDeps;
  readonly #query: BoardWatch;
  readonly #onRows: Listener<BoardState>;
  readonly #onProblem: Listener<SambarProblem>;
  readonly #asker: Asker;
  readonly #unsubscribe: Unsubscribe[];
  #stream: BoardStream = NEW_BOARD_STREAM;
  /** Answers to a question that was replaced are late: the newer one's is on its way. */
  #question = 0;
  #isStopped = false;

  constructor(deps: BoardsDeps, query: BoardWatch, onRows: Listener<BoardState>, onProblem: Listener<SambarProblem>) {
    this.#deps = deps;
    this.#query = query;
    this.#onRows = onRows;
    this.#onProblem = onProblem;
    this.#asker = new Asker(deps, () => this.#watch());
    this.#unsubscribe = [
      deps.connection.on('board:delta', (delta) => this.#hear(delta)),
      deps.connection.onLive(() => {
        this.#stream = restarted(this.#stream);
        this.#asker.ask();
      }),
    ];
    this.#asker.ask();
  }

  /** The server's name for what is watched; unknown until it answered. */
  get streamName(): string | undefined {
    return this.#stream.shown?.stream;
  }

  stop(): void {
    this.#isStopped = true;
    this.#asker.stop();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  async #watch(): Promise<boolean> {
    const question = ++this.#question;
    const reply = await this.#deps.connection.ask('board:watch', this.#query, ASK_TIMEOUT_MS);
    if (this.#isStopped || question !== this.#question) return true;
    if (reply.kind === 'silence') return false;
    if ('error' in reply.answer) {
      this.#onProblem(new SambarProblem(400, reply.answer.error));
      return false;
    }
    this.#step(withBoard(this.#stream, reply.answer));
    return true;
  }

  #hear(delta: BoardState): void {
    if (!this.#isMine(delta)) return;
    this.#deps.serverTime.observe(delta.asOf);
    this.#step(withDelta(this.#stream, delta));
  }

  #isMine(delta: BoardState): boolean {
    if (this.streamName !== undefined) return delta.stream === this.streamName;
    const { board, period, team } = this.#query;
    return delta.board === board && delta.period === period && delta.team === (team ?? null);
  }

  #step({ stream, ask }: BoardStep): void {
    const before = this.#stream.shown;
    this.#stream = stream;
    if (stream.shown !== undefined && stream.shown !== before) this.#onRows(stream.shown);
    if (ask) this.#asker.ask();
  }
}

export class Boards {
  readonly #deps: BoardsDeps;
  readonly #watchers = new Set<BoardWatcher>();
  readonly #walls = new Set<Watching>();

  constructor(deps: BoardsDeps) {
    this.#deps = deps;
  }

  /** `onRows` gets the whole top list, each time it changes. */
  watchBoard(query: BoardWatch, onRows: Listener<BoardState>, onProblem: Listener<SambarProblem> = () => {}): Watching {
    const watcher = new BoardWatcher(this.#deps, query, onRows, onProblem);
    this.#watchers.add(watcher);
    return { stop: () => this.#stopBoard(watcher) };
  }

  watchWall(onFeed: Listener<WallFeed>, onProblem: Listener<SambarProblem> = () => {}): Watching {
    const { connection, serverTime } = this.#deps;
    let newestMs = Number.NEGATIVE_INFINITY;
    const show = (feed: WallFeed): void => {
      serverTime.observe(feed.asOf);
      const asOfMs = Date.parse(feed.asOf);
      if (asOfMs < newestMs) return;
      newestMs = asOfMs;
      onFeed(feed);
    };
    let isStopped = false;
    const asker = new Asker(this.#deps, async () => {
      const reply = await connection.ask('wall:watch', {}, ASK_TIMEOUT_MS);
      if (isStopped) return true;
      if (reply.kind === 'silence') return false;
      if ('error' in reply.answer) {
        onProblem(new SambarProblem(400, reply.answer.error));
        return false;
      }
      show(reply.answer);
      return true;
    });
    const unsubscribe = [
      connection.on('wall:feed', show),
      // The clock of the server that answers now is the one that counts.
      connection.onLive(() => {
        newestMs = Number.NEGATIVE_INFINITY;
        asker.ask();
      }),
    ];
    const watching: Watching = {
      stop: () => {
        isStopped = true;
        asker.stop();
        for (const leave of unsubscribe) leave();
        this.#walls.delete(watching);
      },
    };
    this.#walls.add(watching);
    asker.ask();
    return watching;
  }

  stop(): void {
    for (const watcher of [...this.#watchers]) this.#stopBoard(watcher);
    for (const wall of [...this.#walls]) wall.stop();
  }

  #stopBoard(watcher: BoardWatcher): void {
    if (!this.#watchers.delete(watcher)) return;
    watcher.stop();
    const stream = watcher.streamName;
    if (stream === undefined) return;
    // Two watchers of one board share the server's stream.
    for (const other of this.#watchers) if (other.streamName === stream) return;
    this.#deps.connection.tell('board:unwatch', { stream });
  }
}
