/**
 * Messages twice, late and out of order (invariants 1, 3): every claim is sent three times under one request,
 * over two sockets at two gateways and over HTTP, one of them late, and so is all else that a client says; and a client
 * whose link breaks under its claim asks another gateway. Whoever is asked, the answer is the same, and stored once.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { createClientClock, sleep } from '../../client-sdk/src/platform.ts';
import { createChance } from '../../server/kernel/chance.ts';
import { TcpProxy } from '../../tools/faults/proxy.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { closeSockets } from '../support/raw-socket.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { judgeEnded } from './kit/ended.ts';
import { rounds } from './kit/matrix.ts';
import { Part, type Strikes } from './kit/part.ts';
import { makePeople, markedLead, type Person, Racer } from './racers.ts';
import { Frames, giveBack, notStoredOnce, postOnce, postThrice, workOn } from './repeats.ts';

/** Give the one that was printed to draw the same orders again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 8, full: 300 });
const TEST_MS = 60_000 + ROUNDS * 3_000;
const PEOPLE = 4;
const DELAY_MS_MAX = 60;
/** Only claims are repeated for the leads between. */
const WORKED_EVERY = 4;
/** A lead that was given back stays open to the end. */
const RELEASED_EVERY = Math.ceil(ROUNDS / WORKED_EVERY / 40);

/** An owner who asks again is judged like anybody: the lead is gone. */
const OWNER_FORGOTTEN = brokenBuild({
  file: 'server/claims/redis-arbiter.js',
  from: `case 'owned':
            return { kind, offerId };`,
  to: `case 'owned':
            return { kind: 'gone', offerId, reason: 'assigned' };`,
});

interface Target {
  leadId: string;
  offerId: string;
}

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

/** What a test leaves open, closed in the reverse order. */
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  closeSockets();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** One person's two devices, at two gateways. */
interface Devices {
  person: Person;
  at: [Racer, Racer];
}

/** A ledger and two gateways, and people who have a device at each, behind a link that may be late or cut. */
class Doors {
  readonly history = new History();
  readonly chance = createChance(SEED);
  readonly cell: Cell;
  readonly links: TcpProxy[] = [];
  readonly devices: Devices[] = [];
  /** Leads that were worked on, and over which sockets all else is said. */
  readonly work: { leads: string[]; released: string[]; frames: Frames[] } = { leads: [], released: [], frames: [] };
  #posted = 0;

  private constructor(name: string) {
    this.cell = new Cell({ redis, name });
  }

  static async open(name: string): Promise<Doors> {
    const doors = new Doors(name);
    const { cell, links, devices, history } = doors;
    cleanups.push(() => cell[Symbol.asyncDispose]());
    await cell.start({ role: 'ledger' });
    for (const gateway of ['one', 'two']) {
      const link = await TcpProxy.to((await cell.start({ name: gateway, role: 'gateway' })).port);
      cleanups.push(() => link[Symbol.asyncDispose]());
      links.push(link);
    }
    for (const person of await makePeople(cell.member('one').url, PEOPLE)) {
      const at = [0, 1].map((n) => new Racer(person, history, `${person.id} ${n}`)) as [Racer, Racer];
      devices.push({ person, at });
      cleanups.push(() => at.map((racer) => racer.leave()));
      await Promise.all(at.map((racer, n) => racer.join(doors.urlOf(n))));
    }
    return doors;
  }

  urlOf(gateway: number): string {
    return `http://127.0.0.1:${(this.links[gateway] as TcpProxy).port}`;
  }

  /** How many leads were posted. */
  get posted(): number {
    return this.#posted;
  }

  /** A lead that every device was alerted to; where it is said, those that are worked on are posted again and again. */
  async alerted({ isRepeated = false } = {}): Promise<Target> {
    let look = (): void => undefined;
    const cards = this.devices.flatMap(({ at }) =>
      at.map((racer) => {
        const own = new Map<string, Target>();
        racer.onAlert = (card) => {
          own.set(card.leadId, card);
          look();
        };
        return own;
      }),
    );
    const n = ++this.#posted;
    const intake = { path: '/leads', body: markedLead(n), key: `lead-${n}` };
    const lead = await (isRepeated && n % WORKED_EVERY === 0
      ? postThrice(this, intake)
      : postOnce(this.cell.member('one').url, intake));
    const leadId = String(lead.id);
    this.history.record({ kind: 'accepted', leadId });
    await new Promise<void>((resolve) => {
      look = () => {
        if (cards.every((own) => own.has(leadId))) resolve();
      };
      look();
    });
    return cards[0]?.get(leadId) as Target;
  }

  /** The same over HTTP; the history hears of it, too. */
  async claimOverHttp({ url }: Member, person: Person, requestId: string, target: Target): Promise<Verdict> {
    const claim = { repId: person.id, ...target, requestId };
    for (;;) {
      this.history.record({ kind: 'sent', ...claim });
      const response = await fetch(`${url}/v1/leads/${target.leadId}/claims`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${person.token}`,
          'content-type': 'application/json',
          'idempotency-key': requestId,
        },
        body: JSON.stringify({ offerId: target.offerId }),
      });
      const verdict = (await response.json()) as Verdict;
      this.history.record({ kind: 'answered', ...claim, verdict });
      if (verdict.verdict !== 'retry') return verdict;
      await sleep(createClientClock(), verdict.afterMs);
    }
  }
}

/** What a verdict says, however it came: a problem over HTTP has members of its own. */
function said(verdict: Verdict): unknown {
  if (verdict.verdict === 'won') return ['won', verdict.claimId, verdict.claimedAt, verdict.claimSpeedMs];
  return verdict.verdict === 'lost' ? ['lost', verdict.winner.id, verdict.byMs] : [verdict.verdict];
}

const requestOf = ({ person }: Devices, { offerId }: Target) => `${person.id}-${offerId}`;

/** Everybody claims three times over, in a drawn order; answers what each heard, three times. */
async function claimInDisorder(doors: Doors, target: Target): Promise<unknown[][]> {
  const { chance, cell, links } = doors;
  return Promise.all(
    doors.devices.map((own) => {
      const requestId = requestOf(own, target);
      const [one, two] = own.at;
      const door = cell.member(chance.oneOf(['one', 'two']));
      const ways = [
        () => one.claimUntilJudged(requestId, target),
        () => two.claimUntilJudged(requestId, target),
        () => doors.claimOverHttp(door, own.person, requestId, target),
      ].map((way) => ({ way, place: chance.between(0, 1) }));
      ways.sort((a, b) => a.place - b.place);
      const answers = ways.map(({ way }, n) => {
        (links[n % 2] as TcpProxy).delayMs = Math.floor(chance.between(0, DELAY_MS_MAX));
        return way().then(said);
      });
      return Promise.all(answers);
    }),
  );
}

/** The same while receipts come as often; then all else that a winner says. */
async function sayAllInDisorder(doors: Doors, target: Target): Promise<unknown[][]> {
  const { devices, work } = doors;
  if (doors.posted % WORKED_EVERY > 0) return claimInDisorder(doors, target);
  if (work.frames.length === 0) {
    work.frames.push(...(await Promise.all(devices.slice(0, 2).map(({ person }) => Frames.open(doors, person)))));
  }
  const [heard] = await Promise.all([
    claimInDisorder(doors, target),
    ...work.frames.map((frames) => frames.receipts(target)),
  ]);
  const winner = heard.findIndex(([first]) => (first as string[])[0] === 'won');
  const [owner, colleague] = [devices[winner], devices[(winner + 1) % PEOPLE]] as [Devices, Devices];
  const { leadId } = target;
  await workOn(doors, { leadId, owner: owner.person, colleague: colleague.person });
  // Before the lead is put up again, which changes what is to be seen.
  await (work.frames[0] as Frames).views();
  if (work.leads.push(leadId) % RELEASED_EVERY === 0) {
    await giveBack(doors, leadId, owner.person);
    work.released.push(leadId);
  }
  return heard;
}

/** Everybody's link to the first gateway breaks under the claim, and the second is asked; then both again. */
async function claimElsewhere(doors: Doors, target: Target): Promise<unknown[][]> {
  const { devices, links } = doors;
  const claimAt = (own: Devices, n: 0 | 1) => own.at[n].claimUntilJudged(requestOf(own, target), target);
  const brokenOff = devices.map((own) => own.at[0].claimAs(requestOf(own, target), target));
  links[0]?.cut();
  const heard = await Promise.all(devices.map((own) => claimAt(own, 1)));
  const first = await Promise.all(brokenOff);
  await Promise.all(devices.map(({ at }) => at[0].join(doors.urlOf(0))));
  const back = await Promise.all(devices.map((own) => claimAt(own, 0)));
  const onceMore = await Promise.all(devices.map((own) => claimAt(own, 1)));
  return devices.map((_, n) => {
    const verdicts = [
      heard[n],
      back[n],
      onceMore[n],
      ...(first[n] == null || first[n].verdict === 'retry' ? [] : [first[n]]),
    ];
    return verdicts.map((verdict) => said(verdict as Verdict));
  });
}

/** A fault here is a claim sent again; it hits when the same request is on its way still. */
function repeatsIn({ lines }: History): Strikes {
  const open = new Map<string, number>();
  let faults = 0;
  let hitsInFlight = 0;
  for (const line of lines) {
    if (line.kind !== 'sent' && line.kind !== 'answered' && line.kind !== 'silence') continue;
    const before = open.get(line.requestId);
    if (line.kind === 'sent' && before !== undefined) faults++;
    if (line.kind === 'sent' && before !== undefined && before > 0) hitsInFlight++;
    open.set(line.requestId, (before ?? 0) + (line.kind === 'sent' ? 1 : -1));
  }
  return { faults, hitsInFlight };
}

/** What is found when everybody's second device is at a gateway that does not know owners. */
async function controlFindings(doors: Doors): Promise<string[]> {
  const { cell, devices, history } = doors;
  const forgetful = await cell.start({ name: 'forgetful', role: 'gateway', program: OWNER_FORGOTTEN });
  await Promise.all(devices.map(({ at }) => at[1].join(forgetful.url)));
  await claimElsewhere(doors, await doors.alerted());
  return brokenRules(history.judge(cell.file, { isAudited: false }));
}

it.each([
  { name: 'disorder', claim: sayAllInDisorder, isRepeated: true },
  { name: 'another-gateway', claim: claimElsewhere, isRepeated: false },
])(
  `$name: a request has one verdict, wherever and however often it is asked, FAULT_SEED=${SEED}`,
  async ({ name, claim, isRepeated }) => {
    const part = new Part('messages', name);
    const doors = await Doors.open(name);
    await part.eachRound(ROUNDS, async () => {
      const heard = await claim(doors, await doors.alerted({ isRepeated }));
      for (const own of heard) expect(own).toEqual(own.map(() => own[0]));
      expect(heard.filter(([first]) => (first as string[])[0] === 'won')).toHaveLength(1);
    });
    const racers = doors.devices.flatMap(({ at }) => at);
    const judged = await judgeEnded(doors.history, doors.cell, racers);
    expect(brokenRules(judged)).toEqual([]);
    part.count(judged, repeatsIn(doors.history));
    const found = await controlFindings(doors);
    closeSockets();
    for (const member of ['one', 'two', 'ledger']) expect(await doors.cell.member(member).terminate()).toBe(0);
    expect(notStoredOnce(doors.cell.file, doors.work)).toEqual([]);
    part.report({ what: 'a gateway that does not know an owner who asks again', found, mustSay: /^S4 / });
  },
  TEST_MS,
);
