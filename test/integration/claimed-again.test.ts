/** COMP-40.13: the winner's answer is lost on the way, and the client asks again. */
import { expect, it } from 'vitest';
import { MINUTE, onBothArbiters, SECOND } from '../support/race.ts';

const PREMIUM = { type: 'demo request' };

onBothArbiters('the same win, asked for again', (start) => {
  it('COMP-40.13: the same request, another request, a second device and HTTP get the same won', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    const leadId = await race.lead(PREMIUM);
    await race.after(20 * SECOND);
    const won = await rep.claim(leadId, { requestId: 'tap' });
    expect(won).toMatchObject({
      verdict: 'won',
      claimSpeedMs: 20_000,
      lead: { contact: { phone: '+62 811 0000 0001' } },
    });
    await race.after(2 * MINUTE);
    expect(await rep.claim(leadId, { requestId: 'tap' })).toEqual(won);
    const device = await race.device(rep);
    expect(await device.claim(leadId, { requestId: 'other-tap' })).toEqual(won);
    const overHttp = await race.call('POST', `/v1/leads/${leadId}/claims`, {}, rep, {
      'idempotency-key': 'tap',
    });
    expect(overHttp).toMatchObject({ status: 200, body: won });
    expect(await other.claim(leadId)).toMatchObject({ verdict: 'lost', winner: { id: rep.id } });

    expect(race.file.story(leadId)).toEqual(['lead.accepted', 'offer.opened', 'lead.claimed']);
    expect(race.file.ledger(rep.id)).toEqual(['+10 claimWithin60s']);
    expect(rep.heard('points:awarded')).toHaveLength(1);
    expect(other.heard('lead:taken', leadId)).toHaveLength(1);
    const counted = race.file.all('SELECT name, value FROM counters WHERE rep_id = ? ORDER BY name', rep.id);
    const once = ['claims:day:2026-11-23', 'hot:week:2026-11-23', 'leads:open'].map((name) => ({ name, value: 1 }));
    expect(counted).toEqual(once);
  });

  it('a double tap, and a burst of all reps at once: one claim, one entry, one name for all losers', async () => {
    const race = await start();
    const reps = [];
    for (let number = 0; number < 5; number++) reps.push(await race.rep(`Rep ${number}`));
    const leadId = await race.lead(PREMIUM);
    const taps = reps.flatMap((rep) => [rep, rep, rep]);
    const verdicts = await Promise.all(
      taps.map(async (rep, tap) => ({
        rep,
        verdict: await rep.claim(leadId, { requestId: `tap-${tap % 2}` }),
      })),
    );
    const won = verdicts.filter(({ verdict }) => verdict.verdict === 'won');
    expect(new Set(won.map(({ rep }) => rep.id)).size).toBe(1);
    expect(won).toHaveLength(3);
    expect(new Set(won.map(({ verdict }) => JSON.stringify(verdict))).size).toBe(1);
    for (const { rep, verdict } of verdicts) {
      if (rep.id === won[0]?.rep.id) continue;
      expect(verdict).toMatchObject({ verdict: 'lost', winner: { id: won[0]?.rep.id } });
    }
    expect(race.file.count('SELECT count(*) FROM ownerships')).toBe(1);
    expect(race.file.count('SELECT count(*) FROM point_entries')).toBe(1);
  });

  it('a won request that an arbiter has forgotten hears of its own offer, and wins no later one of the lead', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    const leadId = await race.lead(PREMIUM);
    const won = await rep.claim(leadId, { requestId: 'tap' });
    await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'x' }, rep);
    const later = other.heard('lead:alert', leadId).at(-1)?.offerId;
    await race.restart(0, { forgets: true });
    const first = { verdict: 'gone', reason: 'released', offerId: won.offerId };
    expect(await rep.claim(leadId, { requestId: 'tap' })).toMatchObject(first);
    expect(await rep.claim(leadId, { requestId: 'tap' })).toMatchObject(first);
    // Not even by name: one request is one claim.
    expect(await rep.claim(leadId, { requestId: 'tap', offerId: later })).toMatchObject(first);
    expect(other.heard('lead:taken', leadId)).toHaveLength(1);
    expect(await rep.claim(leadId, { requestId: 'another' })).toMatchObject({ verdict: 'won', offerId: later });
    expect(race.file.count('SELECT count(*) FROM ownerships')).toBe(2);
  });

  it('one request id for two leads is a contradiction, not a claim', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const [first, second] = [await race.lead(PREMIUM), await race.lead(PREMIUM)];
    await rep.claim(first, { requestId: 'tap' });
    expect(await rep.tap(second, { requestId: 'tap' })).toMatchObject({
      error: { code: 'idempotencyKeyReused', field: 'requestId' },
    });
    const path = `/v1/leads/${second}/claims`;
    const overHttp = await race.call('POST', path, {}, rep, { 'idempotency-key': 'tap' });
    expect(overHttp).toMatchObject({ status: 422, body: { code: 'idempotencyKeyReused' } });
    expect(await rep.claim(second)).toMatchObject({ verdict: 'won' });
  });
});
