/** A TCP link to a server that can be cut: what a phone in a lift does to its connection. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Clock, Timer } from '../../server/kernel/clock.ts';

export class BreakableLink {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.#join(near));
  readonly #target: { host: string; port: number };
  readonly #clock: Clock;
  #isCut = false;
  #mending: Timer | undefined;

  constructor(targetUrl: string, clock: Clock) {
    const { hostname, port } = new URL(targetUrl);
    this.#target = { host: hostname, port: Number(port) };
    this.#clock = clock;
  }

  /** Resolves with the address that leads to the server over this link. */
  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection, and lets none through for `forMs`. */
  cut(forMs: number): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#mending?.cancel();
    this.#mending = this.#clock.after(forMs, () => this.mend());
  }

  mend(): void {
    this.#mending?.cancel();
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.#mending?.cancel();
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(near: Socket): void {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.#target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // A cut is meant to hurt; the other end hears of it by its own closing.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
