/**
 * What a client says besides its claims, each said three times: at once at two gateways whose links are late, and once
 * more when it is over. One answer, and one trace on file.
 */
import { expect } from 'vitest';
import { createClientClock, sleep } from '../../client-sdk/src/platform.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import type { TcpProxy } from '../../tools/faults/proxy.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { ask, connected } from '../support/raw-socket.ts';
import { allRows } from '../support/tables.ts';
import type { Person } from './racers.ts';

type Socket = Awaited<ReturnType<typeof connected>>;
type Json = Record<string, unknown>;

export interface Ground {
  readonly chance: Chance;
  /** One to each gateway. */
  readonly links: readonly TcpProxy[];
  urlOf(gateway: number): string;
}

interface Post {
  path: string;
  body: unknown;
  key: string;
  token?: string;
}

const DELAY_MS_MAX = 20;
const AGAIN_MS = 100;
const ANSWER_WITHIN_MS = 30_000;
/** Facts that each of the posts below adds once to the lead's own. */
const ONCE_A_LEAD = ['lead.accepted', 'lead.contacted', 'lead.stage', 'lead.released'];

function delayLinks({ chance, links }: Ground): void {
  for (const link of links) link.delayMs = Math.floor(chance.between(0, DELAY_MS_MAX));
}

/** Asks until the ledger can be reached; throws at any other refusal. */
export async function postOnce(url: string, { path, body, key, token = ADMIN_KEY }: Post): Promise<Json> {
  for (;;) {
    const response = await fetch(`${url}/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Json;
    if (response.ok) return answer;
    if (response.status !== 503) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    await sleep(createClientClock(), AGAIN_MS);
  }
}

/** Twice at once under one key, at two gateways, and once more, late; answers what all three heard. */
export async function postThrice(ground: Ground, post: Post): Promise<Json> {
  delayLinks(ground);
  const [one, two] = await Promise.all([postOnce(ground.urlOf(0), post), postOnce(ground.urlOf(1), post)]);
  const late = await postOnce(ground.urlOf(ground.chance.oneOf([0, 1])), post);
  expect([two, late]).toEqual([one, one]);
  return one;
}

/** What an owner does with a lead; the colleague confirms that it was helped. */
export async function workOn(
  ground: Ground,
  { leadId, owner, colleague }: { leadId: string; owner: Person; colleague: Person },
): Promise<void> {
  const say = (path: string, body: unknown, { token } = owner) =>
    postThrice(ground, { path, body, token, key: `${path}-${leadId}` });
  const [assist] = await Promise.all([
    say('/assists', { colleagueId: colleague.id, leadId }),
    say(`/leads/${leadId}/activities`, { kind: 'call', outcome: 'reached' }),
    say(`/leads/${leadId}/stages`, { stage: 'qualified' }),
  ]);
  await say(`/assists/${assist.id}/confirmations`, {}, colleague);
}

/** The owner gives it back. */
export async function giveBack(ground: Ground, leadId: string, { token }: Person): Promise<void> {
  const path = `/leads/${leadId}/releases`;
  await postThrice(ground, { path, body: { reason: 'busy' }, token, key: path });
}

/** One person's bare sockets, one at each gateway: any frame can be sent over them, as often as one likes. */
export class Frames {
  readonly #ground: Ground;
  readonly #sockets: Socket[];

  private constructor(ground: Ground, sockets: Socket[]) {
    this.#ground = ground;
    this.#sockets = sockets;
  }

  static async open(ground: Ground, { token }: Person): Promise<Frames> {
    return new Frames(
      ground,
      await Promise.all(ground.links.map((_, n) => connected(ground.urlOf(n), { auth: { token } }))),
    );
  }

  /** Receipts of an offer, in a drawn order; for as long as its race is on, and after. */
  async receipts(target: { leadId: string; offerId: string }): Promise<void> {
    delayLinks(this.#ground);
    const { chance } = this.#ground;
    const frames = [0, 1, 2].flatMap(() => [
      { event: 'lead:delivered', payload: { offerIds: [target.offerId] }, place: chance.unit() },
      { event: 'lead:seen', payload: { leadId: target.leadId, offerId: target.offerId }, place: chance.unit() },
    ]);
    frames.sort((a, b) => a.place - b.place);
    const answers = await Promise.all(frames.map(({ event, payload }, n) => this.#ask(n, event, payload)));
    expect(answers).toEqual(frames.map(() => ({ ok: true })));
  }

  /** Snapshots and boards, asked for by both sockets at once, twice each; a board is left more often than watched. */
  async views(): Promise<void> {
    delayLinks(this.#ground);
    const four = <T>(task: (n: number) => Promise<T>) => Promise.all([0, 1, 2, 3].map(task));
    const snapshots = await four(async (n) => {
      const { offers } = (await this.#ask(n, 'pool:sync', {})) as { offers: { offerId: string }[] };
      return offers.map(({ offerId }) => offerId).sort();
    });
    expect(snapshots).toEqual(snapshots.map(() => snapshots[0]));
    const boards = await four((n) => this.#ask(n, 'board:watch', { board: 'claims', period: 'week' }));
    const streams = boards.map((board) => (board as { stream: string }).stream);
    expect(streams).toEqual(streams.map(() => streams[0]));
    for (const _ of ['each', 'late']) {
      expect(await four((n) => this.#ask(n, 'board:unwatch', { stream: streams[0] }))).toEqual(
        streams.map(() => ({ ok: true })),
      );
    }
  }

  async #ask(n: number, event: string, payload: unknown): Promise<unknown> {
    const socket = this.#sockets[n % this.#sockets.length] as Socket;
    return ask(socket.timeout(ANSWER_WITHIN_MS) as Socket, event, payload);
  }
}

/** What is on file more than once, or not at all: facts of leads, assists, receipts. The servers have ended. */
export function notStoredOnce(file: string, { leads, released }: { leads: string[]; released: string[] }): string[] {
  const rows = allRows(file);
  const facts = rows.get('events') ?? [];
  const factsOf = (kind: string, leadId: string) =>
    facts.filter((fact) => fact.kind === kind && fact.lead_id === leadId).length;
  const bad = leads.flatMap((leadId) =>
    ONCE_A_LEAD.flatMap((kind) => {
      const due = kind === 'lead.released' && !released.includes(leadId) ? 0 : 1;
      return factsOf(kind, leadId) === due ? [] : [`${factsOf(kind, leadId)} ${kind} of ${leadId}`];
    }),
  );
  const assists = rows.get('assists')?.length ?? 0;
  if (assists !== leads.length) bad.push(`${assists} assists of ${leads.length}`);
  for (const { offer_id: offerId, notes } of rows.get('race_notes') ?? []) {
    const { receipts } = JSON.parse(String(notes)) as { receipts: { repId: string; kind: string }[] };
    const different = new Set(receipts.map(({ repId, kind }) => `${repId} ${kind}`));
    if (different.size < receipts.length) bad.push(`${receipts.length} receipts of ${different.size} of ${offerId}`);
  }
  return bad;
}
