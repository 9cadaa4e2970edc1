/** What a claim, a contact, a stage and a help are worth, and when they are taken back (GAME-01 to GAME-08). */
import { expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, onBothArbiters, type Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const PREMIUM = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };

async function balanceOf(race: Race, rep: RaceRep): Promise<number> {
  const { points } = await race.done<{ points: number }>('GET', '/v1/me', undefined, rep);
  expect(points).toBe(race.file.balance(rep.id));
  return points;
}

onBothArbiters('points', (start) => {
  it('COMP-40.10: a claim 59 s and 60 s after the own alert pays 10, one after 61 s nothing', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const speeds = [59 * SECOND, 60 * SECOND, 60 * SECOND + 1, 61 * SECOND];
    for (const speedMs of speeds) {
      const leadId = await race.lead(PREMIUM);
      await race.after(speedMs);
      expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: speedMs });
    }
    expect(race.file.ledger(rep.id)).toEqual(['+10 claimWithin60s', '+10 claimWithin60s']);
    expect(await balanceOf(race, rep)).toBe(20);
    expect(rep.heard('points:awarded').map(({ points, balance }) => [points, balance])).toEqual([
      [10, 10],
      [10, 20],
    ]);
  });

  it('COMP-40.10, NOTIF-11: a rep of tier 2 is measured from its own alert, not from the release', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const other = await race.rep('Tiga', { tier: 2 });
    const quick = await race.lead(PREMIUM);
    const slow = await race.lead(PREMIUM);
    await race.at('10:15:59');
    expect(await two.claim(quick)).toMatchObject({ verdict: 'won', claimSpeedMs: 59 * SECOND });
    await race.at('10:16:01');
    expect(await other.claim(slow)).toMatchObject({ verdict: 'won', claimSpeedMs: 61 * SECOND });
    expect([await balanceOf(race, two), await balanceOf(race, other)]).toEqual([10, 0]);
    const board = await race.done<{ rows: object[] }>('GET', '/v1/leaderboards/claimSpeed');
    expect(board.rows).toEqual([
      { rank: 1, repId: two.id, name: 'Dua', value: 59_000 },
      { rank: 2, repId: other.id, name: 'Tiga', value: 61_000 },
    ]);
  });

  it('COMP-40.10: a contact 4:59 after the claim pays 25, one 5:01 after it nothing; a note is no contact', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const contacted = async (afterMs: number): Promise<number> => {
      const leadId = await race.lead(PREMIUM);
      await race.after(2 * MINUTE);
      await rep.claim(leadId);
      const before = await balanceOf(race, rep);
      await race.after(afterMs - SECOND);
      const path = `/v1/leads/${leadId}/activities`;
      expect(await race.done('POST', path, { kind: 'note' }, rep)).toMatchObject({
        firstContact: false,
      });
      await race.after(SECOND);
      expect(await race.done('POST', path, { kind: 'call' }, rep)).toMatchObject({
        firstContact: true,
      });
      // Only the first one counts, and a later one is no first contact.
      expect(await race.done('POST', path, { kind: 'call' }, rep)).toMatchObject({
        firstContact: false,
      });
      return (await balanceOf(race, rep)) - before;
    };
    const minutes = (seconds: number) => 5 * MINUTE + seconds * SECOND;
    expect(await contacted(minutes(-1))).toBe(25);
    expect(await contacted(minutes(0))).toBe(25);
    expect(await contacted(minutes(1))).toBe(0);
    expect(race.file.ledger(rep.id)).toEqual(Array(2).fill('+25 contactWithin300s'));
  });

  it('a contact that is logged late counts when it was made; one dated back by more than a minute pays nothing', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const paidFor = async (madeMs: number, loggedMs: number): Promise<object> => {
      const leadId = await race.lead(PREMIUM);
      await race.after(2 * MINUTE);
      await rep.claim(leadId);
      const claimedMs = race.nowMs;
      const before = await balanceOf(race, rep);
      await race.after(loggedMs);
      const at = new Date(claimedMs + madeMs).toISOString();
      const path = `/v1/leads/${leadId}/activities`;
      const { backDated } = await race.done('POST', path, { kind: 'call', at }, rep);
      return { backDated, paid: (await balanceOf(race, rep)) - before };
    };
    expect(await paidFor(5 * MINUTE, 6 * MINUTE)).toEqual({ backDated: false, paid: 25 });
    expect(await paidFor(5 * MINUTE, 6 * MINUTE + 1)).toEqual({ backDated: true, paid: 0 });
    // A phone's clock may be a little behind the claim; an hour behind is somebody else's call.
    expect(await paidFor(-SECOND, 10 * SECOND)).toEqual({ backDated: false, paid: 25 });
    expect(await paidFor(-HOUR, 10 * SECOND)).toEqual({ backDated: true, paid: 0 });
    const leadId = await race.lead(PREMIUM);
    await rep.claim(leadId);
    const at = new Date(race.nowMs + MINUTE).toISOString();
    const future = await race.call('POST', `/v1/leads/${leadId}/activities`, { kind: 'call', at }, rep);
    expect(future).toMatchObject({ status: 400, body: { field: 'at' } });
  });

  it('GAME-03, GAME-04: an opportunity pays 50, a won deal 200; a correction takes back what is no more', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const leadId = await race.lead(WARM);
    await race.after(2 * MINUTE);
    await rep.claim(leadId);
    const stage = (stage: string, more: object = {}) =>
      race.done('POST', `/v1/leads/${leadId}/stages`, { stage, ...more }, rep);
    const board = async (metric: string) =>
      (await race.done<{ rows: { value: number }[] }>('GET', `/v1/leaderboards/${metric}`)).rows[0]?.value;

    await stage('qualified');
    await stage('opportunity');
    expect([await board('points'), await board('opportunities')]).toEqual([50, 1]);
    await stage('qualified');
    expect([await board('points'), await board('opportunities')]).toEqual([undefined, undefined]);
    await stage('opportunity');
    await stage('won', { revenue: 12_000_000 });
    expect(race.file.status(leadId)).toBe('finished');
    expect([await board('points'), await board('revenue')]).toEqual([250, 12_000_000]);
    // Won again with another amount is no second win.
    await stage('won', { revenue: 15_000_000 });
    expect([await board('points'), await board('revenue')]).toEqual([250, 15_000_000]);
    await stage('lost', { reason: 'the budget went' });
    expect([await board('points'), await board('revenue')]).toEqual([50, undefined]);
    expect(await board('opportunities')).toBe(1);

    expect(race.file.points(rep.id).map(({ rule, points, event }) => [rule, points, event])).toEqual([
      ['opportunity', 50, 'lead.stage'],
      ['opportunity', -50, 'lead.stage'],
      ['opportunity', 50, 'lead.stage'],
      ['won', 200, 'lead.stage'],
      ['won', -200, 'lead.stage'],
    ]);
    const [first, back, , won, lost] = race.file.points(rep.id);
    expect([back?.reverses, lost?.reverses]).toEqual([first?.id, won?.id]);
    expect(rep.heard('points:awarded').at(-1)).toMatchObject({ points: -200, balance: 50 });
  });

  it('a repeated call with its Idempotency-Key moves nothing twice', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const leadId = await race.lead(WARM);
    await race.after(2 * MINUTE);
    await rep.claim(leadId);
    for (let time = 0; time < 2; time++) {
      const key = { 'idempotency-key': 'same' };
      const body = { stage: 'opportunity' };
      await race.done('POST', `/v1/leads/${leadId}/stages`, body, rep, key);
    }
    expect(race.file.ledger(rep.id)).toEqual(['+50 opportunity']);
    expect(rep.heard('points:awarded')).toHaveLength(1);
  });
});

onBothArbiters('helping a colleague', (start) => {
  async function help(race: Race, helper: RaceRep, helped: RaceRep): Promise<string> {
    const body = { colleagueId: helped.id, note: 'how to quote in dollars' };
    return (await race.done<{ id: string }>('POST', '/v1/assists', body, helper)).id;
  }
  const confirm = (race: Race, id: string, by: RaceRep) =>
    race.call('POST', `/v1/assists/${id}/confirmations`, undefined, by);

  it('GAME-05: pays the helper 5 once, when the one who was helped says so, and nobody else', async () => {
    const race = await start();
    const [sari, budi, citra] = [await race.rep('Sari'), await race.rep('Budi'), await race.rep('Citra')];
    const id = await help(race, sari, budi);
    expect(race.file.ledger(sari.id)).toEqual([]);
    for (const wrong of [citra, sari]) {
      expect(await confirm(race, id, wrong)).toMatchObject({ status: 403, body: { code: 'notHelped' } });
    }
    expect(await confirm(race, id, budi)).toMatchObject({ status: 201, body: { paid: true } });
    expect(await confirm(race, id, budi)).toMatchObject({ status: 201, body: { paid: false } });
    expect(race.file.ledger(sari.id)).toEqual(['+5 help']);
    expect(race.file.ledger(budi.id)).toEqual([]);
    expect(sari.heard('points:awarded')).toMatchObject([{ rule: 'help', points: 5, balance: 5 }]);
    const self = await race.call('POST', '/v1/assists', { colleagueId: sari.id }, sari);
    expect(self).toMatchObject({ status: 400, body: { field: 'colleagueId' } });
  });

  it('GAME-08: three helps of a pair pay in a week, whoever helped whom; the next week counts anew', async () => {
    const race = await start();
    const [sari, budi, citra] = [await race.rep('Sari'), await race.rep('Budi'), await race.rep('Citra')];
    const paid = async (helper: RaceRep, helped: RaceRep) =>
      (await confirm(race, await help(race, helper, helped), helped)).body.paid;
    expect([
      await paid(sari, budi),
      await paid(budi, sari),
      await paid(sari, budi),
      await paid(sari, budi),
      await paid(budi, sari),
      // Another pair has a count of its own.
      await paid(sari, citra),
    ]).toEqual([true, true, true, false, false, true]);
    // The first moment of next Monday in Jakarta, and the last one before it.
    await race.at(Date.parse('2026-11-29T16:59:59.999Z'));
    expect(await paid(sari, budi)).toBe(false);
    await race.after(1);
    expect(await paid(sari, budi)).toBe(true);
    expect(race.file.balance(sari.id)).toBe(20);
    expect(race.nowMs % DAY).toBe(17 * 3_600_000);
  });

  it("the points of a help count on the helper's own day", async () => {
    const race = await start();
    const east = await race.rep('Yosefa', { timeZone: 'Asia/Jayapura' });
    const west = await race.rep('Sari');
    // 23:00 in Jakarta, 01:00 of the next day in Jayapura.
    await race.at(Date.parse('2026-11-23T16:00:00.000Z'));
    await confirm(race, await help(race, east, west), west);
    await confirm(race, await help(race, west, east), east);
    const days = race.file.all('SELECT rep_id AS rep, day FROM point_entries ORDER BY id');
    expect(days).toEqual([
      { rep: east.id, day: '2026-11-24' },
      { rep: west.id, day: '2026-11-23' },
    ]);
  });
});
