/**
 * A TCP link of one's own, on the loopback, that can do to its traffic what networks do.
 *
 * States: pass ⇄ refuse | blackhole | holdReplies | holdAll; closed at the end. A change reaches the
 * links that stand as well as new ones. What was swallowed is gone, so a link that swallowed anything is
 * torn when the traffic passes again, as a firewall that forgot it would; what was held arrives, late and
 * in order, as TCP sends again what a short outage ate.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createSystemClock } from '../../server/kernel/clock.ts';

/**
 * pass: everything goes through. refuse: standing links torn, new ones torn at once. blackhole: links are
 * accepted, and bytes vanish both ways. holdReplies: what the target says waits. holdAll: both sides wait.
 */
export type ProxyMode = 'pass' | 'refuse' | 'blackhole' | 'holdReplies' | 'holdAll';

type Side = 'near' | 'far';
const clock = createSystemClock();

/** One direction of one link: bytes in order, late when they are made late, held while they are held. */
class Stream {
  readonly #to: Socket;
  /** Null: that side has said all it has to say. */
  readonly #queue: { chunk: Buffer | null; isDue: boolean }[] = [];
  #isHeld = false;

  constructor(to: Socket) {
    this.#to = to;
  }

  push(chunk: Buffer | null, delayMs: number): void {
    const entry = { chunk, isDue: delayMs === 0 };
    this.#queue.push(entry);
    if (entry.isDue) this.#flush();
    else {
      clock.after(delayMs, () => {
        entry.isDue = true;
        this.#flush();
      });
    }
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#flush();
  }

  /** Never past what was said earlier and is not due yet, whatever the delay is by now. */
  #flush(): void {
    while (!this.#isHeld && this.#queue[0]?.isDue === true) {
      const chunk = this.#queue.shift()?.chunk ?? null;
      if (chunk === null) this.#to.end();
      else if (!this.#to.destroyed) this.#to.write(chunk);
    }
  }
}

interface Link {
  sockets: Record<Side, Socket>;
  streams: { requests: Stream; replies: Stream };
  /** Bytes of it are lost: it can never carry sense again. */
  swallowed: boolean;
  /** The target's end is gone and the client's does not know. */
  isHalf: boolean;
}

export class TcpProxy implements AsyncDisposable {
  /** Added to each direction; a way there and back takes twice this. */
  delayMs = 0;
  /**
   * Asked for each chunk; true: it was lost on its way, and comes `resentAfterMs` later, when TCP sends it again. What
   * follows waits for it, as in TCP, which shows loss to nobody but as delay.
   */
  isLost: () => boolean = () => false;
  /** Linux waits 200 ms at the least, and a way there and back more. */
  resentAfterMs = 600;
  /** Links accepted since the start. */
  accepted = 0;
  #target: number;
  readonly #links = new Set<Link>();
  /** The clients' ends that are open, also of links whose other end is gone. */
  readonly #nears = new Set<Socket>();
  readonly #server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));
  #mode: ProxyMode = 'pass';

  private constructor(targetPort: number) {
    this.#target = targetPort;
  }

  /** Listens on a free port of 127.0.0.1 in front of that port of 127.0.0.1. */
  static async to(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  /** Links that stand now. */
  get links(): number {
    return this.#links.size;
  }

  set(mode: ProxyMode): void {
    this.#mode = mode;
    for (const link of this.#links) this.#apply(link);
  }

  /** New links go to that port of 127.0.0.1; those that stand stay as they are. */
  leadTo(targetPort: number): void {
    this.#target = targetPort;
  }

  /** Tears every link that stands; new ones go through. */
  cut(): void {
    for (const link of this.#links) destroy(link);
  }

  /** The target's end of every link is gone, and the clients are not told; new links go through. */
  halfOpen(): void {
    for (const link of this.#links) {
      link.isHalf = true;
      link.sockets.far.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    for (const near of this.#nears) near.destroy();
    await closed;
  }

  #accept(near: Socket): void {
    this.accepted++;
    this.#nears.add(near);
    near.once('close', () => this.#nears.delete(near));
    if (this.#mode === 'refuse') {
      near.on('error', () => undefined);
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    const link: Link = {
      sockets: { near, far },
      streams: { requests: new Stream(far), replies: new Stream(near) },
      swallowed: false,
      isHalf: false,
    };
    this.#links.add(link);
    this.#apply(link);
    this.#carry(link, 'near');
    this.#carry(link, 'far');
  }

  #carry(link: Link, side: Side): void {
    const socket = link.sockets[side];
    const stream = side === 'near' ? link.streams.requests : link.streams.replies;
    socket.setNoDelay(true);
    // The other end hears of a fault by its own closing.
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (this.#mode === 'blackhole') link.swallowed = true;
      else if (!link.isHalf) stream.push(chunk, this.delayMs + (this.isLost() ? this.resentAfterMs : 0));
    });
    socket.on('end', () => {
      if (this.#mode !== 'blackhole' && !link.isHalf) stream.push(null, this.delayMs);
    });
    socket.on('close', (hadError) => {
      // A black hole tells nobody that one side went away.
      if (link.isHalf && side === 'far') return;
      if (this.#mode === 'blackhole' && !this.#bothEnded(link)) {
        link.swallowed = true;
        return;
      }
      this.#links.delete(link);
      if (hadError || link.isHalf) destroy(link);
    });
  }

  #bothEnded({ sockets }: Link): boolean {
    return sockets.near.destroyed && sockets.far.destroyed;
  }

  #apply(link: Link): void {
    if (this.#mode === 'refuse' || (this.#mode === 'pass' && link.swallowed)) destroy(link);
    link.streams.replies.hold(this.#mode === 'holdReplies' || this.#mode === 'holdAll');
    link.streams.requests.hold(this.#mode === 'holdAll');
  }
}

function destroy({ sockets }: Link): void {
  sockets.near.destroy();
  sockets.far.destroy();
}
