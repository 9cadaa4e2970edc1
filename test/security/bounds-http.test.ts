/** Threat: one caller that takes a server's connections, by heads and bodies that never end. Each bound at its edge. */
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { createAddresses } from '../../server/platform/addresses.ts';
import { createDoor } from '../../server/platform/door.ts';
import { BODY_BYTES_MAX, createHttp, type Http, type HttpPatience } from '../../server/platform/http.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';

/** What Node reads of a head: its own default, which nothing here may widen. */
const HEAD_BYTES_MAX = 16 * 1024;
/** Slow is what takes longer than this here. */
const HURRIED: HttpPatience = { headMs: 200, requestMs: 400, lookEveryMs: 50 };
const JSON_POST = 'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';

let app: Http | null = null;
const metrics = createMetrics({ processMetrics: false });

afterEach(async () => {
  app?.server.closeAllConnections();
  await app?.close();
  app = null;
});

/** HTTP alone, with one route that answers what it was sent. */
async function listening(patience?: HttpPatience): Promise<number> {
  const clock = createSystemClock();
  const limits = { failedSignInsPerMinute: 10, leadsPerMinute: 10, socketsPerAddress: 10 };
  app = createHttp({
    log: createLog('silent'),
    metrics,
    authenticate: () => null,
    door: createDoor(limits, { clock, addresses: createAddresses({ trustedProxies: [] }) }),
    version: '0',
    ...(patience && { patience }),
  });
  app.post('/echo', async ({ body }) => body);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}

/** Writes what there is, and answers everything that came back until the server closed the connection. */
function dialogue(port: number, ...parts: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(parts.join('')));
    socket.on('data', (chunk) => {
      heard += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });
}

async function counted(code: string): Promise<number> {
  const label = `sambar_bad_input_total{where="http",code="${code}"}`;
  const line = (await metrics.text()).split('\n').find((one) => one.startsWith(label));
  return line === undefined ? 0 : Number(line.split(' ').at(-1));
}

describe('a slow sender', () => {
  it.each([
    ['a head without an end', ['GET /livez HTTP/1.1\r\nhost: a\r\n', 'x-a: 1\r\n']],
    ['half a request line', ['GET /li']],
    ['nothing at all', []],
    ['a body without an end', [`${JSON_POST}content-length: 10\r\n\r\n`, '{"a"']],
  ])('%s: 408, a problem, and the connection is closed', async (_, parts) => {
    const port = await listening(HURRIED);
    const before = await counted('tooSlow');
    const answer = await dialogue(port, ...parts);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\ncontent-type: application\/problem\+json/);
    expect(answer).toContain('"code":"tooSlow"');
    expect(await counted('tooSlow')).toBe(before + 1);
  });

  it('in production has ten seconds for a head and thirty for all of it, and is looked for every two', async () => {
    await listening();
    const { headersTimeout, requestTimeout, maxConnections } = app?.server ?? expect.fail();
    expect([headersTimeout, requestTimeout, maxConnections]).toEqual([10_000, 30_000, 12_000]);
  });
});

describe('a large head', () => {
  /** A request whose head, as Node counts it, is all of this many bytes. */
  const headOf = (bytes: number) => {
    const frame = 'GET /none HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-pad: \r\n\r\n';
    return frame.replace('x-pad: ', `x-pad: ${'x'.repeat(bytes - frame.length)}`);
  };

  it('of nearly 16 KiB is read; of 16 KiB is 431, and so is a megabyte', async () => {
    const port = await listening();
    expect(await dialogue(port, headOf(HEAD_BYTES_MAX - 64))).toMatch(/^HTTP\/1\.1 404 /);
    for (const bytes of [HEAD_BYTES_MAX + 64, 1_048_576]) {
      const answer = await dialogue(port, headOf(bytes)).catch((error: NodeJS.ErrnoException) => error.code ?? '');
      // Who goes on writing into a closed connection may be reset before it has read its answer.
      expect(answer).toMatch(/^HTTP\/1\.1 431 |^ECONNRESET$|^EPIPE$/);
    }
    expect(await counted('headersTooLarge')).toBe(2);
  });

  it('of many small lines is as large', async () => {
    const port = await listening();
    const lines = Array.from({ length: 1_500 }, (_, n) => `x-${n}: yyyyyyyy\r\n`).join('');
    expect(await dialogue(port, `GET /none HTTP/1.1\r\nhost: a\r\n${lines}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('a body', () => {
  const post = (port: number, body: string, more: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...more },
      body,
    });
  const padded = (bytes: number) => '{"a":1}'.padEnd(bytes, ' ');

  it('of 64 KiB is read and of a byte more is not, also when it does not say how long it is', async () => {
    const port = await listening();
    expect((await post(port, padded(BODY_BYTES_MAX))).status).toBe(200);
    expect((await post(port, padded(BODY_BYTES_MAX + 1))).status).toBe(413);
    const chunk = 'x'.repeat(BODY_BYTES_MAX + 1);
    const head = `${JSON_POST}transfer-encoding: chunked\r\nconnection: close\r\n\r\n`;
    const answer = await dialogue(port, `${head}${chunk.length.toString(16)}\r\n${chunk}\r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('that is packed is not unpacked: a bomb is no JSON', async () => {
    const port = await listening();
    expect((await post(port, padded(100), { 'content-encoding': 'gzip' })).status).toBe(200);
    expect((await post(port, '\u001f\u008b garbage', { 'content-encoding': 'gzip' })).status).toBe(400);
  });
});
