/** COMP-40.7, FAIR-08 to FAIR-10: the half hour in which a rep sees new leads first. */
import { expect, it } from 'vitest';
import { clockTime, onBothArbiters, type Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };
const at = (text: string) => new Date(clockTime(text)).toISOString();
const window = (from: string, to: string) => ({ opensAt: at(from), endsAt: at(to) });

interface Schedule {
  items: { repId: string; name: string | null; opensAt: string; endsAt: string }[];
}

/** A team of six, of whom the last has 10:00 to 10:30 on this Monday. */
async function sixReps(race: Race): Promise<{ one: RaceRep; two: RaceRep; holder: RaceRep }> {
  const one = await race.rep('Satu', { tier: 1 });
  const two = await race.rep('Dua', { tier: 2 });
  for (const name of ['Tiga', 'Empat', 'Lima']) await race.rep(name, { tier: 3 });
  return { one, two, holder: await race.rep('Enam', { tier: 1 }) };
}

onBothArbiters('priority windows', (start) => {
  it('COMP-40.7: released at 10:29:30: the holder at once, tier 1 at 10:34:30, tier 2 at 10:49:30; at 10:30:00 no head start', async () => {
    const race = await start({ policy: 'fair-mix' });
    const { one, two, holder } = await sixReps(race);
    await race.at('10:29:30');
    const first = await race.lead(WARM);
    expect(holder.heard('lead:alert', first)[0]).toMatchObject({ opensAt: at('10:29:30') });
    expect(one.heard('lead:upcoming', first)[0].opensAt).toBe(at('10:34:30'));
    expect(two.heard('lead:upcoming', first)[0].opensAt).toBe(at('10:49:30'));

    await race.at('10:30:00');
    const second = await race.lead(WARM);
    expect(one.heard('lead:alert', second)[0]).toMatchObject({ opensAt: at('10:30:00') });
    expect(two.heard('lead:upcoming', second)[0].opensAt).toBe(at('10:45:00'));

    await race.at('10:34:29.999');
    expect(await one.claim(first)).toMatchObject({ verdict: 'early', opensInMs: 1 });
    await race.at('10:34:30');
    expect(one.heard('lead:alert', first)).toHaveLength(1);
    await race.at('10:49:29.999');
    expect(await two.claim(first)).toMatchObject({ verdict: 'early', opensInMs: 1 });
    await race.at('10:49:30');
    expect(await two.claim(first)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
  });

  it('FAIR-09: while the holder is on a break nobody waits; who joins meanwhile waits the five minutes', async () => {
    const race = await start({ policy: 'fair-mix' });
    const { one, holder } = await sixReps(race);
    const held = await race.lead(WARM);
    const late = await race.rep('Tujuh', { tier: 1 });
    expect(await late.claim(held)).toMatchObject({ verdict: 'early', opensAt: at('10:05:00') });
    await race.patch(holder, { status: 'break' });
    // COMP-28: nobody is left in the open lane.
    expect(one.heard('lead:alert', held)).toHaveLength(1);
    const free = await race.lead(WARM);
    expect(one.heard('lead:alert', free)[0]).toMatchObject({ opensAt: at('10:00:00') });
  });

  it('FAIR-10: the schedule is known ahead, stays when others come and go, and is the same after a restart', async () => {
    const race = await start({ policy: 'fair-mix' });
    const { one, holder } = await sixReps(race);
    const mine = async (rep: RaceRep) =>
      (await race.done<{ priorityWindow: unknown }>('GET', '/v1/me', undefined, rep)).priorityWindow;
    const scheduled = (day?: string, by?: RaceRep) =>
      race.done<Schedule>('GET', `/v1/priority-windows${day === undefined ? '' : `?day=${day}`}`, undefined, by);
    expect(await mine(holder)).toEqual(window('10:00', '10:30'));
    expect(await mine(one)).toEqual(window('15:30', '16:00'));
    const today = await scheduled();
    expect(today.items).toHaveLength(6);
    expect(today.items[2]).toMatchObject({ repId: holder.id, name: 'Enam', ...window('10:00', '10:30') });
    expect(await scheduled('2026-11-23', one)).toEqual(today);
    expect((await scheduled('2026-11-28')).items).toEqual([]);

    await race.patch(one, { active: false });
    await race.rep('Tujuh', { tier: 1 });
    await race.restart();
    expect(await mine(holder)).toEqual(window('10:00', '10:30'));
    const left = (await scheduled()).items.filter(({ name }) => name !== 'Tujuh');
    expect(left).toEqual(today.items.filter(({ repId }) => repId !== one.id));
    expect(await race.call('GET', '/v1/priority-windows?team=East', undefined, holder)).toMatchObject({ status: 403 });
  });

  it('FAIR-10: a reminder five minutes before, once, also when the server was started again in between', async () => {
    const race = await start({ policy: 'fair-mix' });
    const { two, one } = await sixReps(race);
    expect(await race.done('GET', '/v1/me', undefined, two)).toMatchObject({
      priorityWindow: window('16:00', '16:30'),
    });
    const tiga = race.reps[2] as RaceRep;
    const scheduled = async () =>
      (await race.done<Schedule>('GET', '/v1/priority-windows?day=2026-11-23')).items.map(({ name }) => name);
    expect(await scheduled()).toContain('Tiga');
    // Away from half past four on: the whole of the last slot.
    await race.done('POST', `/v1/reps/${tiga.id}/time-off`, { from: at('16:30:00'), until: at('17:00:00') });
    expect(await scheduled()).not.toContain('Tiga');
    const next = await race.done<{ priorityWindow: { opensAt: string } }>('GET', '/v1/me', undefined, tiga);
    expect(Date.parse(next.priorityWindow.opensAt)).toBeGreaterThan(clockTime('17:00'));
    await race.at('15:24:59.999');
    expect(one.heard('priority:soon')).toEqual([]);
    await race.at('15:25:00');
    expect(one.heard('priority:soon')).toEqual([window('15:30', '16:00')]);
    await race.at('15:54:00');
    expect(two.heard('priority:soon')).toEqual([]);
    await race.restart(30 * SECOND);
    await race.at('15:57:00');
    expect(two.heard('priority:soon')).toEqual([window('16:00', '16:30')]);
    expect(one.heard('priority:soon')).toHaveLength(1);
    await race.at('16:30:00');
    expect(tiga.heard('priority:soon')).toEqual([]);
  });

  it('switched off: no window, no head start, no reminder', async () => {
    const race = await start({ policy: 'fair-mix' });
    const { one, holder } = await sixReps(race);
    const policy = await race.done('GET', '/v1/policy');
    await race.setPolicy({ ...policy, priorityWindows: null });
    expect(await race.done('GET', '/v1/me', undefined, holder)).toMatchObject({ priorityWindow: null });
    expect((await race.done<Schedule>('GET', '/v1/priority-windows')).items).toEqual([]);
    expect(one.heard('lead:alert', await race.lead(WARM))).toHaveLength(1);
    await race.at('15:30:00');
    expect(one.heard('priority:soon')).toEqual([]);
  });
});
