/** Ratios and capacity in a race (FAIR-01, FAIR-02, ROUTE-11, COMP-40.4, 40.5). */
import { expect, it } from 'vitest';
import { HOUR, MINUTE, onBothArbiters, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';
import { claimMany, HOT, outcome, standing, WARM, withRules } from '../support/weekly-rules.ts';

const EVERYBODY = { everybody: true };

onBothArbiters('the ratios', (start) => {
  it('COMP-40.4: the third hot claim of a week is refused until a warm one; allowed anyway if none was on offer', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Sari', { tier: 1, languages: ['en'] });
    // No warm lead this week yet: nobody owes one.
    expect(await claimMany(race, rep, HOT, 2)).toEqual(['won', 'won']);
    expect(await standing(race, rep, 'hotPerWarm')).toMatchObject({ used: 2, left: 0, owed: 1, waived: true });
    const unowed = await race.lead(HOT);
    const warm = await race.lead(WARM);
    // A warm lead is on offer now: what opens from now on asks for it, what was open does not.
    const owed = await race.lead(HOT);
    expect(await rep.claim(owed)).toMatchObject({
      verdict: 'refused',
      rule: 'hotPerWarm',
      owed: 1,
      message: 'Claim 1 warm lead first, then hot leads are open to you again.',
    });
    expect(await standing(race, rep, 'hotPerWarm')).toEqual({
      rule: 'hotPerWarm',
      limit: 2,
      used: 2,
      left: 0,
      owed: 1,
      waived: false,
    });
    // FAIR-20: how often it fired, and in whose race.
    const metrics = await race.done<string>('GET', '/metrics');
    expect(metrics).toContain('sambar_refusals_total{rule="hotPerWarm"} 1');
    expect(await rep.claim(warm)).toMatchObject({ verdict: 'won' });
    expect(await rep.claim(owed)).toMatchObject({ verdict: 'won' });
    expect(await rep.claim(unowed)).toMatchObject({ verdict: 'won' });
    expect(await claimMany(race, rep, HOT, 1)).toEqual(['hotPerWarm']);
    // Monday, 00:00 in Jakarta: a new week, in which none was on offer.
    await race.at(Date.parse('2026-11-29T17:00:00Z'));
    expect(await claimMany(race, rep, HOT, 3)).toEqual(['won', 'won', 'won']);
  });

  it('FAIR-01: two hot claims at once with credit for one: exactly one wins', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await withRules(race, { hotPerWarm: 2 });
    expect(await claimMany(race, rep, WARM, 1)).toEqual(['won']);
    expect(await claimMany(race, rep, HOT, 3)).toEqual(['won', 'won', 'won']);
    const leads = [await race.lead(HOT), await race.lead(HOT)];
    const verdicts = await Promise.all(leads.map((leadId) => rep.claim(leadId)));
    expect(verdicts.map(outcome).sort()).toEqual(['hotPerWarm', 'won']);
  });

  it('FAIR-01: a break leads round no ratio, and into nobody else’s', async () => {
    const race = await start({ policy: 'tiered' });
    const dewi = await race.rep('Dewi', { verticals: ['mining'] });
    const budi = await race.rep('Budi');
    expect(await claimMany(race, budi, HOT, 2)).toEqual(['won', 'won']);
    // Shown to Budi alone: Dewi owes no warm lead.
    await race.lead({ ...WARM, company: { name: 'Toko', industry: 'retail' } });
    expect(await claimMany(race, budi, HOT, 1)).toEqual(['hotPerWarm']);
    const openedOnBreakOf = async (rep: RaceRep) => {
      await race.patch(rep, { status: 'break' });
      const leadId = await race.lead(HOT);
      await race.patch(rep, { status: 'ready' });
      return leadId;
    };
    expect(outcome(await budi.claim(await openedOnBreakOf(budi)))).toBe('hotPerWarm');
    expect(outcome(await dewi.claim(await openedOnBreakOf(dewi)))).toBe('won');
    // Who comes when it is open, and whose rules none of its lanes has, is not in it, and is told so.
    await race.patch(dewi, { active: false });
    const owed = await race.lead(HOT);
    const late = await race.rep('Lia', { verticals: ['mining'] });
    expect(outcome(await late.claim(owed))).toBe('notInOffer');
    const { items } = await race.done<{ items: { lines: object[] }[] }>(
      'GET',
      `/v1/leads/${owed}/explanation`,
      undefined,
      late,
    );
    expect(items[0]?.lines).toMatchObject([{ reason: 'cameLate' }]);
    expect(outcome(await late.claim(await race.lead(HOT)))).toBe('won');
  });

  it('CLAIM-11: a refusal says how many are owed, and says one less after one', async () => {
    const race = await start();
    const rep = await race.rep('Sari', { languages: ['en'] });
    await withRules(race, { hotPerWarm: 2 });
    // No warm lead was on offer: six hot ones without one.
    await claimMany(race, rep, HOT, 6);
    const warm = [await race.lead(WARM), await race.lead(WARM), await race.lead(WARM)];
    const hot = await race.lead(HOT);
    for (const [before, leadId] of warm.entries()) {
      const message = ['Claim 3 warm leads first,', 'Claim 2 warm leads first,', 'Claim 1 warm lead first,'][before];
      expect(await rep.claim(hot)).toMatchObject({
        owed: 3 - before,
        message: `${message} then hot leads are open to you again.`,
      });
      expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
    }
    expect(await rep.claim(hot)).toMatchObject({ verdict: 'won' });
  });

  it('FAIR-01: a warm claim that is given back pays for nothing; a hot one stays counted', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await withRules(race, { hotPerWarm: 2 });
    const warm = await race.lead(WARM);
    await rep.claim(warm);
    const hot = await race.lead(HOT);
    expect(await rep.claim(hot)).toMatchObject({ verdict: 'won' });
    expect(await claimMany(race, rep, HOT, 1)).toEqual(['won']);
    await race.done('POST', `/v1/leads/${warm}/releases`, { reason: 'wrong city' }, rep);
    await race.done('POST', `/v1/leads/${hot}/releases`, { reason: 'wrong city' }, rep);
    expect(await claimMany(race, rep, HOT, 1)).toEqual(['hotPerWarm']);
  });

  it('COMP-40.5: the sixth claim is refused until an assigned lead is accepted; waived if there was none', async () => {
    const race = await start();
    const rep = await race.rep('Sari', { languages: ['en'] });
    const other = await race.rep('Budi');
    await withRules(race, { claimsPerAuto: 5 });
    // Nothing was assigned this week: nobody owes.
    expect(await claimMany(race, rep, WARM, 6)).toEqual(Array(6).fill('won'));
    const [first, second] = [await race.lead(WARM), await race.lead(WARM)];
    await race.patch(rep, { status: 'break' });
    await race.after(30 * MINUTE);
    expect([first, second].map((leadId) => other.heard('lead:assigned', leadId).length)).toEqual([1, 1]);
    await race.patch(rep, { status: 'ready' });
    const owed = await race.lead(WARM);
    expect(await rep.claim(owed)).toMatchObject({
      verdict: 'refused',
      rule: 'claimsPerAuto',
      message:
        'You owe 1 assigned lead: once given to you, you may claim again. Who owes is served first when leads are given out.',
    });
    expect(await standing(race, rep, 'claimsPerAuto')).toMatchObject({ used: 6, left: 0, owed: 1, waived: false });
    // Served next (COMP-23), although the other one's turn is as near.
    await race.after(30 * MINUTE);
    expect(rep.heard('lead:assigned', owed)).toMatchObject([{ via: 'rotation' }]);
    expect(await claimMany(race, rep, WARM, 4)).toEqual(['won', 'won', 'won', 'won']);
    expect(await claimMany(race, rep, WARM, 1)).toEqual(['claimsPerAuto']);
    // Declined: it pays for nothing any more.
    await race.done('POST', `/v1/leads/${owed}/releases`, { reason: 'no time' }, rep);
    expect(await claimMany(race, rep, HOT, 1)).toEqual(['claimsPerAuto']);
  });

  it('FAIR-02: what no rotation could have given a rep is not owed; what one passed by is, after a restart too', async () => {
    const race = await start();
    const ani = await race.rep('Ani', { team: 'Race' });
    const bram = await race.rep('Bram', { team: 'Push' });
    const policy = await race.done<{ fairness: object; routing: object }>('GET', '/v1/policy');
    const rules = [
      { name: 'accounts', when: { field: 'accountKnown', is: true }, method: 'accountOwner', target: EVERYBODY },
      { name: 'papua', when: { field: 'region', in: ['Papua'] }, target: { teams: ['Push'] }, method: 'roundRobin' },
      { name: 'bali', when: { field: 'region', in: ['Bali'] }, target: EVERYBODY, method: 'roundRobin' },
      { name: 'rest', target: EVERYBODY, method: 'race' },
    ].map((rule) => ({ fallback: [], ...rule }));
    await race.setPolicy({
      ...policy,
      fairness: { ...policy.fairness, claimsPerAuto: 5 },
      routing: { ...policy.routing, rules },
    });
    await race.done('PUT', '/v1/accounts', { company: 'Acme', ownerId: bram.id });
    const account = await race.lead({ ...WARM, company: { name: 'Acme' } });
    const papua = await race.lead({ ...WARM, company: { name: 'Kopi', region: 'Papua' } });
    expect([account, papua].map((leadId) => bram.heard('lead:assigned', leadId).length)).toEqual([1, 1]);
    expect(await claimMany(race, ani, WARM, 6)).toEqual(Array(6).fill('won'));
    // One rotation of both: whose turn it was not could have had it.
    for (let turns = 0; ani.heard('lead:assigned').length === 0; turns++) {
      expect(turns).toBeLessThan(2);
      await race.lead({ ...WARM, company: { name: 'Warung', region: 'Bali' } });
    }
    const next = await race.lead({ ...WARM, company: { name: 'Toko', region: 'Bali' } });
    expect(bram.heard('lead:assigned', next).length).toBe(1);
    expect(await claimMany(race, ani, WARM, 5)).toEqual(['won', 'won', 'won', 'won', 'claimsPerAuto']);
    await race.restart();
    expect(await claimMany(race, ani, WARM, 1)).toEqual(['claimsPerAuto']);
  });
});

onBothArbiters('capacity', (start) => {
  const capacity = (race: Race, maxOpenLeads: number) => race.changeCompetition({ maxOpenLeads });

  it('ROUTE-11: who holds as many leads as allowed is refused; giving back or finishing one makes room', async () => {
    const race = await start();
    const rep = await race.rep('Sari', { languages: ['en'] });
    await capacity(race, 2);
    const [first, second] = [await race.lead(WARM), await race.lead(WARM)];
    await rep.claim(first);
    await rep.claim(second);
    const third = await race.lead(WARM);
    expect(await standing(race, rep, 'maxOpenLeads')).toEqual({ rule: 'maxOpenLeads', limit: 2, used: 2, left: 0 });
    expect(await rep.claim(third)).toMatchObject({
      rule: 'maxOpenLeads',
      message: 'You hold as many open leads as allowed. Finish one or give one back first.',
    });
    await race.done('POST', `/v1/leads/${first}/stages`, { stage: 'disqualified', reason: 'a student' }, rep);
    expect(await rep.claim(third)).toMatchObject({ verdict: 'won' });
    // A correction takes the room again.
    await race.done('POST', `/v1/leads/${first}/stages`, { stage: 'qualified' }, rep);
    expect(race.file.count(`SELECT value FROM counters WHERE name = 'leads:open'`)).toBe(3);
    await race.done('POST', `/v1/leads/${second}/releases`, { reason: 'no time' }, rep);
    expect(await claimMany(race, rep, WARM, 1)).toEqual(['maxOpenLeads']);
    await race.done('POST', `/v1/leads/${third}/releases`, { reason: 'no time' }, rep);
    expect(await claimMany(race, rep, WARM, 1)).toEqual(['won']);
  });

  it('ROUTE-11: two claims at once with room for one: one is won', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await capacity(race, 1);
    const leads = [await race.lead(WARM), await race.lead(WARM)];
    const verdicts = await Promise.all(leads.map((leadId) => rep.claim(leadId)));
    expect(verdicts.map(outcome).sort()).toEqual(['maxOpenLeads', 'won']);
  });

  it('ROUTE-11: the rotation passes by, a manager does not; what was assigned counts after a restart', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await capacity(race, 1);
    const given = await race.lead(WARM);
    await race.done('POST', `/v1/leads/${given}/assignments`, { repId: rep.id, reason: 'knows them' });
    const waits = await race.lead(WARM);
    expect(await rep.claim(waits)).toMatchObject({ rule: 'maxOpenLeads' });
    await race.restart(MINUTE);
    expect(await rep.claim(waits)).toMatchObject({ rule: 'maxOpenLeads' });
    await race.after(HOUR);
    expect(race.file.status(waits)).not.toBe('owned');
    const more = await race.lead(WARM);
    await race.done('POST', `/v1/leads/${more}/assignments`, { repId: rep.id, reason: 'knows them' });
    const other = await race.rep('Budi');
    await race.done('POST', `/v1/leads/${given}/assignments`, { repId: other.id, reason: 'nearer' });
    await race.done('POST', `/v1/leads/${more}/assignments`, { repId: other.id, reason: 'nearer' });
    expect(await claimMany(race, rep, WARM, 1)).toEqual(['won']);
    expect(await claimMany(race, other, WARM, 1)).toEqual(['maxOpenLeads']);
  });

  it('COMP-28: a lane whose last rep is full by an assignment holds the next one no longer', async () => {
    const race = await start({ policy: 'tiered' });
    await capacity(race, 1);
    const best = await race.rep('Satu', { tier: 1 });
    const next = await race.rep('Dua', { tier: 2 });
    const leadId = await race.lead(WARM);
    expect(next.story(leadId)).toEqual(['lead:upcoming']);
    const given = await race.lead(WARM);
    await race.done('POST', `/v1/leads/${given}/assignments`, { repId: best.id, reason: 'knows them' });
    await race.settle();
    expect(next.heard('lead:alert', leadId)).toHaveLength(1);
    expect(await next.claim(leadId)).toMatchObject({ verdict: 'won' });
  });
});
