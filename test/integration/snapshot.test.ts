/** NOTIF-21: who connects while a lot happens ends up with what the server holds, nothing lost or left over. */
import { expect, it } from 'vitest';
import { createSambarClient, type SambarClient } from '../../client-sdk/src/sambar-client.ts';
import { repRoom } from '../../server/alerts/announcer.ts';
import { onBothArbiters, type Race } from '../support/race.ts';
import type { Frame, RaceRep } from '../support/race-rep.ts';

const PREMIUM = { type: 'demo request' };
const OPEN_OFFERS = `SELECT id FROM offers WHERE state = 'open' ORDER BY id`;

/** The plainest reading of the wire: the last snapshot, then every fact above its `upTo`. */
function poolOf(frames: Frame[]): string[] {
  const last = frames.findLastIndex(({ event }) => event === 'pool:snapshot');
  const snapshot = frames[last]?.payload as { upTo: number; offers: { offerId: string }[] };
  const pool = new Set(snapshot.offers.map(({ offerId }) => offerId));
  // In the order of their ids: what came before the snapshot may still be above it.
  const facts = frames
    .filter(({ event, payload }) => event.startsWith('lead:') && payload.id > snapshot.upTo)
    .sort((a, b) => a.payload.id - b.payload.id);
  for (const { event, payload } of facts) {
    if (event === 'lead:alert') pool.add(payload.offerId);
    if (event === 'lead:taken' || event === 'lead:withdrawn') pool.delete(payload.offerId);
  }
  return [...pool].sort();
}

const held = (race: Race) => race.file.all<{ id: string }>(OPEN_OFFERS).map(({ id }) => id);

/** What an SDK client shows once everything that was said to it has arrived. */
async function shownBy(race: Race, client: SambarClient, rep: { id: string }): Promise<string[]> {
  const fence = -1;
  const arrived = new Promise<void>((resolve) => {
    client.onPoints(({ id }) => id === fence && resolve());
  });
  race.house.world.announcer.emit('points:awarded', [repRoom(rep.id)], { id: fence } as never);
  await arrived;
  return client.pool.offers.map(({ offerId }) => offerId).sort();
}

/** Leads in, claims, releases and assignments, all at once: `between` is called as they go. */
async function burst(race: Race, racers: RaceRep[], between: () => void): Promise<void> {
  const work: Promise<unknown>[] = [];
  for (let step = 0; step < 24; step++) {
    work.push(
      (async () => {
        const leadId = await race.app.addLead(PREMIUM);
        const [first, second] = [racers[step % 2], racers[(step + 1) % 2]] as [RaceRep, RaceRep];
        if (step % 3 === 0) return;
        if (step % 8 === 1) {
          const body = { repId: first.id, reason: 'x' };
          return race.app.call('POST', `/v1/leads/${leadId}/assignments`, { body });
        }
        const won = await race.app.claimOverHttp(first.token, leadId, `claim-${step}`);
        await race.app.claimOverHttp(second.token, leadId, `claim-${step}`);
        if (won.status !== 201 || step % 8 !== 2) return won;
        const body = { reason: 'x' };
        const path = `/v1/leads/${leadId}/releases`;
        return race.app.call('POST', path, { token: first.token, body });
      })(),
    );
    // Half of what was begun is done before the next ones: connections fall between all of it.
    if (step % 4 === 3) {
      between();
      await work[step - 2];
    }
  }
  await Promise.all(work);
}

onBothArbiters('NOTIF-21: a connection in the middle of a burst', (start) => {
  it('ends with the pool the server holds, by the SDK and by the plainest reading', async () => {
    const race = await start();
    const racers = [await race.rep('Sari'), await race.rep('Budi')];
    const watcher = await race.rep('Citra');
    const clients: SambarClient[] = [];
    const coming: Promise<RaceRep>[] = [];
    await burst(race, racers, () => {
      const client = createSambarClient({ url: race.app.app.url, token: watcher.token });
      client.connect();
      clients.push(client);
      coming.push(race.device(watcher));
    });
    const devices = await Promise.all(coming);
    await race.settle();
    const truth = held(race);
    expect(truth.length).toBeGreaterThan(5);
    expect(truth.length).toBeLessThan(24);
    for (const device of [watcher, ...racers, ...devices]) {
      expect(poolOf(device.frames)).toEqual(truth);
    }
    for (const client of clients) expect(await shownBy(race, client, watcher)).toEqual(truth);
    for (const client of clients) client.close();
    expect(await watcher.ask('wall:watch', {})).toMatchObject({ poolSize: truth.length });
  });

  it('a snapshot holds the effect of every fact up to its `upTo`, and of none above', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    await race.lead(PREMIUM);
    const taken = await race.lead(PREMIUM);
    await other.claim(taken);
    const { upTo, offers } = (await rep.ask('pool:sync', {})) as {
      upTo: number;
      offers: { id: number; offerId: string }[];
    };
    expect(offers.map(({ offerId }) => offerId)).toEqual(held(race));
    expect(rep.heard('lead:taken')[0].id).toBe(upTo);
    const next = await race.lead(PREMIUM);
    expect(rep.heard('lead:alert', next)[0].id).toBeGreaterThan(upTo);
    // A card has the id its alert had: whoever has both knows that they are one.
    for (const { id, offerId } of offers) {
      expect(rep.heard('lead:alert').find((alert) => alert.offerId === offerId)?.id).toBe(id);
    }
  });

  it('after a break of the line: the pool of then, not of before', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    const [taken, stays] = [await race.lead(PREMIUM), await race.lead(PREMIUM)];
    rep.leave();
    await other.claim(taken);
    const missed = await race.lead(PREMIUM);
    await rep.connect(race.app.app.url);
    expect((await rep.pool()).map(({ leadId }) => leadId).sort()).toEqual([stays, missed].sort());
    expect(poolOf(rep.frames)).toEqual(held(race));
    expect(await rep.claim(missed)).toMatchObject({ verdict: 'won' });
  });
});
