/** What a server does when more is asked of it than it can do: who waits, who is let go, and what they hear. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LogFields } from '../../server/platform/log.ts';
import type { OverloadLimits } from '../../server/platform/overload.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type BareSockets, bareSockets } from '../support/bare-sockets.ts';
import { ask, closeSockets, heardWhere, refusalOf, signedIn } from '../support/raw-socket.ts';
import { closeSlowReaders, SlowReader } from '../support/slow-reader.ts';

let app: TestApp | null = null;
let bare: BareSockets | null = null;

afterEach(async () => {
  closeSockets();
  closeSlowReaders();
  await bare?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
  app = null;
  bare = null;
});

interface Warning {
  message: string;
  fields: LogFields | undefined;
}

/** All of them are in the room `all`; what is warned of is kept. */
async function inOneRoom(limits: Partial<OverloadLimits>) {
  const warnings: Warning[] = [];
  const silent = () => undefined;
  const warn = (message: string, fields?: LogFields) => void warnings.push({ message, fields });
  bare = await bareSockets({
    limits,
    log: { debug: silent, info: silent, error: silent, warn },
    latestOnly: { state: () => '' },
  });
  bare.sockets.onConnect((from) => from.join('all'));
  return { ...bare, warnings };
}

/** More than the kernel holds for one connection, by far. */
const EMISSIONS_MAX = 4_000;
const FILL = 'x'.repeat(16_000);

describe('a socket that does not read', () => {
  it('is closed by name when too much waits for it; others hear everything', async () => {
    const { url, sockets, warnings, metrics } = await inOneRoom({ shedBytes: 200_000 });
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
    const { url, sockets, warnings } = await inOneRoom({ behindBytes: 50_000, shedBytes: 400_000 });
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
