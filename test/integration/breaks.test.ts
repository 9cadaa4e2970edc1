/** Reps who pause, come back, leave and join while offers are open (COMP-07). */
import { expect, it } from 'vitest';
import { clockTime, MINUTE, onBothArbiters } from '../support/race.ts';

const PREMIUM = { type: 'demo request' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

onBothArbiters('breaks and leavers', (start) => {
  it('on a break: an empty pool, claims refused notReady; back: the same offer can be won', async () => {
    const race = await start();
    const rep = await race.rep('Sari', { languages: ['en'] });
    const other = await race.rep('Budi');
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = rep.heard('lead:alert', leadId);
    expect(await rep.pool()).toMatchObject([{ offerId }]);
    await race.patch(rep, { status: 'break' });
    expect(rep.heard('pool:snapshot').at(-1)).toMatchObject({ offers: [] });
    expect(await rep.pool()).toEqual([]);
    expect(await rep.claim(leadId)).toMatchObject({
      verdict: 'refused',
      rule: 'notReady',
      message: 'You are on a break. Press Ready to join again.',
    });
    // A lead that comes meanwhile goes by; whoever is ready races on.
    const missed = await race.lead(PREMIUM);
    expect(rep.story(missed)).toEqual([]);
    expect(other.heard('lead:alert', missed)).toHaveLength(1);
    expect(await rep.claim(missed)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });

    await race.after(MINUTE);
    await race.patch(rep, { status: 'ready' });
    expect(
      rep
        .heard('pool:snapshot')
        .at(-1)
        .offers.map((offer: { leadId: string }) => offer.leadId)
        .sort(),
    ).toEqual([leadId, missed].sort());
    expect(await rep.claim(leadId, { offerId })).toMatchObject({ verdict: 'won' });
    // The offer that went by is open to whoever is back, as to a newcomer.
    expect(rep.heard('lead:alert', missed)).toMatchObject([{ sentAt: at('10:01:00') }]);
    expect(await rep.claim(missed)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
  });

  it('a rep goes on a break and comes back by itself; the same word again changes nothing that was said since', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await race.rep('Budi');
    const leadId = await race.lead(PREMIUM);
    const say = (status: string, key: string) =>
      race.call('POST', '/v1/me/status', { status }, rep, { 'idempotency-key': key });
    expect(await say('break', 'one')).toMatchObject({ status: 201, body: { status: 'break' } });
    expect(await rep.pool()).toEqual([]);
    expect(await rep.claim(leadId)).toMatchObject({ rule: 'notReady' });
    expect(await say('ready', 'two')).toMatchObject({ status: 201, body: { status: 'ready' } });
    // The first one's answer was lost on the way, and it is asked again: late.
    expect(await say('break', 'one')).toMatchObject({ body: { status: 'break' } });
    expect(await race.done('GET', '/v1/me', undefined, rep)).toMatchObject({ status: 'ready' });
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect((await say('away', 'three')).status).toBe(400);
  });

  it('NOTIF-16: a lane that opens during the break alerts the others, and shows itself afterwards', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const rep = await race.rep('Dua', { tier: 2 });
    const other = await race.rep('Dua Lagi', { tier: 2 });
    const leadId = await race.lead(PREMIUM);
    await race.patch(rep, { status: 'break' });
    await race.at('10:15:00');
    expect(other.heard('lead:alert', leadId)).toHaveLength(1);
    expect(rep.heard('lead:alert', leadId)).toEqual([]);
    await race.patch(rep, { status: 'ready' });
    expect(await rep.pool()).toMatchObject([{ leadId, opensAt: at('10:15:00') }]);
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('a second break shuts the door again', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const leadId = await race.lead(PREMIUM);
    for (const status of ['break', 'ready', 'break']) await race.patch(rep, { status });
    expect(await rep.claim(leadId)).toMatchObject({ rule: 'notReady' });
    await race.patch(rep, { status: 'ready' });
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('inactive: claims are refused inactive, also when the rep was on a break before', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const resting = await race.rep('Budi');
    await race.rep('Citra');
    const leadId = await race.lead(PREMIUM);
    await race.patch(resting, { status: 'break' });
    for (const leaver of [rep, resting]) {
      await race.patch(leaver, { active: false });
      expect(await leaver.pool()).toEqual([]);
      expect(await leaver.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'inactive' });
    }
    await race.patch(rep, { active: true });
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('what was won before a break stands, and is told again', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const leadId = await race.lead(PREMIUM);
    const won = await rep.claim(leadId);
    await race.patch(rep, { status: 'break' });
    expect(await rep.claim(leadId)).toEqual(won);
  });

  it('OPEN: a newcomer is let into what is open, measured from the own alert', async () => {
    const race = await start();
    const first = await race.rep('Sari');
    const leadId = await race.lead(PREMIUM);
    await race.after(2 * MINUTE);
    const late = await race.rep('Baru');
    expect(await late.pool()).toMatchObject([{ leadId, sentAt: at('10:02:00') }]);
    await race.after(MINUTE);
    expect(await late.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: MINUTE });
    expect(first.heard('lead:taken', leadId)).toMatchObject([{ by: { id: late.id } }]);
    const record = await race.done<{ offers: { alerts: { repId: string }[] }[] }>('GET', `/v1/races/${leadId}`);
    expect(record.offers[0]?.alerts.map(({ repId }) => repId)).toEqual([first.id, late.id]);
  });

  it('a tier that is changed while an offer is open changes nothing in it', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const leadId = await race.lead(PREMIUM);
    await race.patch(two, { tier: 1 });
    await race.patch(one, { tier: 3 });
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'early' });
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'won' });
    const next = await race.lead(PREMIUM);
    expect(await one.claim(next)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    expect(await two.claim(next)).toMatchObject({ verdict: 'won' });
  });
});
