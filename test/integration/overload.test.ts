/** What a server does when more is asked of it than it can do: who waits, who is let go, and what they hear. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import type { Door } from '../../server/platform/door.ts';
import type { LogFields } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import { OVERLOAD_LIMITS, type OverloadLimits } from '../../server/platform/overload.ts';
import { createSockets, type Sockets } from '../../server/platform/sockets.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { ask, closeSockets, heardWhere, refusalOf, signedIn } from '../support/raw-socket.ts';
import { closeSlowReaders, SlowReader } from '../support/slow-reader.ts';

let app: TestApp | null = null;
let bare: { http: Server; sockets: Sockets } | null = null;

afterEach(async () => {
  closeSockets();
  closeSlowReaders();
  await bare?.sockets.close();
  bare?.http.close();
  await app?.[Symbol.asyncDispose]();
  app = null;
  bare = null;
});

const OPEN_DOOR: Door = {
  failed: () => 0,
  mayTry: () => undefined,
  lead: () => undefined,
  hasRoom: () => true,
  enter: () => ({ leave: () => undefined }),
};

interface Warning {
  message: string;
  fields: LogFields | undefined;
}

/** Sockets alone, whose tokens are their subjects' names; all of them are in the room `all`. */
async function bareSockets(limits: Partial<OverloadLimits>) {
  const clock = createSystemClock();
  const warnings: Warning[] = [];
  const silent = () => undefined;
  const metrics = createMetrics({ processMetrics: false });
  const http = createServer();
  const sockets = createSockets(http, {
    clock,
    machineClock: clock,
    random: createSystemRandom(),
    log: { debug: silent, info: silent, error: silent, warn: (message, fields) => warnings.push({ message, fields }) },
    metrics,
    limits: { ...OVERLOAD_LIMITS, ...limits },
    latestOnly: { state: () => '' },
    authenticate: (token) => ({ role: 'rep', subjectId: token, tokenId: token, expiresAt: null, renewsForMs: null }),
    expiryOf: () => null,
    publicUrl: null,
    door: OPEN_DOOR,
  });
  sockets.onConnect((from) => from.join('all'));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  bare = { http, sockets };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, sockets, warnings, metrics };
}

/** More than the kernel holds for one connection, by far. */
const EMISSIONS_MAX = 4_000;
const FILL = 'x'.repeat(16_000);

describe('a socket that does not read', () => {
  it('is closed by name when too much waits for it; others hear everything', async () => {
    const { url, sockets, warnings, metrics } = await bareSockets({ shedBytes: 200_000 });
    const slow = await SlowReader.open(url, 'slow-rep');
    const quick = await signedIn(url, 'quick-rep');
    const numbers: number[] = [];
    quick.on('fact', ({ n }: { n: number }) => numbers.push(n));
    slow.stopReading();
    let n = 0;
    while (warnings.length === 0 && n < EMISSIONS_MAX) {
      const heard = heardWhere<{ n: number }>(quick, 'fact', (fact) => fact.n === n);
      sockets.emit('fact', ['all'], { n, FILL });
      await heard;
      n++;
    }
    expect(warnings).toEqual([
      {
        message: 'a socket was closed that does not read',
        fields: expect.objectContaining({ role: 'rep', subjectId: 'slow-rep', reason: 'slowConsumer' }),
      },
    ]);
    expect(await metrics.text()).toContain('sambar_shed_total{what="socket",reason="slowConsumer"} 1');
    expect(numbers).toEqual(Array.from({ length: n }, (_, index) => index));
    expect(sockets.speakers().map(({ subjectId }) => subjectId)).toEqual(['quick-rep']);
    slow.readOn();
    await slow.closed;
  });

  it('gets the latest state alone once it reads again, and holds no more than that meanwhile', async () => {
    const { url, sockets, warnings } = await bareSockets({ behindBytes: 50_000, shedBytes: 400_000 });
    const wall = await SlowReader.open(url, 'wall');
    const quick = await signedIn(url, 'quick-rep');
    wall.stopReading();
    let n = 0;
    const tell = async () => {
      const heard = heardWhere<{ n: number }>(quick, 'state', (state) => state.n === n);
      sockets.emit('state', ['all'], { n, FILL });
      await heard;
      n++;
    };
    while (sockets.behind() === 0 && n < EMISSIONS_MAX) await tell();
    const whenBehind = n;
    for (let more = 0; more < 200; more++) await tell();
    expect(sockets.behind()).toBe(1);
    wall.readOn();
    await wall.hears(`"n":${n - 1},`);
    expect(wall.bytesRead).toBeLessThan((whenBehind + 100) * FILL.length);
    expect(warnings).toEqual([]);
    expect(sockets.behind()).toBe(0);
  });
});

describe('many who come at once', () => {
  it('stand in line, and each gets its snapshot', async () => {
    app = await startApp({ limits: { handshakes: { burst: 5, perTick: 5, tickMs: 5, lineMax: 100 } } });
    const rep = await app.addRep('Sari');
    const leadId = await app.addLead();
    const { url } = app.app;
    const sockets = await Promise.all(Array.from({ length: 50 }, () => signedIn(url, rep.token)));
    const snapshots = await Promise.all(sockets.map((socket) => ask(socket, 'pool:sync', {})));
    for (const snapshot of snapshots) expect(snapshot).toMatchObject({ offers: [{ leadId }] });
  });

  it('who finds the line full comes back by itself', async () => {
    app = await startApp({ limits: { handshakes: { burst: 2, perTick: 1, tickMs: 5, lineMax: 3 } } });
    const rep = await app.addRep('Sari');
    const { token } = rep;
    const running = app;
    await Promise.all(Array.from({ length: 20 }, () => running.client(token)));
    const { body } = await app.call<string>('GET', '/metrics', { token: null });
    expect(body).toMatch(/sambar_shed_total\{what="handshake",reason="lineFull"\} [1-9]/);
  });

  it('with one token, are refused beyond its bound and told when to come back', async () => {
    app = await startApp({ limits: { socketsPerTokenMax: 2 } });
    const rep = await app.addRep('Sari');
    const other = await app.addRep('Budi');
    await signedIn(app.app.url, rep.token);
    await signedIn(app.app.url, rep.token);
    const refusal = await refusalOf(app.app.url, { auth: { token: rep.token } });
    expect(refusal?.data).toMatchObject({ code: 'tooManySockets', retryAfterMs: expect.any(Number) });
    await signedIn(app.app.url, other.token);
  });
});

describe('a ledger that has fallen behind', () => {
  it('takes no leads: 503, Retry-After, nothing stored; claims are still judged', async () => {
    const limits = { intakeWaitBacklogMs: Number.POSITIVE_INFINITY };
    app = await startApp({ limits });
    const rep = await app.addRep('Sari');
    const leadId = await app.addLead();
    const folder = app.folder;
    await app.app.close();
    app = await startApp({ folder, limits: { intakeWaitBacklogMs: -1 } });
    const refused = await app.call('POST', '/v1/leads', {
      body: { source: 'web', company: { name: 'PT Dua' }, contact: { name: 'Dua' } },
    });
    expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    expect(refused.headers.get('retry-after')).toBe('2');
    const { body } = await app.call<{ items: unknown[] }>('GET', '/v1/leads');
    expect(body.items).toHaveLength(1);
    expect((await app.claimOverHttp(rep.token, leadId, 'one')).status).toBe(201);
  });

  it('judges no claims when nobody would wait for them; whoever has won is told so all the same', async () => {
    app = await startApp();
    const winner = await app.addRep('Sari');
    const late = await app.addRep('Budi');
    const won = await app.addLead();
    const open = await app.addLead();
    expect((await app.claimOverHttp(winner.token, won, 'first')).status).toBe(201);
    const folder = app.folder;
    await app.app.close();
    app = await startApp({ folder, limits: { claimsWaitBacklogMs: -1 } });
    expect((await app.claimOverHttp(winner.token, won, 'first')).body).toMatchObject({ verdict: 'won' });
    const refused = await app.claimOverHttp(late.token, open, 'late');
    expect(refused).toMatchObject({ status: 503, body: { verdict: 'retry', reason: 'overloaded', afterMs: 1_000 } });
    expect(refused.headers.get('retry-after')).toBe('1');
  });
});
