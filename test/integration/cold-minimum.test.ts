/** The cold minimum in a race (FAIR-03, COMP-40.14). */
import { expect, it } from 'vitest';
import { DAY, MINUTE, onBothArbiters, TEN } from '../support/race.ts';
import { COLD, claimMany, HOT, standing, WARM, withRules } from '../support/weekly-rules.ts';

onBothArbiters('the cold minimum', (start) => {
  it('COMP-40.14: cold claims missed last week are made up before hot and warm ones', async () => {
    const race = await start();
    const rep = await race.rep('Sari', { languages: ['en'] });
    const other = await race.rep('Budi');
    await withRules(race, { coldPerWeek: 3 });
    expect(await claimMany(race, rep, COLD, 1)).toEqual(['won']);
    expect(await claimMany(race, other, COLD, 3)).toEqual(['won', 'won', 'won']);
    // In the week itself nothing is missing yet.
    expect(await claimMany(race, rep, HOT, 1)).toEqual(['won']);
    await race.at(TEN + 7 * DAY);
    const hot = await race.lead(HOT);
    expect(await rep.claim(hot)).toMatchObject({
      verdict: 'refused',
      rule: 'coldPerWeek',
      owed: 2,
      message:
        "Claim 2 cold leads you missed last week first; then hot and warm ones are open to you again. A cold claim counts once: one that made up for an earlier week is not last week's.",
    });
    expect(await claimMany(race, rep, WARM, 1)).toEqual(['coldPerWeek']);
    expect(await claimMany(race, rep, COLD, 1)).toEqual(['won']);
    expect(await rep.claim(hot)).toMatchObject({ rule: 'coldPerWeek' });
    expect(await standing(race, rep, 'coldPerWeek')).toEqual({
      rule: 'coldPerWeek',
      limit: 3,
      used: 0,
      left: 3,
      owed: 1,
      waived: false,
    });
    expect(await claimMany(race, rep, COLD, 1)).toEqual(['won']);
    expect(await standing(race, rep, 'coldPerWeek')).toMatchObject({ used: 0, left: 3, owed: 0 });
    expect(await rep.claim(hot)).toMatchObject({ verdict: 'won' });
    expect(await claimMany(race, other, HOT, 1)).toEqual(['won']);
  });

  it('FAIR-03: no more is owed than was on offer, and what was shown is known after a restart', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await withRules(race, { coldPerWeek: 3 });
    const other = await race.rep('Budi');
    expect(await claimMany(race, other, COLD, 2)).toEqual(['won', 'won']);
    await race.at(TEN + 7 * DAY);
    await race.restart(MINUTE);
    const hot = await race.lead(HOT);
    expect(await rep.claim(hot)).toMatchObject({ rule: 'coldPerWeek' });
    expect(await claimMany(race, rep, COLD, 2)).toEqual(['won', 'won']);
    expect(await rep.claim(hot)).toMatchObject({ verdict: 'won' });
  });

  it('FAIR-03: what made up for one week does not count for the next, after a restart too', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    await withRules(race, { coldPerWeek: 3 });
    // Shown to both: three a week, of which Sari claims what opens the hot ones and no more, and Budi all, in the end.
    expect(await claimMany(race, other, COLD, 3)).toEqual(['won', 'won', 'won']);
    for (const week of [1, 2]) {
      await race.at(TEN + week * 7 * DAY);
      if (week === 2) await race.restart(MINUTE);
      const hot = await race.lead(HOT);
      expect(await rep.claim(hot)).toMatchObject({ rule: 'coldPerWeek', owed: 3 });
      expect(await claimMany(race, rep, COLD, 3)).toEqual(['won', 'won', 'won']);
      expect(await rep.claim(hot)).toMatchObject({ verdict: 'won' });
      expect(await standing(race, rep, 'coldPerWeek')).toMatchObject({ used: 0, left: 3, owed: 0 });
      expect(await claimMany(race, other, COLD, week === 1 ? 3 : 6)).toEqual(Array(week === 1 ? 3 : 6).fill('won'));
      expect(await claimMany(race, other, HOT, 1)).toEqual(['won']);
    }
    // Three more are this week's own, and Sari is even.
    expect(await claimMany(race, rep, COLD, 3)).toEqual(['won', 'won', 'won']);
    await race.at(TEN + 3 * 7 * DAY);
    expect(await claimMany(race, rep, HOT, 1)).toEqual(['won']);
  });

  it('FAIR-03: days off make the minimum smaller, also when entered while the week runs or ended early', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    await withRules(race, { coldPerWeek: 3 });
    expect(await claimMany(race, other, COLD, 3)).toEqual(['won', 'won', 'won']);
    const away = (from: string, until: string) =>
      race.done<{ id: string }>('POST', `/v1/reps/${rep.id}/time-off`, { from, until });
    // Away from Tuesday to Sunday: one day of five, three fifths of a lead. Next week three days off were cut to two.
    await away('2026-11-23T17:00:00Z', '2026-11-29T17:00:00Z');
    await race.at(TEN + 7 * DAY);
    expect(await claimMany(race, rep, HOT, 1)).toEqual(['won']);
    const { id } = await away('2026-11-30T17:00:00Z', '2026-12-03T17:00:00Z');
    await race.at(Date.parse('2026-12-02T17:00:00Z'));
    await race.done('DELETE', `/v1/time-off/${id}`);
    expect(await claimMany(race, other, COLD, 3)).toEqual(['won', 'won', 'won']);
    await race.at(TEN + 14 * DAY);
    expect(await rep.claim(await race.lead(HOT))).toMatchObject({ rule: 'coldPerWeek', owed: 1 });
  });
});
