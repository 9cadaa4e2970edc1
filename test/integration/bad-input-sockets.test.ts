/** What nobody should send on a socket: each is answered, counted, and ends nothing. */

import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cast, startCast } from '../support/cast.ts';
import { ask, closeSockets, disconnected, type FrameAnswer, signedIn } from '../support/raw-socket.ts';
import { rowCounts } from '../support/tables.ts';

const FRAME_BYTES_MAX = 16_384;
let cast: Cast;
let leadId: string;

beforeAll(async () => {
  cast = await startCast();
  leadId = await cast.app.addLead();
});

afterEach(closeSockets);

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

const mine = () => signedIn(cast.app.app.url, cast.a1.token);
const deep = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

async function counted(code: string): Promise<number> {
  const { body } = await cast.app.call<string>('GET', '/metrics', { token: null });
  const label = `sambar_bad_input_total{where="socket",code="${code}"}`;
  const line = body.split('\n').find((one) => one.startsWith(label));
  return line === undefined ? 0 : Number(line.split(' ').at(-1));
}

/** Holds that it was refused, counted, left no row, and that the same socket is served on. */
async function refused(
  socket: Socket,
  work: () => Promise<FrameAnswer>,
  expected: { code: string; field?: string },
): Promise<void> {
  const rows = rowCounts(cast.app.databaseFile);
  const before = await counted(expected.code);
  const answer = await work();
  expect(answer).toEqual({ error: { message: expect.stringMatching(/\w/), ...expected } });
  expect(await counted(expected.code)).toBe(before + 1);
  expect(rowCounts(cast.app.databaseFile)).toEqual(rows);
  expect((await ask(socket, 'pool:sync', {})).error).toBeUndefined();
}

describe('a frame', () => {
  const claim = (more: Record<string, unknown>) => ({ leadId: 'lead_1', requestId: 'r', ...more });

  it.each<[string, string, unknown, string]>([
    ['null', 'lead:claim', null, 'payload'],
    ['a text', 'lead:claim', 'lead_1', 'payload'],
    ['an array', 'lead:claim', ['lead_1'], 'payload'],
    ['nothing in it', 'lead:claim', {}, 'leadId'],
    ['no requestId', 'lead:claim', { leadId: 'lead_1' }, 'requestId'],
    ['the rep in it', 'lead:claim', claim({ repId: 'rep_2' }), 'repId'],
    ['a __proto__', 'lead:claim', claim(JSON.parse('{"__proto__":{"a":1}}')), '__proto__'],
    ['a constructor', 'lead:claim', claim({ constructor: { prototype: {} } }), 'constructor'],
    ['an object for an id', 'lead:claim', claim({ leadId: { $ne: 1 } }), 'leadId'],
    ['an array for an id', 'lead:claim', claim({ leadId: ['lead_1'] }), 'leadId'],
    ['a NUL', 'lead:claim', claim({ leadId: 'a\u0000' }), 'leadId'],
    ['half a character', 'lead:claim', claim({ leadId: '\ud800' }), 'leadId'],
    ['an emoji for an id', 'lead:claim', claim({ offerId: '👍' }), 'offerId'],
    ['a long requestId', 'lead:claim', claim({ requestId: 'x'.repeat(101) }), 'requestId'],
    ['a space in it', 'lead:claim', claim({ requestId: 'a b' }), 'requestId'],
    ['a number', 'lead:claim', claim({ requestId: 7 }), 'requestId'],
    ['deep nesting', 'lead:claim', claim({ leadId: deep(3_000) }), 'leadId'],
    ['deep nesting alone', 'lead:claim', deep(3_000), 'payload'],
    ['too many receipts', 'lead:delivered', { offerIds: Array(201).fill('o') }, 'offerIds'],
    ['no receipts', 'lead:delivered', { offerIds: [] }, 'offerIds'],
    ['a receipt of nothing', 'lead:seen', { leadId: 'lead_1' }, 'offerId'],
    ['a board that is none', 'board:watch', { board: 'luck', period: 'week' }, 'board'],
    ['a top beyond all', 'board:watch', { board: 'points', period: 'week', top: 2 ** 53 }, 'top'],
    ['a stream that is none', 'board:unwatch', { stream: 5 }, 'stream'],
    ['more than asked', 'pool:sync', { since: 1 }, 'since'],
    ['binary', 'lead:claim', claim({ leadId: Buffer.from('lead_1') }), 'leadId'],
  ])('with %s (%s) is refused by name', async (_, event, payload, field) => {
    const socket = await mine();
    await refused(socket, () => ask(socket, event, payload), { code: 'validation', field });
  });

  it.each(['lead:steal', 'constructor', '__proto__', 'hasOwnProperty', '', 'x'.repeat(5_000)])(
    'of an event that is none (%j) is refused',
    async (event) => {
      const socket = await mine();
      await refused(socket, () => ask(socket, event, {}), { code: 'unknownEvent' });
    },
  );

  it('without an ack is counted all the same', async () => {
    const socket = await mine();
    const before = await counted('validation');
    socket.emit('lead:claim', { leadId: 1 });
    await ask(socket, 'pool:sync', {});
    expect(await counted('validation')).toBe(before + 1);
    // A good claim without an ack counts too: the verdict has nowhere to go, the win stands.
    const own = await cast.app.addLead();
    socket.emit('lead:claim', { leadId: own, requestId: 'silent' });
    await ask(socket, 'pool:sync', {});
    const again = await ask(socket, 'lead:claim', { leadId: own, requestId: 'silent' });
    expect(again.verdict).toBe('won');
  });

  it.each([[undefined], [null], [{}]])('of pool:sync with %j for a payload is fine', async (payload) => {
    const socket = await mine();
    expect(await ask(socket, 'pool:sync', payload)).toMatchObject({ upTo: expect.any(Number) });
    expect(await ask(socket, 'pool:sync')).toMatchObject({ upTo: expect.any(Number) });
  });

  it('of a lead that is none is an error with a code, over and over the same', async () => {
    const socket = await mine();
    const guess = { leadId: 'lead_none', requestId: 'r9' };
    await refused(socket, () => ask(socket, 'lead:claim', guess), {
      code: 'unknownLead',
      field: 'leadId',
    });
  });
});

describe('size', () => {
  /** A frame of exactly so many bytes on the wire, and nothing that could be read in it. */
  function payloadOf(bytes: number): Record<string, string> {
    const empty = Buffer.byteLength(`20${JSON.stringify(['lead:claim', { pad: '' }])}`);
    return { pad: 'x'.repeat(bytes - empty) };
  }

  it('a frame of exactly 16 KiB is read, one byte more is not', async () => {
    const fits = await mine();
    const answer = await ask(fits, 'lead:claim', payloadOf(FRAME_BYTES_MAX));
    expect(answer.error?.code).toBe('validation');
    const over = await mine();
    await refused(over, () => ask(over, 'lead:claim', payloadOf(FRAME_BYTES_MAX + 1)), {
      code: 'tooLarge',
    });
  });

  it('bytes are counted, not characters', async () => {
    const socket = await mine();
    await refused(socket, () => ask(socket, 'lead:claim', { pad: '€'.repeat(6_000) }), {
      code: 'tooLarge',
    });
  });

  it.each([200 * 1024, 999_000])('a frame of %i bytes is answered', async (bytes) => {
    const socket = await mine();
    await refused(socket, () => ask(socket, 'lead:claim', payloadOf(bytes)), { code: 'tooLarge' });
  });

  it('binary counts too', async () => {
    const socket = await mine();
    const bytes = Buffer.alloc(200 * 1024);
    await refused(socket, () => ask(socket, 'lead:claim', { leadId: bytes }), { code: 'tooLarge' });
  });

  it('a frame of 1 MiB and a byte closes its connection, is counted, and nothing else', async () => {
    const [socket, other] = [await mine(), await mine()];
    const before = await counted('tooLarge');
    const closed = disconnected(socket);
    socket.emit('lead:claim', { pad: 'x'.repeat(1_048_577) });
    expect(await closed).toMatch(/^transport/);
    expect((await ask(other, 'pool:sync', {})).error).toBeUndefined();
    expect(await counted('tooLarge')).toBe(before + 1);
  });
});

/** The polling transport by hand: packets as text, several in one request, or no packets at all. */
describe('bare packets', () => {
  async function shakeHands() {
    const base = `${cast.app.app.url}/socket.io/?EIO=4&transport=polling`;
    const hello = await (await fetch(base)).text();
    const { sid } = JSON.parse(hello.slice(1)) as { sid: string };
    const at = `${base}&sid=${sid}`;
    const send = (text: string) => fetch(at, { method: 'POST', body: text });
    const receive = async () => (await (await fetch(at)).text()).split('\x1e');
    await send(`40${JSON.stringify({ token: cast.a1.token })}`);
    const greeting = await receive();
    expect(greeting[0]).toMatch(/^40\{/);
    return { send, receive, at };
  }

  it('a large frame and a small one in one request are judged each by its own size', async () => {
    const { send, receive } = await shakeHands();
    const large = `421["pool:sync",{"pad":"${'x'.repeat(20_000)}"}]`;
    const small = '422["pool:sync",{}]';
    await send([large, small, large.replace('421', '423')].join('\x1e'));
    const answers: string[] = [];
    while (answers.filter((packet) => packet.startsWith('43')).length < 3) {
      answers.push(...(await receive()));
    }
    const find = (id: number) => answers.find((packet) => packet.startsWith(`43${id}[`)) ?? '';
    expect(find(1)).toContain('"code":"tooLarge"');
    expect(find(2)).toContain('"upTo"');
    expect(find(3)).toContain('"code":"tooLarge"');
  });

  it('a frame of 200 KiB of brackets is answered', async () => {
    const { send, receive } = await shakeHands();
    await send(`421["lead:claim",${'['.repeat(100_000)}${']'.repeat(100_000)}]`);
    const answers: string[] = [];
    while (!answers.some((packet) => packet.startsWith('431['))) answers.push(...(await receive()));
    expect(answers.at(-1)).toContain('"code":"tooLarge"');
  });

  it.each([
    ['broken JSON', '42["lead:claim",{'],
    ['no event', '42{}'],
    ['a reserved event', '42["disconnect"]'],
    ['an unknown packet', '49'],
    ['an ack nobody waits for', '4399999999999999999999[1]'],
    ['a huge ack id', '4299999999999999999999["pool:sync",{}]'],
    ['attachments that never come', '4599999-["lead:claim",{}]'],
    ['another namespace', '42/admin,["lead:claim",{}]'],
    ['a second sign-in', '40{"token":"x"}'],
    ['deep nesting', `42["lead:claim",${'['.repeat(7_000)}${']'.repeat(7_000)}]`],
    ['deeper nesting', `42${'['.repeat(400_000)}`],
  ])('(%s) end at most their own connection', async (_, packet) => {
    const other = await mine();
    const { send } = await shakeHands();
    const answer = await send(packet);
    expect(answer.status).toBeLessThan(500);
    expect((await ask(other, 'pool:sync', {})).error).toBeUndefined();
    const { status } = await cast.app.call('GET', '/livez', { token: null });
    expect(status).toBe(200);
  });

  it('that cannot be read are counted', async () => {
    const before = await counted('transport');
    const { send, receive } = await shakeHands();
    await send('42["lead:claim",{');
    await receive().catch(() => []);
    expect(await counted('transport')).toBe(before + 1);
  });

  it('and the lead that all this was about is still there to be won', async () => {
    const socket = await mine();
    const answer = await ask(socket, 'lead:claim', { leadId, requestId: 'at last' });
    expect(answer.error).toMatchObject({ code: 'validation', field: 'requestId' });
    const won = await ask(socket, 'lead:claim', { leadId, requestId: 'at-last' });
    expect(won.verdict).toBe('won');
  });
});
