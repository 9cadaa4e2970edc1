/** Threat: sockets, frames or sign-ins without end. Each bound at its edge: the last that is taken, and the next. */
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startApp } from '../support/app.ts';
import { bareSockets } from '../support/bare-sockets.ts';
import { ask, closeSockets, connected, disconnected, refusalOf, signedIn } from '../support/raw-socket.ts';

const FRAMES_OF_A_SOCKET_MAX = 1_000;
const TOKEN_LENGTH_MAX = 400;

afterEach(closeSockets);

describe('sockets of a process', () => {
  it.each(['websocket', 'polling'] as const)(
    'beyond their number are refused before the upgrade, and one that goes makes room: %s',
    async (transport) => {
      await using bare = await bareSockets({ limits: { socketsMax: 3 } });
      const transports = [transport];
      const open = (token: string) => connected(bare.url, { auth: { token }, transports });
      const [first] = [await open('a'), await open('b'), await open('c')];
      expect(await refusalOf(bare.url, { auth: { token: 'd' }, transports })).not.toBeNull();
      expect(bare.sockets.count()).toBe(3);
      expect(await bare.metrics.text()).toContain('sambar_shed_total{what="handshake",reason="tooManySockets"} 1');
      first?.close();
      await expect.poll(bare.sockets.count).toBe(2);
      expect((await open('d')).connected).toBe(true);
    },
  );
});

describe('frames of one socket', () => {
  it(`under way are ${FRAMES_OF_A_SOCKET_MAX}; the next hears so at once, other sockets are served, answers make room`, async () => {
    await using bare = await bareSockets();
    const waiting: ((answer: unknown) => void)[] = [];
    bare.sockets.on('slow', {
      schema: z.object({}),
      allow: ['rep'],
      handle: () => new Promise((resolve) => void waiting.push(resolve)),
    });
    bare.sockets.on('quick', { schema: z.object({}), allow: ['rep'], handle: () => ({ ok: true }) });
    const [greedy, other] = [await signedIn(bare.url, 'greedy'), await signedIn(bare.url, 'other')];
    const slow = Array.from({ length: FRAMES_OF_A_SOCKET_MAX }, () => ask(greedy, 'slow', {}));
    const next = await ask(greedy, 'quick', {});
    expect(next.error?.code).toBe('tooManyFrames');
    expect(waiting).toHaveLength(FRAMES_OF_A_SOCKET_MAX);
    expect(await ask(other, 'quick', {})).toEqual({ ok: true });
    expect(await bare.metrics.text()).toContain('sambar_bad_input_total{where="socket",code="tooManyFrames"} 1');
    waiting[0]?.({ ok: true });
    await slow[0];
    expect(await ask(greedy, 'quick', {})).toEqual({ ok: true });
    for (const answer of waiting) answer({ ok: true });
    await Promise.all(slow);
  });
});

describe('a token', () => {
  it(`of ${TOKEN_LENGTH_MAX} characters is looked up; one longer never is`, async () => {
    const seen: number[] = [];
    await using bare = await bareSockets({
      authenticate(token) {
        seen.push(token.length);
        return null;
      },
    });
    for (const length of [TOKEN_LENGTH_MAX, TOKEN_LENGTH_MAX + 1, 100_000]) {
      const refusal = await refusalOf(bare.url, { auth: { token: 'x'.repeat(length) } });
      expect(refusal?.data?.code).toBe('tokenInvalid');
    }
    expect(seen).toEqual([TOKEN_LENGTH_MAX]);
  });

  it('in a header is as long at most, and 401 either way', async () => {
    await using app = await startApp();
    const me = (length: number) => app.call('GET', '/v1/me', { token: 'x'.repeat(length) });
    expect((await me(TOKEN_LENGTH_MAX)).body.code).toBe('tokenInvalid');
    expect((await me(TOKEN_LENGTH_MAX + 1)).body.code).toBe('signInNeeded');
  });

  it('that cannot be looked up now is not refused: come back in a second', async () => {
    await using bare = await bareSockets({ authenticate: () => Promise.reject(new Error('away')) });
    const refusal = await refusalOf(bare.url, { auth: { token: 'good' } });
    expect(refusal?.data).toMatchObject({ code: 'away', retryAfterMs: 1_000 });
  });
});

describe('a frame that is not read', () => {
  it('above 1 MB is never in memory whole: its connection is closed', async () => {
    await using bare = await bareSockets();
    const events: number[] = [];
    bare.sockets.on('any', { schema: z.unknown(), allow: ['rep'], handle: () => void events.push(1) });
    const socket = await signedIn(bare.url, 'large');
    const closed = disconnected(socket);
    socket.emit('any', 'x'.repeat(1_000_001));
    expect(await closed).toMatch(/^transport/);
    expect(events).toEqual([]);
  });
});
