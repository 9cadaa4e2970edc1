/**
 * The file is the second referee: an arbiter that is wrong (here it is told things that are not on disk)
 * grants a win, the ledger refuses it, nobody hears a name, and the offer is open as it was. An assignment
 * goes the same way: nobody hears of it before it is there.
 */
import { expect, it, vi } from 'vitest';
import type { Judgement } from '../../server/claims/arbiter.ts';
import { LedgerError } from '../../server/ledger/ledger-error.ts';
import { onBothArbiters, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const PREMIUM = { type: 'demo request' };
const NOT_STORED = { verdict: 'retry', reason: 'notStored' };

async function team(race: Race): Promise<[RaceRep, RaceRep, RaceRep]> {
  return [await race.rep('Satu', { tier: 1 }), await race.rep('Dua', { tier: 2 }), await race.rep('Tiga', { tier: 3 })];
}

/** Nothing of a win that was refused may be seen anywhere. */
function expectNoTrace(race: Race, reps: RaceRep[], leadId: string): void {
  for (const rep of reps) {
    expect(rep.heard('lead:taken', leadId)).toEqual([]);
    expect(rep.heard('points:awarded').filter((award) => award.leadId === leadId)).toEqual([]);
  }
  expect(race.file.count('SELECT count(*) FROM ownerships WHERE lead_id = ?', leadId)).toBe(0);
  expect(race.file.status(leadId)).toBe('offered');
}

const lostTo = (rep: RaceRep) => ({ verdict: 'lost', winner: { id: rep.id } });

/** Sari has won; then the offer is put up as by an arbiter that lost its memory of the win. */
async function wonAndPutUpAgain(race: Race) {
  const [sari, budi] = [await race.rep('Sari'), await race.rep('Budi')];
  const leadId = await race.lead(PREMIUM);
  const won = await sari.claim(leadId);
  const offerId = won.offerId as string;
  const { arbiter } = race.house.world;
  await arbiter.raise({ scope: 'cell' }, 'rebuilding');
  await arbiter.open({
    offerId,
    leadId,
    lanes: [{ opensAtMs: race.nowMs, repIds: [sari.id, budi.id] }],
    closesAtMs: race.nowMs + 60_000,
    limits: [],
    increments: [],
    attemptRate: null,
  });
  return { race, sari, budi, leadId, offerId, won };
}

onBothArbiters('a win the file does not agree with', (start) => {
  it('before the lane’s time is refused, and the race goes on', async () => {
    const race = await start({ policy: 'tiered' });
    const reps = await team(race);
    const [one, two] = reps;
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = one.heard('lead:alert', leadId);
    await race.at('10:14:59.999');
    await race.house.world.arbiter.admit({ offerId, lane: 1, opensAtMs: race.nowMs });
    expect(await two.claim(leadId)).toMatchObject(NOT_STORED);
    expectNoTrace(race, reps, leadId);
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'lost', winner: { id: one.id } });
  });

  it('of a rep who is not in the offer is refused', async () => {
    const race = await start({ policy: 'tiered' });
    const reps = await team(race);
    const [one, , three] = reps;
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = one.heard('lead:alert', leadId);
    const { arbiter } = race.house.world;
    await arbiter.admit({ offerId, repId: three.id, lane: 0, opensAtMs: race.nowMs });
    expect(await three.claim(leadId)).toMatchObject(NOT_STORED);
    expectNoTrace(race, reps, leadId);
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('of a rep who is on a break, or gone, is refused, though no gate is in the way', async () => {
    const race = await start();
    const [sari, budi] = [await race.rep('Sari'), await race.rep('Budi')];
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = sari.heard('lead:alert', leadId);
    for (const change of [{ status: 'break' }, { status: 'ready', active: false }]) {
      await race.patch(sari, change);
      await race.house.world.arbiter.admit({ offerId, repId: sari.id, lane: 0, opensAtMs: race.nowMs });
      const attempt = { offerId, leadId, repId: sari.id, requestId: JSON.stringify(change) };
      const judged = await race.house.world.arbiter.claim({ ...attempt, deadlineMs: race.nowMs + 1_000 });
      expect(judged).toMatchObject({ kind: 'pending', mine: true });
      await race.house.world.settlementsIdle();
      expectNoTrace(race, [sari, budi], leadId);
    }
    expect(await budi.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('past the cap is refused by the counters on file, and the arbiter’s are given back', async () => {
    const race = await start({ policy: 'tiered' });
    const reps = await team(race);
    const [one] = reps;
    const other = await race.rep('Satu B', { tier: 1 });
    await race.changeCompetition({ dailyCap: 1 });
    expect(await one.claim(await race.lead(PREMIUM))).toMatchObject({ verdict: 'won' });
    const leadId = await race.lead(PREMIUM);
    await race.house.world.arbiter.restoreCounters(one.id, {});
    expect(await one.claim(leadId)).toMatchObject(NOT_STORED);
    // Refused again, and not for what the first try had counted.
    expect(await one.claim(leadId)).toMatchObject(NOT_STORED);
    expectNoTrace(race, [...reps, other], leadId);
    expect(await other.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('of an offer that is put up a second time is refused, and the first winner told', async () => {
    const { race, sari, budi, leadId, offerId, won } = await wonAndPutUpAgain(await start());
    expect(await budi.claim(leadId, { offerId })).toMatchObject(lostTo(sari));
    expect(await sari.claim(leadId, { offerId })).toEqual(won);
    expect(race.file.count('SELECT count(*) FROM ownerships')).toBe(1);
    expect(race.file.ledger(budi.id)).toEqual([]);
  });

  it('of such an offer is settled by the file, when the disk refuses to write as well', async () => {
    const { race, sari, budi, leadId, offerId, won } = await wonAndPutUpAgain(await start());
    const { ledger } = race.house.world;
    vi.spyOn(ledger, 'write').mockRejectedValueOnce(new LedgerError('notStored', 'the disk is full'));
    expect(await budi.claim(leadId, { offerId })).toMatchObject(lostTo(sari));
    expect(await sari.claim(leadId, { offerId })).toEqual(won);
    expect(await race.house.world.arbiter.close(offerId, 'withdrawn')).toMatchObject({ kind: 'claimed' });
    expect(race.errors.splice(0)).toHaveLength(1);
  });
});

onBothArbiters('an assignment that could not be stored', (start) => {
  it('leaves the offer, and every other one, to be won', async () => {
    const race = await start({ policy: 'open' });
    const sari = await race.rep('Sari');
    const budi = await race.rep('Budi');
    const leadId = await race.lead(PREMIUM);
    const other = await race.lead(PREMIUM);
    const { ledger } = race.house.world;
    vi.spyOn(ledger, 'write').mockRejectedValueOnce(new LedgerError('notStored', 'the disk is full'));
    const body = { repId: budi.id, reason: 'hers' };
    expect((await race.app.call('POST', `/v1/leads/${leadId}/assignments`, { body })).status).toBe(503);
    expect(await sari.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(await budi.claim(leadId)).toMatchObject({ verdict: 'lost', winner: { id: sari.id } });
    expect(await budi.claim(other)).toMatchObject({ verdict: 'won' });
  });
});

onBothArbiters('an assignment on its way to the disk', (start) => {
  it('holds the offer: whoever claims waits for the commit, then hears that it is gone', async () => {
    const race = await start({ policy: 'open' });
    const sari = await race.rep('Sari');
    const budi = await race.rep('Budi');
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = sari.heard('lead:alert', leadId);
    const { ledger, arbiter } = race.house.world;
    const { write } = ledger;
    const meanwhile = { leadId, offerId, repId: sari.id, requestId: 'meanwhile', deadlineMs: Number.MAX_SAFE_INTEGER };
    const judged: Judgement[] = [];
    let claim: Promise<unknown> | undefined;
    vi.spyOn(ledger, 'write').mockImplementationOnce(async (...call: Parameters<typeof write>) => {
      claim = sari.claim(leadId, { offerId });
      judged.push(await arbiter.claim(meanwhile));
      return write(...call);
    });
    const body = { repId: budi.id, reason: 'his' };
    expect((await race.app.call('POST', `/v1/leads/${leadId}/assignments`, { body })).status).toBe(201);
    expect(judged).toMatchObject([{ kind: 'pending', mine: false }]);
    expect(await claim).toMatchObject({ verdict: 'gone', reason: 'assigned' });
    expect(await sari.claim(leadId, { offerId })).toMatchObject({ verdict: 'gone', reason: 'assigned' });
  });
});
