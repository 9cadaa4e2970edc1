/** FAIR-04, FAIR-05: of a blind lead reps see what the policy lists, and nothing else tells the rest. */
import { expect, it } from 'vitest';
import { MINUTE, onBothArbiters } from '../support/race.ts';

const COLD = { type: 'newsletter signup', company: { name: 'PT Dingin', size: 5, region: 'Bali', industry: 'retail' } };
const WARM = {
  type: 'whitepaper download',
  company: { name: 'PT Hangat', size: 900, region: 'Bali', industry: 'retail' },
};
const blind = { shareOfStandard: 1, show: ['industry', 'region', 'source', 'age'] };

onBothArbiters('blind claims', (start) => {
  it('a cold and a warm lead are the same bytes but for their ids, over sockets and HTTP, until one is won', async () => {
    const race = await start({ policy: 'tiered' });
    await race.setPolicy({ ...(await race.done('GET', '/v1/policy')), blind });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const loser = await race.rep('Tiga', { tier: 1 });
    const leads = [await race.lead(COLD), await race.lead(WARM)];
    const nameless = (value: unknown) =>
      JSON.stringify(value).replaceAll(/"(id|offerId|leadId)":("[^"]+"|[0-9]+)/g, '"$1":0');
    const same = (seen: unknown[]) => expect(nameless(seen[0])).toBe(nameless(seen[1]));
    const alerts = leads.map((leadId) => one.heard('lead:alert', leadId)[0]);
    same(alerts);
    expect(alerts[0]).toMatchObject({
      ...{ blind: true, company: { name: null, size: null }, contact: { title: null }, score: null, temperature: null },
      ...{ source: 'web form', region: 'Bali', industry: 'retail', acceptedAt: race.nowIso },
    });
    same(leads.map((leadId) => two.heard('lead:upcoming', leadId)[0]));
    const view = (leadId: string) => race.done<object>('GET', `/v1/leads/${leadId}`, undefined, one);
    same([await view(leads[0] as string), await view(leads[1] as string)]);
    expect(JSON.stringify(await view(leads[0] as string))).not.toMatch(/Dingin|temperature|score|contact/);
    const { items } = await race.done<{ items: object[] }>('GET', '/v1/leads', undefined, one);
    same(items);

    // Put up again from the file it is as blind.
    await race.restart();
    const snapshot = one.heard('pool:snapshot').at(-1);
    for (const offer of snapshot.offers) same([offer, alerts[0]]);
    expect(snapshot.offers).toHaveLength(2);
    await race.after(MINUTE);
    const won = await one.claim(leads[0] as string);
    expect(won).toMatchObject({ verdict: 'won', lead: { temperature: 'cold', company: { name: 'PT Dingin' } } });
    expect(JSON.stringify(loser.frames)).not.toMatch(/Dingin|Hangat/);
    expect(await race.done('GET', `/v1/races/${leads[0]}`)).toMatchObject({ offers: [{ blind: true }] });
  });

  it('premium leads never are, nor any where the rule is off', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const policy = await race.done('GET', '/v1/policy');
    await race.setPolicy({ ...policy, blind });
    expect(one.heard('lead:alert', await race.lead({ type: 'demo request' }))[0]).toMatchObject({ blind: false });
    await race.setPolicy({ ...policy, blind: null });
    expect(one.heard('lead:alert', await race.lead(WARM))[0]).toMatchObject({ blind: false, temperature: 'warm' });
  });
});

onBothArbiters('what a blind claim counts', (start) => {
  it('FAIR-05: a blind hot claim without credit wins, and the next open hot lead feels it', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const policy = await race.done<{ fairness: object }>('GET', '/v1/policy');
    const strict = { ...policy, fairness: { ...policy.fairness, hotPerWarm: 2, waiveIfNone: false } };
    await race.setPolicy(strict);
    const hot = { type: 'demo request' };
    for (let n = 0; n < 2; n++) await rep.claim(await race.lead(hot));
    expect(await rep.claim(await race.lead(hot))).toMatchObject({ verdict: 'refused', rule: 'hotPerWarm' });
    await race.setPolicy({ ...strict, blind: { ...blind, shareOfPremium: 1 } });
    const hidden = await race.lead(hot);
    expect(rep.heard('lead:alert', hidden)[0]).toMatchObject({ blind: true, temperature: null });
    expect(await rep.claim(hidden)).toMatchObject({ verdict: 'won', lead: { temperature: 'hot' } });
    await race.setPolicy(strict);
    // Three hot ones by now: one warm claim pays for the third, a second one for the fourth.
    await rep.claim(await race.lead(WARM));
    expect(await rep.claim(await race.lead(hot))).toMatchObject({ verdict: 'won' });
    const { limits } = await race.done<{ limits: { rule: string }[] }>('GET', '/v1/me', undefined, rep);
    expect(limits.find(({ rule }) => rule === 'hotPerWarm')).toMatchObject({ used: 4, owed: 1 });
  });

  it('FAIR-04: a lead that was hidden stays hidden when it is put up again, and one that was seen stays seen', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    const policy = await race.done('GET', '/v1/policy');
    const seen = await race.lead(WARM);
    await race.setPolicy({ ...policy, blind });
    const hidden = await race.lead(COLD);
    await rep.claim(seen);
    await rep.claim(hidden);
    for (const leadId of [seen, hidden]) {
      await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'no time' }, rep);
    }
    const blindness = (leadId: string) => other.heard('lead:alert', leadId).map((card) => card.blind);
    expect([blindness(seen), blindness(hidden)]).toEqual([
      [false, false],
      [true, true],
    ]);
    const { owners } = await race.done<{ owners: object[] }>('GET', `/v1/races/${hidden}`, undefined, other);
    expect(owners).toMatchObject([{ firstContactDueAt: null }]);
  });
});
