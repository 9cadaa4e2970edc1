/** The reps of a run and their sockets. A baseline takes any token, so there they are made up. */
import { createSystemClock, pause } from '../../server/kernel/clock.ts';
import type { Subject } from '../bench.ts';
import { Http, LEAD, type Reply, sideBySide } from './http.ts';
import { Wire } from './wire.ts';

export interface Racer {
  repId: string;
  token: string;
  wire: Wire;
}

/** A rep that the server has already. */
export type KnownRep = Omit<Racer, 'wire'>;

export interface Offer {
  leadId: string;
  offerId: string;
}

export class StalledError extends Error {
  readonly code = 'stalled';
}

/** Sign-ups and handshakes side by side; the server lets newcomers in at a rate of its own. */
const WIDTH = 50;
const POSTS = 24;
/** Nothing at all was heard for so long: it will not come. */
const STALLED_MS = 15_000;
const CONFIRMED_AT_ONCE = 100;
const BUSY = 503;
const BUSY_PAUSE_MS = 500;
const clock = createSystemClock();
const ALERT = '42["lead:alert",';

/** Resolves when `isDone` says so, which is asked at every call of what is handed to `begin`; a stall throws. */
export function untilDone(what: string, begin: (look: () => void) => void, isDone: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let lookedAt = performance.now();
    const watch = () => {
      if (performance.now() - lookedAt > STALLED_MS) reject(new StalledError(`${what}: nothing more came`));
      else timer = setTimeout(watch, STALLED_MS / 4);
    };
    const look = () => {
      lookedAt = performance.now();
      if (!isDone()) return;
      clearTimeout(timer);
      resolve();
    };
    watch();
    begin(look);
    look();
  });
}

export class Racers {
  readonly list: readonly Racer[];
  readonly subject: Subject;
  readonly #http: Http;
  #gone: string | null = null;
  /** Called in the turn in which it is. */
  onGone: () => void = () => undefined;

  private constructor(subject: Subject, http: Http, list: Racer[]) {
    this.subject = subject;
    this.#http = http;
    this.list = list;
    for (const { wire, repId } of list) {
      wire.onEnd = (why) => this.fail(new Error(`the socket of ${repId} is gone: ${why}`));
    }
  }

  /** So many reps, connected. @param known reps that the file has already, with their tokens */
  static async gather(subject: Subject, count: number, known: readonly KnownRep[] = []): Promise<Racers> {
    const http = new Http(subject);
    const list: Racer[] = new Array(count);
    const run = Date.now().toString(36);
    await sideBySide(count, WIDTH, async (n) => {
      const rep = known[n] ?? (isBaseline(subject) ? madeUp(n) : await signUp(http, `${run}-${n}`, n));
      list[n] = { ...rep, wire: await Wire.open(subject.url, rep.token) };
    });
    return new Racers(subject, http, list);
  }

  /** Whether a socket was lost, or a lead was not taken. */
  get isGone(): boolean {
    return this.#gone !== null;
  }

  /** What is under way ends, since it cannot end well. */
  fail(error: Error): void {
    this.#gone ??= `${this.subject.name}: ${error.message}`;
    this.onGone();
  }

  /** @throws Error when a socket was lost: what was measured since is worth nothing */
  assertHere(): void {
    if (this.#gone !== null) throw new StalledError(this.#gone);
  }

  /** Puts leads up, as the server's intake does; resolves when every racer has heard of every one. */
  async putUp(count: number): Promise<Offer[]> {
    const offers: Offer[] = [];
    const [first] = this.list;
    let heard = 0;
    await untilDone(
      `${this.subject.name}: alerts`,
      (look) => {
        this.onGone = look;
        for (const { wire } of this.list) {
          wire.onPacket = (packet) => {
            if (!packet.startsWith(ALERT)) return;
            heard++;
            if (wire === first?.wire) offers.push((JSON.parse(packet.slice(2)) as [string, Offer])[1]);
            look();
          };
        }
        const body = JSON.stringify(LEAD);
        void sideBySide(count, POSTS, async () => {
          const { status, body: text } = await this.#post(body);
          if (status !== 201) throw new StalledError(`a lead was answered ${status}: ${text}`);
        }).catch((error: Error) => this.fail(error));
      },
      () => heard >= count * this.list.length || this.#gone !== null,
    );
    this.assertHere();
    this.#confirm(offers);
    return offers.map(({ leadId, offerId }) => ({ leadId, offerId }));
  }

  /** What a client says on receipt; the server keeps it with the race. */
  #confirm(offers: readonly Offer[]): void {
    const offerIds = offers.map(({ offerId }) => offerId);
    for (let from = 0; from < offerIds.length; from += CONFIRMED_AT_ONCE) {
      const page = JSON.stringify(['lead:delivered', { offerIds: offerIds.slice(from, from + CONFIRMED_AT_ONCE) }]);
      for (const { wire } of this.list) wire.put(`42${page}`);
    }
    for (const { wire } of this.list) wire.flush();
  }

  /** Putting up is no part of what is measured: a server that is told to ask for patience gets it. */
  async #post(body: string): Promise<Reply> {
    for (;;) {
      const reply = await this.#http.ask('POST', '/leads', body);
      if (reply.status !== BUSY) return reply;
      await pause(clock, BUSY_PAUSE_MS);
    }
  }

  /** Lets go of the sockets; on a server of somebody else the reps that were made end, too. */
  async leave(): Promise<void> {
    for (const { wire } of this.list) wire.close();
    if (this.subject.pid === null) {
      const over = JSON.stringify({ active: false });
      await sideBySide(this.list.length, WIDTH, async (n) => {
        await this.#http.ask('PATCH', `/reps/${this.list[n]?.repId}`, over);
      });
    }
    this.#http[Symbol.dispose]();
  }
}

const isBaseline = ({ file, pid }: Subject) => file === null && pid !== null;
const madeUp = (n: number) => ({ repId: `rep_${n}`, token: `rep_${n}` });

async function signUp(http: Http, mailbox: string, n: number): Promise<KnownRep> {
  const { id } = await http.post<{ id: string }>('/reps', { name: `Rep ${n}`, email: `load-${mailbox}@sales.example` });
  const { token } = await http.post<{ token: string }>(`/reps/${id}/tokens`, {});
  return { repId: id, token };
}
