/** Lanes and windows of a TIERED race, to the millisecond (COMP-16 to COMP-21). */
import { expect, it } from 'vitest';
import { clockTime, onBothArbiters, SECOND } from '../support/race.ts';

const PREMIUM = { type: 'demo request' };
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
});
