/** FAIR-06, FAIR-07: the mix of a team's races; what is too many of its quality is given in turn. */
import { expect, it } from 'vitest';
import { onBothArbiters, type Race } from '../support/race.ts';

const HOT = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };
const COLD = { type: 'newsletter signup' };
const TEN_IN_A_ROW = { standard: 50, low: 30, high: 20, window: 10, tolerance: 10 };

interface Recorded {
  offers: { mix?: { quality: string; teams: Record<string, object> } | null }[];
  owners: { via: string; method?: string }[];
}

async function mixedRace(race: Race): Promise<void> {
  const policy = await race.done('GET', '/v1/policy');
  await race.setPolicy({ ...policy, mix: TEN_IN_A_ROW });
}

onBothArbiters('the release mix', (start) => {
  it('FAIR-06: the fourth hot lead of ten is given in turn; the record says of what there was too much, also after a restart', async () => {
    const race = await start();
    const reps = [await race.rep('Sari', { team: 'Alfa' }), await race.rep('Budi', { team: 'Alfa' })];
    await mixedRace(race);
    const raced = (leadId: string) => reps.map((rep) => rep.heard('lead:alert', leadId).length);
    for (let n = 0; n < 3; n++) expect(raced(await race.lead(HOT))).toEqual([1, 1]);
    const surplus = [await race.lead(HOT), await race.lead(HOT)];
    expect(surplus.map(raced)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    // One each: in turn.
    expect(reps.map((rep) => rep.heard('lead:assigned').length)).toEqual([1, 1]);
    expect(await race.done<Recorded>('GET', `/v1/races/${surplus[0]}`)).toMatchObject({
      offers: [],
      owners: [{ via: 'rotation', method: 'surplus' }],
    });
    const warm = await race.lead(WARM);
    const { offers } = await race.done<Recorded>('GET', `/v1/races/${warm}`);
    expect(offers[0]?.mix).toEqual({ quality: 'standard', teams: { Alfa: { standard: 1, low: 0, high: 3 } } });
    const { offers: asRead } = await race.done<Recorded>('GET', `/v1/races/${warm}`, undefined, reps[0]);
    expect(asRead[0]).not.toHaveProperty('mix');

    await race.restart();
    expect(raced(await race.lead(HOT))).toEqual([0, 0]);
    expect(raced(await race.lead(COLD))).toEqual([1, 1]);
  });

  it('COMP-19, FAIR-13: a premium lead too many goes in turn to those who would have raced, and to no tier 3 and no shadow', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1, hiredOn: '2020-01-01' });
    const three = await race.rep('Tiga', { tier: 3, hiredOn: '2020-01-01' });
    const shadow = await race.rep('Baru', { tier: 2, hiredOn: '2026-11-20' });
    await mixedRace(race);
    for (let n = 0; n < 5; n++) await race.lead(HOT);
    expect([one, three, shadow].map((rep) => rep.heard('lead:assigned').length)).toEqual([2, 0, 0]);
  });

  it('a team of its own has a mix of its own, and a lead sent twice counts once', async () => {
    const race = await start();
    const east = await race.rep('Sari', { team: 'East' });
    const west = await race.rep('Budi', { team: 'West' });
    const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
    const to = (team: string) => ({
      ...{ name: team, when: { field: 'region', in: [team] }, target: { teams: [team] }, method: 'race' },
    });
    await race.setPolicy({
      ...policy,
      mix: TEN_IN_A_ROW,
      routing: { ...policy.routing, rules: [to('East'), to('West')] },
    });
    const lead = (region: string, externalId: string) =>
      race.lead({ ...HOT, externalId, company: { name: 'PT Mutu', region } });
    for (const n of [1, 2, 2, 2, 3]) await lead('East', `east ${n}`);
    expect(east.heard('lead:alert')).toHaveLength(3);
    await lead('East', 'east 4');
    expect([east.heard('lead:alert').length, east.heard('lead:assigned').length]).toEqual([3, 1]);
    await lead('West', 'west 1');
    expect(west.heard('lead:alert')).toHaveLength(1);
  });

  it('FAIR-07: the shares are published, in both languages', async () => {
    const race = await start();
    const rep = await race.rep('Sari', { languages: ['en'] });
    await mixedRace(race);
    expect(await race.done('GET', '/v1/policy', undefined, rep)).toMatchObject({ mix: TEN_IN_A_ROW });
    const { sections } = await race.done<{ sections: { section: string; lines: string[] }[] }>(
      ...(['GET', '/v1/policy/words', undefined, rep] as const),
    );
    expect(sections.find(({ section }) => section === 'mix')?.lines[0]).toBe(
      'Of any 10 leads in a row that a team races for, 50% are standard, 30% low and 20% high, at most 10 points off.',
    );
  });
});
