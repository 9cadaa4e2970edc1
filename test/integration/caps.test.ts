/** COMP-40.6, FAIR-11: ten competitive claims a rep and local day, and what does not count. */
import { expect, it, vi } from 'vitest';
import { HOUR, MINUTE, onBothArbiters, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };

/** Claims leads one by one; the verdicts. */
async function claimMany(race: Race, rep: RaceRep, count: number): Promise<string[]> {
  const verdicts: string[] = [];
  for (let lead = 0; lead < count; lead++) {
    const verdict = await rep.claim(await race.lead(WARM));
    verdicts.push(verdict.verdict === 'refused' ? verdict.rule : verdict.verdict);
  }
  return verdicts;
}

async function left(race: Race, rep: RaceRep): Promise<object> {
  return (await race.done<{ limits: object[] }>('GET', '/v1/me', undefined, rep)).limits[0] ?? {};
}

onBothArbiters('the daily cap', (start) => {
  it('COMP-40.6: the eleventh claim of the day is refused by name, and the first of the next day won', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Sari', { tier: 1, languages: ['en'] });
    const other = await race.rep('Budi', { tier: 1 });
    expect(await claimMany(race, rep, 10)).toEqual(Array(10).fill('won'));
    expect(await left(race, rep)).toEqual({ rule: 'dailyCap', limit: 10, used: 10, left: 0 });
    const leadId = await race.lead(WARM);
    expect(await rep.claim(leadId)).toMatchObject({
      verdict: 'refused',
      rule: 'dailyCap',
      message: "You have reached today's claim cap. It starts again tomorrow.",
    });
    // A refusal is no verdict on the offer: others may have it.
    expect(await other.claim(leadId)).toMatchObject({ verdict: 'won' });

    // 23:59:59.999 in Jakarta, then midnight.
    await race.at(Date.parse('2026-11-23T16:59:59.999Z'));
    const late = await race.lead(WARM);
    expect(await rep.claim(late)).toMatchObject({ rule: 'dailyCap' });
    await race.after(1);
    // The same offer, a day later by the rep's calendar.
    expect(await rep.claim(late)).toMatchObject({ verdict: 'won' });
    expect(await left(race, rep)).toMatchObject({ used: 1, left: 9 });
    expect(await claimMany(race, rep, 10)).toEqual([...Array(9).fill('won'), 'dailyCap']);
  });

  it('FAIR-20: how often the cap has fired is told by team, and by when the offers were opened', async () => {
    const race = await start({ policy: 'tiered' });
    const sari = await race.rep('Sari', { tier: 1, team: 'West' });
    const budi = await race.rep('Budi', { tier: 1, team: 'East' });
    await race.changeCompetition({ dailyCap: 1 });
    await claimMany(race, sari, 3);
    await claimMany(race, budi, 2);
    const twice = await race.lead(WARM);
    for (const requestId of ['one', 'two']) await sari.claim(twice, { requestId });
    const fired = (query = '') => race.done<{ items: { leadIds?: string[] }[] }>('GET', `/v1/safeguards${query}`);
    await race.after(10_000);
    await vi.waitFor(async () => {
      expect((await fired()).items).toEqual([
        { rule: 'dailyCap', team: 'West', refusals: 4, offers: 3, reps: 1, leadIds: expect.any(Array) },
        { rule: 'dailyCap', team: 'East', refusals: 1, offers: 1, reps: 1, leadIds: [expect.any(String)] },
      ]);
      expect((await fired()).items[0]?.leadIds).toContain(twice);
    });
    // The start of the first offers and the end of the last: half open, as spans are.
    expect((await fired('?from=2026-11-23T00:00:00Z&until=2026-11-23T03:00:00Z')).items).toEqual([]);
    expect((await fired('?from=2026-11-23T03:00:00Z&until=2026-11-23T03:00:01Z')).items).toHaveLength(2);
    expect(await race.call('GET', '/v1/safeguards?from=2026-01-01T00:00:00Z')).toMatchObject({ status: 400 });
  });

  it("COMP-40.6: the day is the rep's own: midnight in Jayapura is two hours earlier", async () => {
    const race = await start({ policy: 'tiered' });
    const east = await race.rep('Yosefa', { tier: 1, timeZone: 'Asia/Jayapura' });
    const west = await race.rep('Sari', { tier: 1 });
    await race.changeCompetition({ dailyCap: 1 });
    expect(await claimMany(race, east, 2)).toEqual(['won', 'dailyCap']);
    expect(await claimMany(race, west, 2)).toEqual(['won', 'dailyCap']);
    // 22:00 in Jakarta, 00:00 in Jayapura.
    await race.at(Date.parse('2026-11-23T14:59:59.999Z'));
    const leadId = await race.lead(WARM);
    expect(await east.claim(leadId)).toMatchObject({ rule: 'dailyCap' });
    await race.after(1);
    expect(await west.claim(leadId)).toMatchObject({ rule: 'dailyCap' });
    expect(await east.claim(leadId)).toMatchObject({ verdict: 'won' });
    const days = race.file.all(
      `SELECT rep_id AS rep, day FROM ownerships WHERE via = 'claim' ORDER BY started_at, rowid`,
    );
    expect(days).toEqual([
      { rep: east.id, day: '2026-11-23' },
      { rep: west.id, day: '2026-11-23' },
      { rep: east.id, day: '2026-11-24' },
    ]);
  });

  it('COMP-40.6: assigned leads still arrive at the cap, by a manager and by rotation, and count nothing', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Sari', { tier: 1 });
    await race.changeCompetition({ dailyCap: 2 });
    expect(await claimMany(race, rep, 3)).toEqual(['won', 'won', 'dailyCap']);
    const [{ leadId: open }] = rep.heard('lead:alert').slice(-1);
    await race.after(30 * MINUTE);
    expect(rep.heard('lead:assigned', open)).toMatchObject([{ via: 'rotation' }]);
    const given = await race.lead(WARM);
    await race.done('POST', `/v1/leads/${given}/assignments`, { repId: rep.id, reason: 'knows them' });
    expect(rep.heard('lead:assigned', given)).toMatchObject([{ via: 'manager' }]);
    expect(await left(race, rep)).toMatchObject({ used: 2, left: 0 });
  });

  it('FAIR-11: a released claim gives nothing back', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Sari', { tier: 1 });
    await race.changeCompetition({ dailyCap: 2 });
    expect(await claimMany(race, rep, 2)).toEqual(['won', 'won']);
    const [{ leadId }] = rep.heard('lead:alert').slice(-1);
    await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'wrong city' }, rep);
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'dailyCap' });
    expect(await left(race, rep)).toMatchObject({ used: 2, left: 0 });
  });

  it('a cap that is switched on at noon knows the morning', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    expect(await claimMany(race, rep, 3)).toEqual(['won', 'won', 'won']);
    await race.after(2 * HOUR);
    await race.changeCompetition({ dailyCap: 4 });
    expect(await claimMany(race, rep, 2)).toEqual(['won', 'dailyCap']);
  });

  it('two claims at once at the edge of the cap: one is won', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Sari', { tier: 1 });
    await race.changeCompetition({ dailyCap: 3 });
    expect(await claimMany(race, rep, 2)).toEqual(['won', 'won']);
    const leads = [await race.lead(WARM), await race.lead(WARM), await race.lead(WARM)];
    const verdicts = await Promise.all(leads.map((leadId) => rep.claim(leadId)));
    expect(verdicts.map(({ verdict }) => verdict).sort()).toEqual(['refused', 'refused', 'won']);
  });
});
