/** Quota bands (COMP-33 to COMP-36, COMP-38): the weekly allowance in the race, in the rotation, on the card; months. */
import { expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, onBothArbiters, Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };
/** Midnight of the Monday after the test's first day, and 06:00 on the first of December and of January, in Jakarta. */
const MONDAY = Date.parse('2026-11-29T17:00:00.000Z');
const DECEMBER = Date.parse('2026-11-30T23:00:00.000Z');
const JANUARY = Date.parse('2026-12-31T23:00:00.000Z');
const FEBRUARY = Date.parse('2027-01-31T23:00:00.000Z');

const BANDS = [
  { fromPct: 0, perWeek: 2 },
  { fromPct: 50, perWeek: 3 },
  { fromPct: 100, perWeek: 4 },
];

async function allocate(race: Race, change: object = {}): Promise<void> {
  const policy = await race.done('GET', '/v1/policy');
  await race.setPolicy({ ...policy, quotaAllocation: { bands: BANDS }, ...change });
}

const allowance = async (race: Race, rep: RaceRep) =>
  (await race.done<{ allowance: object | null }>('GET', '/v1/me', undefined, rep)).allowance;

const assign = (race: Race, leadId: string, rep: RaceRep) =>
  race.done('POST', `/v1/leads/${leadId}/assignments`, { repId: rep.id, reason: 'asked for by the customer' });

onBothArbiters('the weekly allowance', (start) => {
  it('COMP-35: counts what was claimed and what was assigned; the race refuses by name until Monday', async () => {
    const race = await start();
    const ani = await race.rep('Ani', { languages: ['en'] });
    const budi = await race.rep('Budi');
    await race.patch(ani, { quota: 1000 });
    await allocate(race);
    const before = await race.lead(WARM);
    expect(await ani.claim(before)).toMatchObject({ verdict: 'won' });
    await race.done('POST', `/v1/leads/${before}/releases`, { reason: 'not my region' }, ani);
    await assign(race, await race.lead(WARM), ani);
    expect(await allowance(race, ani)).toEqual({
      band: BANDS[0],
      attainment: null,
      quota: 1000,
      used: 2,
      left: 0,
      next: { ...BANDS[1], revenuePerMonth: 500 },
    });
    const refused = await ani.claim(await race.lead(WARM));
    expect(refused).toMatchObject({ verdict: 'refused', rule: 'weeklyAllowance' });
    expect(refused).toMatchObject({ message: expect.stringContaining('Monday') });
    // Who has no quota has no ceiling.
    for (let lead = 0; lead < 3; lead++) {
      expect(await budi.claim(await race.lead(WARM))).toMatchObject({ verdict: 'won' });
    }
    expect(await allowance(race, budi)).toBeNull();
    await race.at(MONDAY - MINUTE);
    const late = await race.lead(WARM);
    expect(await ani.claim(late)).toMatchObject({ rule: 'weeklyAllowance' });
    await race.at(MONDAY);
    // The same offer, a week later.
    expect(await ani.claim(late)).toMatchObject({ verdict: 'won' });
    expect(await allowance(race, ani)).toMatchObject({ used: 1, left: 1 });
  });

  it('COMP-35: the rotation passes over who is at the ceiling; when all are, the lead waits', async () => {
    const race = await start();
    const ani = await race.rep('Ani');
    const budi = await race.rep('Budi');
    for (const rep of [ani, budi]) await race.patch(rep, { quota: 1000 });
    await allocate(race);
    for (let lead = 0; lead < 2; lead++) {
      expect(await ani.claim(await race.lead(WARM))).toMatchObject({ verdict: 'won' });
    }
    for (let lead = 0; lead < 2; lead++) {
      await race.lead(WARM);
      await race.after(HOUR);
    }
    expect(ani.heard('lead:assigned')).toEqual([]);
    expect(budi.heard('lead:assigned')).toHaveLength(2);
    const nobodys = await race.lead(WARM);
    await race.after(31 * MINUTE);
    expect(['waiting', 'offered']).toContain(race.file.status(nobodys));
    await race.at(MONDAY + 2 * HOUR);
    expect(race.file.status(nobodys)).toBe('owned');
  });
});

onBothArbiters('closed months', (start) => {
  it('COMP-33, 34, 36: a month is closed once, its band stands until the next, and a fall is told to the manager', async () => {
    const race = await start();
    const ani = await race.rep('Ani', { team: 'West' });
    await race.patch(ani, { quota: 1000 });
    await allocate(race);
    const leadId = await race.lead(WARM);
    await ani.claim(leadId);
    await race.done('POST', `/v1/leads/${leadId}/stages`, { stage: 'won', revenue: 500 }, ani);
    await race.at(DECEMBER - 1);
    expect(await allowance(race, ani)).toMatchObject({ attainment: null, band: BANDS[0] });
    await race.restart(DAY);
    const standing = { attainment: 0.5, band: BANDS[1], next: { ...BANDS[2], revenuePerMonth: 1000 } };
    expect(await allowance(race, ani)).toMatchObject(standing);
    await race.restart(HOUR);
    expect(race.file.count('SELECT count(*) FROM quota_months')).toBe(1);
    // A bigger deal moves nothing before the month is over.
    const second = await race.lead(WARM);
    await ani.claim(second);
    await race.done('POST', `/v1/leads/${second}/stages`, { stage: 'won', revenue: 100 }, ani);
    expect(await allowance(race, ani)).toMatchObject(standing);

    // Another timer has just fired: the scheduler lies down for a moment.
    await race.at(JANUARY + SECOND);
    const manager = await race.done<{ items: object[] }>('GET', '/v1/quota-months?coaching=true');
    expect(manager).toMatchObject({
      month: '2026-12',
      items: [{ repId: ani.id, revenue: 100, attainment: 0.1, perWeek: 2, fromPerWeek: 3, coaching: true }],
    });
    const { items } = await race.done<{ items: { month: string; coaching: boolean }[] }>(
      'GET',
      `/v1/reps/${ani.id}/quota-months`,
    );
    expect(items.map(({ month, coaching }) => [month, coaching])).toEqual([
      ['2026-12', true],
      ['2026-11', false],
    ]);
    expect(race.file.count(`SELECT count(*) FROM events WHERE kind = 'quota.band' AND rep_id = ?`, ani.id)).toBe(2);
  });
});

// Months are closed by no arbiter: once is enough.
it('COMP-37: whoever falls for two months in the lowest band is told to the manager once, with the figures', async () => {
  const race = await Race.start(null);
  // Without a socket: a token lasts a month, and this takes three.
  const ani = await race.app.addRep('Ani', { team: 'West' });
  await race.done('PATCH', `/v1/reps/${ani.id}`, { quota: 1000 });
  await allocate(race);
  const earn = async (revenue: number) => {
    const leadId = await race.lead(WARM);
    const { token } = await race.done<{ token: string }>('POST', `/v1/reps/${ani.id}/tokens`, {});
    await race.done('POST', `/v1/leads/${leadId}/claims`, {}, { token });
    await race.done('POST', `/v1/leads/${leadId}/stages`, { stage: 'won', revenue }, { token });
  };
  const spirals = () =>
    race.done<{ month: string; items: object[] }>('GET', '/v1/quota-months?spiral=true').then(({ items }) => items);
  await earn(400);
  await race.restart(DECEMBER - race.nowMs + HOUR);
  await earn(300);
  await race.restart(JANUARY - race.nowMs + HOUR);
  expect(await spirals()).toEqual([]);
  await earn(200);
  // The alarm is the month's own commit: a server that was away on the first makes it when it is back, once.
  await race.restart(FEBRUARY - race.nowMs + DAY);
  await race.restart(HOUR);
  expect(await spirals()).toMatchObject([
    { repId: ani.id, month: '2027-01', revenue: 200, attainment: 0.2, spiral: [0.4, 0.3, 0.2], coaching: false },
  ]);
  expect(race.file.count(`SELECT count(*) FROM events WHERE kind = 'quota.spiral'`)).toBe(1);
  const { items } = await race.done<{ items: { spiral: unknown }[] }>('GET', `/v1/reps/${ani.id}/quota-months`);
  expect(items.map(({ spiral }) => spiral)).toEqual([[0.4, 0.3, 0.2], null, null]);
  await race.end();
});
