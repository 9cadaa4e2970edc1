/**
 * Messages twice, late and out of order (invariants 1, 3): every claim is sent three times under one request,
 * over two sockets at two gateways and over HTTP, one of them late; and a client whose link breaks under its
 * claim asks another gateway. Whoever is asked, the verdict is the same.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { createClientClock, sleep } from '../../client-sdk/src/platform.ts';
import { TcpProxy } from '../../tools/faults/proxy.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { createChance } from '../../tools/simulation/chance.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Cell, type Member } from './kit/cell.ts';
import { type RowReport, reportRow, rounds } from './kit/matrix.ts';
import { makePeople, markedLead, type Person, post, Racer } from './racers.ts';

/** Give the one that was printed to draw the same orders again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 8, full: 300 });
const TEST_MS = 60_000 + ROUNDS * 3_000;
const PEOPLE = 4;
const DELAY_MS_MAX = 60;

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

const chance = createChance(SEED);
const history = new History();
const devices: { person: Person; at: [Racer, Racer] }[] = [];
const links: TcpProxy[] = [];
let redis: TestRedis;
let cell: Cell;
let posted = 0;
let faults = 0;
let hitsInFlight = 0;
const inFlight = new Map<string, number>();

history.onLine = (line) => {
  if (line.kind === 'sent') inFlight.set(line.requestId, (inFlight.get(line.requestId) ?? 0) + 1);
  if (line.kind !== 'answered' && line.kind !== 'silence') return;
  inFlight.set(line.requestId, (inFlight.get(line.requestId) ?? 1) - 1);
};

afterEach(async () => {
  for (const { at } of devices) for (const racer of at) racer.leave();
  for (const link of links) await link[Symbol.asyncDispose]();
  await cell[Symbol.asyncDispose]();
  await redis.stop();
});

async function openTheCompany(): Promise<void> {
  redis = await startRedis();
  cell = new Cell({ redis, name: 'messages' });
  await cell.start({ role: 'ledger' });
  for (const name of ['one', 'two']) {
    const gateway = await cell.start({ name, role: 'gateway' });
    links.push(await TcpProxy.to(gateway.port));
  }
  for (const person of await makePeople(cell.member('one').url, PEOPLE)) {
    const at = [0, 1].map((n) => new Racer(person, history, `${person.id} ${n}`)) as [Racer, Racer];
    devices.push({ person, at });
    await Promise.all(at.map((racer, n) => racer.join(urlOf(n))));
  }
}

/** Through the link that a test may make late or cut. */
const urlOf = (gateway: number) => `http://127.0.0.1:${(links[gateway] as TcpProxy).port}`;

/** A lead that every device was alerted to. */
async function alerted(): Promise<Target> {
  const all = devices.flatMap(({ at }) => at);
  const cards = all.map((racer) => new Promise<Target>((resolve) => Object.assign(racer, { onAlert: resolve })));
  const { id } = await post<{ id: string }>(cell.member('one').url, '/leads', markedLead(++posted));
  history.record({ kind: 'accepted', leadId: id });
  const [card] = await Promise.all(cards);
  return card as Target;
}

/** The same over HTTP; the history hears of it, too. */
async function claimOverHttp({ url }: Member, person: Person, requestId: string, target: Target): Promise<Verdict> {
  const claim = { repId: person.id, ...target, requestId };
  for (;;) {
    history.record({ kind: 'sent', ...claim });
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
    history.record({ kind: 'answered', ...claim, verdict });
    if (verdict.verdict !== 'retry') return verdict;
    await sleep(createClientClock(), verdict.afterMs);
  }
}

/** What a verdict says, however it came: a problem over HTTP has members of its own. */
function said(verdict: Verdict): unknown {
  if (verdict.verdict === 'won') return ['won', verdict.claimId, verdict.claimedAt, verdict.claimSpeedMs];
  return verdict.verdict === 'lost' ? ['lost', verdict.winner.id, verdict.byMs] : [verdict.verdict];
}

/** One send of a claim that was sent before. */
function again(requestId: string): void {
  faults++;
  if ((inFlight.get(requestId) ?? 0) > 0) hitsInFlight++;
}

/** Everybody claims three times over, in a drawn order; answers what each heard, three times. */
async function claimInDisorder(target: Target): Promise<unknown[][]> {
  return Promise.all(
    devices.map(({ person, at: [one, two] }) => {
      const requestId = `${person.id}-${target.offerId}`;
      const door = cell.member(chance.oneOf(['one', 'two']));
      const ways = [
        () => one.claimUntilJudged(requestId, target),
        () => two.claimUntilJudged(requestId, target),
        () => claimOverHttp(door, person, requestId, target),
      ].map((way) => ({ way, place: chance.between(0, 1) }));
      ways.sort((a, b) => a.place - b.place);
      const answers = ways.map(({ way }, n) => {
        (links[n % 2] as TcpProxy).delayMs = Math.floor(chance.between(0, DELAY_MS_MAX));
        if (n > 0) again(requestId);
        return way().then(said);
      });
      return Promise.all(answers);
    }),
  );
}

/** Everybody's link to the first gateway breaks under the claim, and the second is asked; then both again. */
async function claimElsewhere(target: Target): Promise<unknown[][]> {
  const request = ({ person }: { person: Person }) => `${person.id}-${target.offerId}`;
  const brokenOff = devices.map((own) => own.at[0].claimAs(request(own), target));
  for (const own of devices) again(request(own));
  links[0]?.cut();
  const elsewhere = devices.map((own) => own.at[1].claimUntilJudged(request(own), target));
  const heard = await Promise.all(elsewhere);
  const first = await Promise.all(brokenOff);
  await Promise.all(devices.map(({ at }) => at[0].join(urlOf(0))));
  const back = await Promise.all(devices.map((own) => own.at[0].claimUntilJudged(request(own), target)));
  const onceMore = await Promise.all(devices.map((own) => own.at[1].claimUntilJudged(request(own), target)));
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

/** Round after round; every request hears one verdict, however often and wherever it asks. */
async function isHeld(part: string, claim: (target: Target) => Promise<unknown[][]>): Promise<RowReport> {
  faults = 0;
  hitsInFlight = 0;
  const before = history.requests().length;
  for (let round = 0; round < ROUNDS; round++) {
    const heard = await claim(await alerted());
    for (const own of heard) expect(own).toEqual(own.map(() => own[0]));
    expect(heard.filter(([first]) => (first as string[])[0] === 'won')).toHaveLength(1);
  }
  expect(hitsInFlight).toBeGreaterThan(0);
  const judged = history.judge(cell.file);
  expect(brokenRules(judged)).toEqual([]);
  return {
    row: 'messages',
    part,
    rounds: ROUNDS,
    faults,
    hitsInFlight,
    claims: history.requests().length - before,
    wins: ROUNDS,
    lost: judged.lost,
    doubled: judged.doubled,
    control: { what: 'a gateway that does not know an owner who asks again', caught: true },
  };
}

it(
  `a request has one verdict, wherever and however often it is asked, FAULT_SEED=${SEED}`,
  async () => {
    await openTheCompany();
    const held = [await isHeld('disorder', claimInDisorder), await isHeld('another-gateway', claimElsewhere)];
    const forgetful = await cell.start({ name: 'forgetful', role: 'gateway', program: OWNER_FORGOTTEN });
    await Promise.all(devices.map(({ at }) => at[1].join(forgetful.url)));
    await claimElsewhere(await alerted());
    expect(brokenRules(history.judge(cell.file, { isAudited: false })).join('\n')).toMatch(/^S4 /m);
    held.forEach(reportRow);
  },
  TEST_MS,
);
