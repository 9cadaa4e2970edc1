import { describe, expect, onTestFinished, test } from 'vitest';
import type { LeadTaken, OfferCard, UpcomingCard, WallFeed } from '../../client-sdk/protocol/down.ts';
import type { ConnectionState, Pool } from '../../client-sdk/src/sambar-client.ts';
import { becomesLive, meet, OFFER, type ScriptedServer, until, WatchedClock } from './sdk-scripted-server.ts';

const TAKEN: LeadTaken = {
  id: 8,
  offerId: OFFER.offerId,
  leadId: OFFER.leadId,
  by: { id: 'rep_sari', name: 'Sari' },
  at: '2026-11-23T03:00:01.000Z',
};

function offer(number: number, id: number): OfferCard {
  return { ...OFFER, id, offerId: `offer_${number}`, leadId: `lead_${number}` };
}

function idsOf({ offers }: Pool): string[] {
  return offers.map(({ offerId }) => offerId);
}

describe('the pool over a real link', () => {
  test('alerts, their ends and a late duplicate show as the server meant them', async () => {
    const { client, socket } = await meet(onTestFinished);
    const alerts: string[] = [];
    client.onAlert(({ offerId }) => alerts.push(offerId));
    const takens: string[] = [];
    client.onTaken(({ by }) => takens.push(by.id));
    const soon: UpcomingCard = { id: 9, offerId: 'o9', leadId: 'l9', opensAt: OFFER.opensAt };
    const done = until((listener) => client.onUpcoming(listener));
    socket.emit('lead:alert', OFFER);
    socket.emit('lead:alert', OFFER);
    socket.emit('lead:alert', offer(2, 5));
    socket.emit('lead:taken', TAKEN);
    socket.emit('lead:taken', TAKEN);
    socket.emit('lead:alert', OFFER);
    socket.emit('lead:upcoming', soon);
    await done;
    expect(alerts).toEqual(['offer_1', 'offer_2']);
    expect(takens).toEqual(['rep_sari']);
    expect(client.pool).toEqual({ offers: [offer(2, 5)], upcoming: [soon] });
  });

  test('what comes before the snapshot waits for it, and what it already tells is dropped', async () => {
    const { client, socket } = await meet(onTestFinished, (server) => {
      server.snapshot = undefined;
      return undefined;
    });
    const alerts: string[] = [];
    client.onAlert(({ offerId }) => alerts.push(offerId));
    socket.emit('lead:alert', offer(3, 7));
    socket.emit('lead:alert', offer(4, 12));
    socket.emit('pool:snapshot', { upTo: 10, offers: [offer(1, 5)] });
    await until((listener) => client.onAlert(listener));
    expect(alerts).toEqual(['offer_4']);
    expect(idsOf(client.pool)).toEqual(['offer_1', 'offer_4']);
  });

  test('an assignment that was told to nobody is known by the next snapshot, once', async () => {
    const { client, socket } = await meet(onTestFinished);
    const missed: number[] = [];
    client.onOwnLeads(({ upTo }) => missed.push(upTo));
    const emptied = (upTo: number, assigned: number) => socket.emit('pool:snapshot', { upTo, offers: [], assigned });
    socket.emit('lead:assigned', { id: 20, leadId: 'lead_9', via: 'rotation', at: OFFER.opensAt });
    emptied(21, 20);
    emptied(30, 25);
    emptied(31, 25);
    const done = until((listener) => client.onAlert(listener));
    socket.emit('lead:alert', offer(3, 40));
    await done;
    expect(missed).toEqual([30]);
  });

  test('after a lost link the snapshot is the truth', async () => {
    const { server, client, socket } = await meet(onTestFinished, (script) => {
      script.snapshot = { upTo: 6, offers: [offer(1, 5), offer(2, 6)] };
      return undefined;
    });
    expect(idsOf(client.pool)).toEqual(['offer_1', 'offer_2']);
    server.snapshot = { upTo: 20, offers: [offer(2, 6), offer(7, 19)] };
    const caughtUp = until((listener) => client.onPool(listener));
    socket.conn.close();
    await caughtUp;
    expect(idsOf(client.pool)).toEqual(['offer_2', 'offer_7']);
  });

  test('no snapshot in 4 s: the client asks for one', async () => {
    const clock = new WatchedClock();
    const { server, client } = await meet(onTestFinished, (script) => {
      script.snapshot = undefined;
      return { clock };
    });
    await clock.pass(4000);
    const sync = await server.frames('pool:sync').next();
    const caughtUp = until<Pool>((listener) => client.onPool(listener));
    sync.ack?.({ upTo: 6, offers: [offer(1, 5)] });
    expect(idsOf(await caughtUp)).toEqual(['offer_1']);
  });
});

test('a screen, which has no pool, asks once and lets it be', async () => {
  const clock = new WatchedClock();
  const { server, client } = await meet(onTestFinished, (script) => {
    script.snapshot = undefined;
    return { clock };
  });
  await clock.pass(4000);
  const sync = await server.frames('pool:sync').next();
  sync.ack?.({ error: { code: 'forbidden', message: 'A screen may not do this.' } });
  // The feed comes over the same link after the refusal, so the client has heard both.
  const fed = until<WallFeed>((listener) => client.watchWall(listener).stop);
  const watch = await server.frames('wall:watch').next();
  watch.ack?.({ asOf: OFFER.sentAt, poolSize: 0, claimsToday: 0, latest: [] });
  await fed;
  clock.advance(60_000);
  // What the advance made the client ask would arrive before this.
  client.watchWall(() => {});
  await server.frames('wall:watch').next();
  expect(server.frames('pool:sync').rest).toEqual([]);
});

describe('receipts', () => {
  test('alerts of 200 ms are reported together, each offer once; seen at once', async () => {
    const clock = new WatchedClock();
    const { server, client, socket } = await meet(onTestFinished, () => ({ clock }));
    socket.emit('lead:alert', offer(1, 5));
    socket.emit('lead:alert', offer(1, 5));
    socket.emit('lead:alert', offer(2, 6));
    await until((listener) =>
      client.onAlert((card) => {
        if (card.offerId === 'offer_2') listener(card);
      }),
    );
    await clock.pass(200);
    const receipt = await server.frames('lead:delivered').next();
    expect(receipt.payload).toEqual({ offerIds: ['offer_1', 'offer_2'] });
    client.seen(OFFER);
    const seen = await server.frames('lead:seen').next();
    expect(seen.payload).toEqual({ leadId: 'lead_1', offerId: 'offer_1' });
    expect(server.frames('lead:delivered').rest).toEqual([]);
  });
});

describe('the connection', () => {
  test('says why it was refused, and does not try again', async () => {
    const states = await statesOf((server) => {
      server.refusal = { code: 'tokenExpired' };
    });
    expect(states).toEqual([{ kind: 'offline' }, { kind: 'refused', reason: 'tokenExpired' }]);
  });

  test('a draining server says when to come back', async () => {
    const clock = new WatchedClock();
    const { client, socket } = await meet(onTestFinished, () => ({ clock, random: () => 0.5 }));
    const offline = offlineAfterConnecting(client);
    socket.emit('server:draining', { reconnectAfterMs: 3000 });
    socket.disconnect(true);
    await offline;
    const live = becomesLive(client);
    await clock.pass(3000);
    await live;
  });

  test('a server that asks to come later is asked again, not taken for a refusal', async () => {
    const clock = new WatchedClock();
    const { server, client, socket } = await meet(onTestFinished, () => ({
      clock,
      random: () => 0,
    }));
    server.refusal = { code: 'ledgerAway', retryAfterMs: 5000 };
    socket.disconnect(true);
    // Half of the usual second and half of the 5 s: the jitter's lower end.
    await clock.pass(500);
    await offlineAfterConnecting(client);
    server.refusal = undefined;
    const live = becomesLive(client);
    await clock.pass(2500);
    await live;
    expect(client.state).toEqual({ kind: 'live' });
  });
});

/** The states from the moment the server closes a live socket, up to a refusal. */
async function statesOf(prepare: (server: ScriptedServer) => void): Promise<readonly ConnectionState[]> {
  const clock = new WatchedClock();
  const { server, client, socket } = await meet(onTestFinished, () => ({ clock, random: () => 0 }));
  const states: ConnectionState[] = [];
  client.onState((state) => {
    if (state.kind !== 'connecting') states.push(state);
  });
  prepare(server);
  const refused = until<void>((done) =>
    client.onState(({ kind }) => {
      if (kind === 'refused') done();
    }),
  );
  socket.disconnect(true);
  await clock.pass(500);
  await refused;
  return states;
}

function offlineAfterConnecting(client: Parameters<typeof becomesLive>[0]): Promise<void> {
  return until((done) =>
    client.onState(({ kind }) => {
      if (kind === 'offline' || kind === 'refused') done();
    }),
  );
}
