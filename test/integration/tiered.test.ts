/** Lanes and windows of a TIERED race, to the millisecond (COMP-16 to COMP-21). */
import { expect, it } from 'vitest';
import { clockTime, onBothArbiters } from '../support/race.ts';

const PREMIUM = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };
const COLD = { type: 'newsletter signup' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

onBothArbiters('TIERED', (start) => {
  it('COMP-40.2: premium at 10:00:00: tier 1 at once, tier 2 at 10:15:00, tier 3 never', async () => {
    const race = await start({ policy: 'tiered' });
    const [one, two, three] = [
      await race.rep('Satu', { tier: 1 }),
      await race.rep('Dua', { tier: 2 }),
      await race.rep('Tiga', { tier: 3 }),
    ];
    const leadId = await race.lead(PREMIUM);
    const [alert] = one.heard('lead:alert', leadId);
    expect(alert).toMatchObject({
      sentAt: at('10:00:00'),
      opensAt: at('10:00:00'),
      closesAt: at('10:20:00'),
      temperature: 'hot',
    });
    expect(two.story(leadId)).toEqual(['lead:upcoming']);
    expect(two.heard('lead:upcoming', leadId)[0]).toEqual({
      id: expect.any(Number),
      offerId: alert.offerId,
      leadId,
      opensAt: at('10:15:00'),
    });

    await race.at('10:14:59');
    const early = { verdict: 'early', leadId, offerId: alert.offerId, opensAt: at('10:15:00') };
    expect(await two.claim(leadId)).toEqual({ ...early, opensInMs: 1_000 });
    await race.at('10:14:59.999');
    expect(await two.claim(leadId)).toEqual({ ...early, opensInMs: 1 });
    expect(two.story(leadId)).toEqual(['lead:upcoming']);

    await race.at('10:15:00');
    expect(two.story(leadId)).toEqual(['lead:upcoming', 'lead:alert']);
    expect(two.heard('lead:alert', leadId)[0]).toMatchObject({
      sentAt: at('10:15:00'),
      opensAt: at('10:15:00'),
    });
    const refused = { verdict: 'refused', rule: 'notInOffer' };
    expect(await three.claim(leadId)).toMatchObject(refused);
    const won = await two.claim(leadId);
    expect(won).toMatchObject({ verdict: 'won', claimSpeedMs: 0, claimedAt: at('10:15:00') });
    const lost = await one.claim(leadId);
    expect(lost).toMatchObject({ verdict: 'lost', winner: { id: two.id, name: 'Dua' }, byMs: 0 });
    // Who was never in the race hears nothing of it, and not who won.
    expect(await three.claim(leadId)).toMatchObject(refused);
    expect(three.story(leadId)).toEqual([]);
  });

  it('COMP-40.3: standard: tier 2 at 10:15:00, tier 3 at 11:00:00, each alerted at its time', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const three = await race.rep('Tiga', { tier: 3 });
    const deeper = await race.rep('Tujuh', { tier: 7 });
    const leadId = await race.lead(WARM);
    expect(one.heard('lead:alert', leadId)[0]).toMatchObject({ temperature: 'warm' });
    // The last lane has the clear time of a warm lead, half an hour.
    expect(one.heard('lead:alert', leadId)[0].closesAt).toBe(at('11:30:00'));

    await race.at('10:14:59.999');
    expect(two.heard('lead:alert')).toEqual([]);
    await race.at('10:15:00');
    expect(two.heard('lead:alert', leadId)[0]).toMatchObject({ sentAt: at('10:15:00') });
    await race.at('10:59:59.999');
    expect(three.story(leadId)).toEqual(['lead:upcoming']);
    expect(await three.claim(leadId)).toMatchObject({ verdict: 'early', opensInMs: 1 });
    await race.at('11:00:00');
    for (const rep of [three, deeper]) {
      expect(rep.heard('lead:alert', leadId)[0]).toMatchObject({
        sentAt: at('11:00:00'),
        opensAt: at('11:00:00'),
        closesAt: at('11:30:00'),
      });
    }
    // Nobody is alerted twice.
    for (const rep of [one, two, three]) expect(rep.heard('lead:alert')).toHaveLength(1);

    await race.at('11:29:59.999');
    expect(await three.claim(leadId)).toMatchObject({
      verdict: 'won',
      claimSpeedMs: 30 * 60_000 - 1,
    });
    for (const rep of [one, two, deeper]) {
      expect(rep.heard('lead:taken', leadId)[0]).toMatchObject({ by: { id: three.id } });
    }
    expect(three.heard('lead:taken')).toEqual([]);
  });

  it('COMP-10: a cold lead has two hours after its last lane; the hard limit comes first where it is nearer', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const closing = async (lead: object) =>
      one.heard('lead:alert', await race.lead(lead as Record<string, unknown>))[0].closesAt;
    expect(await closing({ ...COLD })).toBe(at('12:00:00'));
    await race.rep('Tiga', { tier: 3 });
    expect(await closing({ ...COLD })).toBe(at('13:00:00'));
    await race.changeCompetition({ hardLimitSeconds: { hot: 1500, warm: 4000, cold: 14_400 } });
    expect(await closing({ ...WARM })).toBe(at('11:06:40'));
    // A lane the policy promises has a minute at the least, whatever the limit.
    await race.changeCompetition({ hardLimitSeconds: { hot: 1500, warm: 60, cold: 14_400 } });
    expect(await closing({ ...WARM })).toBe(at('11:01:00'));
  });

  it('COMP-40.2, fast-tiered: a hot lead waits a minute for tier 2, a warm one a quarter of an hour', async () => {
    const race = await start({ policy: 'fast-tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const three = await race.rep('Tiga', { tier: 3 });
    const hot = await race.lead(PREMIUM);
    const warm = await race.lead(WARM);
    expect(two.heard('lead:upcoming', hot)[0].opensAt).toBe(at('10:01:00'));
    expect(two.heard('lead:upcoming', warm)[0].opensAt).toBe(at('10:15:00'));
    expect(three.heard('lead:upcoming', warm)[0].opensAt).toBe(at('11:00:00'));
    expect(one.heard('lead:alert', hot)[0].closesAt).toBe(at('10:06:00'));
    await race.at('10:00:59.999');
    expect(await two.claim(hot)).toMatchObject({ verdict: 'early', opensInMs: 1 });
    await race.at('10:01:00');
    expect(two.story(hot)).toEqual(['lead:upcoming', 'lead:alert']);
    expect(await two.claim(hot)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
    expect(two.story(warm)).toEqual(['lead:upcoming']);
    expect(three.story(hot)).toEqual([]);
  });

  it('an early tap costs an attempt, the first tap on an open lane never does (FAIR-23)', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const leadId = await race.lead(PREMIUM);
    await race.at('10:14:59');
    const verdicts = [];
    for (let tap = 0; tap < 6; tap++) verdicts.push(await two.claim(leadId));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([...Array(5).fill('early'), 'refused']);
    expect(verdicts[5]).toMatchObject({ rule: 'attemptRate' });
    const overHttp = await race.call('POST', `/v1/leads/${leadId}/claims`, {}, two, {
      'idempotency-key': 'hurry',
    });
    expect(overHttp).toMatchObject({ status: 429, body: { rule: 'attemptRate' } });
    await race.at('10:15:00');
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'won' });
  });
});
