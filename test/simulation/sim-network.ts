/**
 * The network of a simulation: delays, losses, doubles, cuts, links that are dead and do not know it.
 * Within one connection what is lost takes the connection along, as TCP does; frames of a claim and
 * answers may be lost or doubled by themselves, as a proxy or a bad radio does it to requests.
 */
import type { Chance } from '../../server/kernel/chance.ts';
import type { Timeline } from '../../server/kernel/timeline.ts';
import type { HttpAnswer, HttpCall, ServerEnd, SimSocket } from './sim-edges.ts';
import type { ServerProcess } from './sim-server.ts';

export interface Weather {
  /** The least a message takes, and how much more it may. */
  delayMs: number;
  jitterMs: number;
  /** Of claims, answers and calls. */
  loses: number;
  doubles: number;
  /** Of events to clients: that one comes after later ones. */
  reorders: number;
}

export const CALM: Weather = { delayMs: 5, jitterMs: 0, loses: 0, doubles: 0, reorders: 0 };

/** A dead link is found out after this: Socket.IO's ping and its patience. */
const PING_MS = 25_000;
const RST_MS = 3;

/** The client's end of one connection. */
export interface ClientEnd {
  opened(): void;
  refused(code: string): void;
  /** There is no way to the server now. */
  unreachable(): void;
  heard(event: string, payload: unknown): void;
  /** `byServer`: closed on purpose. */
  closed(byServer: boolean): void;
}

export class Network {
  weather: Weather = CALM;
  /** The process that listens now. */
  server: ServerProcess | null = null;
  readonly timeline: Timeline;
  /** Of what the server has said, how much nobody has heard yet. */
  onItsWay = 0;
  readonly #count: (what: string) => void;
  readonly #links = new Set<Link>();
  readonly #calls = new Set<{ server: ServerProcess; reset: () => void }>();

  constructor(timeline: Timeline, count: (what: string) => void) {
    this.timeline = timeline;
    this.#count = count;
  }

  delay(chance: Chance): number {
    return this.weather.delayMs + Math.floor(chance.unit() * (this.weather.jitterMs + 1));
  }

  happens(what: 'loses' | 'doubles' | 'reorders', chance: Chance): boolean {
    const probability = this.weather[what];
    if (probability === 0 || !chance.happens(probability)) return false;
    this.#count(`network: ${what}`);
    return true;
  }

  connect(token: string, end: ClientEnd, chance: Chance): Link {
    const link = new Link(this, end, chance);
    this.#links.add(link);
    this.timeline.after(this.delay(chance), () => link.shake(this.server, token));
    return link;
  }

  forget(link: Link): void {
    this.#links.delete(link);
  }

  /** The process has ended: what it was connected to hears it from the machine it ran on. */
  ended(server: ServerProcess): void {
    if (this.server === server) this.server = null;
    for (const link of [...this.#links]) if (link.server === server) link.cut();
    for (const call of [...this.#calls]) if (call.server === server) call.reset();
  }

  /** Rejects when the server cannot be reached; may never settle, so it goes with a timeout. */
  call(call: HttpCall, chance: Chance): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { timeline } = this;
      const arrive = (isDouble: boolean) => {
        const { server } = this;
        if (server === null || server.state === 'starting') {
          if (!isDouble) timeline.after(RST_MS, () => reject(new Error('ECONNREFUSED')));
          return;
        }
        const open = { server, reset: () => void timeline.after(RST_MS, () => reject(new Error('ECONNRESET'))) };
        this.#calls.add(open);
        void server.call(call).then((answer) => {
          this.#calls.delete(open);
          if (answer === null || isDouble || this.happens('loses', chance)) return;
          const text = JSON.stringify(answer.body ?? null);
          timeline.after(this.delay(chance), () => resolve({ ...answer, body: JSON.parse(text) }));
        });
      };
      if (!this.happens('loses', chance)) timeline.after(this.delay(chance), () => arrive(false));
      if (this.happens('doubles', chance)) timeline.after(this.delay(chance), () => arrive(true));
    });
  }
}

export class Link implements ServerEnd {
  server: ServerProcess | null = null;
  readonly #network: Network;
  readonly #chance: Chance;
  readonly #end: ClientEnd;
  #socket: SimSocket | null = null;
  /** Nothing passes any more; `isCut`: and both ends know, or will in a moment. */
  #isDead = false;
  #isCut = false;
  /** When the last message that keeps its place arrives: the next one comes after it. */
  #lastDownMs = 0;

  constructor(network: Network, end: ClientEnd, chance: Chance) {
    this.#network = network;
    this.#end = end;
    this.#chance = chance;
  }

  /** The handshake, at the server. */
  shake(server: ServerProcess | null, token: string): void {
    if (this.#isCut) return;
    if (server === null || server.state !== 'serving') {
      this.#isCut = true;
      this.#network.forget(this);
      this.#network.timeline.after(RST_MS, () => this.#end.unreachable());
      return;
    }
    const speaker = server.authenticate(token);
    if (speaker === null) {
      this.#down(() => this.#end.refused('tokenInvalid'));
      return;
    }
    this.server = server;
    this.#down(() => this.#end.opened());
    this.#socket = server.sockets.connect(speaker, this);
  }

  send(event: string, payload: unknown): void {
    const { server } = this;
    if (this.#isDead || server === null || server.state === 'ended') return;
    const text = JSON.stringify(payload ?? null);
    const arrive = () => this.#end.heard(event, JSON.parse(text));
    // Snapshots keep their order: two with one `upTo` cannot be told apart by a client.
    const keepsItsPlace = event === 'pool:snapshot' || !this.#network.happens('reorders', this.#chance);
    if (keepsItsPlace) this.#down(arrive);
    else this.#late(arrive);
    if (!keepsItsPlace && this.#network.happens('doubles', this.#chance)) this.#late(arrive);
  }

  closed(): void {
    this.#socket = null;
    this.#down(() => this.#hangUp(true));
  }

  /** A frame of the client; `answered` may never be called. */
  ask(event: string, payload: unknown, answered: (answer: unknown) => void): void {
    if (this.#isDead) return;
    const text = JSON.stringify(payload ?? null);
    const arrive = () => {
      const { server } = this;
      if (this.#isDead || server === null || server.state === 'ended' || this.#socket === null) return;
      void server.receive(this.#socket, event, JSON.parse(text)).then((answer) => {
        if (answer === null || this.#network.happens('loses', this.#chance)) return;
        const said = JSON.stringify(answer);
        this.#down(() => answered(JSON.parse(said)));
      });
    };
    const { timeline } = this.#network;
    if (!this.#network.happens('loses', this.#chance)) timeline.after(this.#network.delay(this.#chance), arrive);
    if (this.#network.happens('doubles', this.#chance)) timeline.after(this.#network.delay(this.#chance), arrive);
  }

  /** The link breaks, and both ends notice. */
  cut(): void {
    if (this.#isCut) return;
    this.#isDead = true;
    this.#isCut = true;
    this.#network.timeline.after(RST_MS, () => this.#part(false));
  }

  /** Nothing passes any more, and neither end knows until a ping stays unanswered. */
  freeze(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#network.timeline.after(PING_MS, () => this.cut());
  }

  /** The client leaves. */
  leave(): void {
    if (this.#isCut) return;
    this.#isDead = true;
    this.#isCut = true;
    this.#network.timeline.after(this.#network.weather.delayMs, () => this.#gone());
  }

  #part(byServer: boolean): void {
    this.#gone();
    this.#end.closed(byServer);
  }

  #hangUp(byServer: boolean): void {
    if (this.#isCut) return;
    this.#isDead = true;
    this.#isCut = true;
    this.#part(byServer);
  }

  #gone(): void {
    this.#network.forget(this);
    if (this.#socket !== null && this.server !== null && this.server.state !== 'ended') {
      this.server.sockets.gone(this.#socket);
    }
    this.#socket = null;
  }

  #down(arrive: () => void): void {
    const { timeline } = this.#network;
    this.#lastDownMs = Math.max(this.#lastDownMs, timeline.nowMs + this.#network.delay(this.#chance));
    this.#arrives(this.#lastDownMs - timeline.nowMs, arrive);
  }

  #arrives(inMs: number, arrive: () => void): void {
    this.#network.onItsWay++;
    this.#network.timeline.after(inMs, () => {
      this.#network.onItsWay--;
      if (!this.#isDead) arrive();
    });
  }

  /** After what is sent within the next moments, and never before the link is open. */
  #late(arrive: () => void): void {
    const { timeline } = this.#network;
    const atMs = Math.max(this.#lastDownMs, timeline.nowMs) + this.#network.delay(this.#chance) * 3;
    this.#arrives(atMs - timeline.nowMs, arrive);
  }
}
