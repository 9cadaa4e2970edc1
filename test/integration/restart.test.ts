/** A server that ends and starts again on the same file: the race goes on where it stood. */
import { expect, it } from 'vitest';
import { clockTime, HOUR, MINUTE, onBothArbiters, type Race, SECOND } from '../support/race.ts';

const PREMIUM = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

const METRICS = ['points', 'claims', 'claimSpeed', 'opportunities', 'revenue', 'responseSpeed'];

async function boards(race: Race): Promise<object[]> {
  const shown: object[] = [];
  for (const metric of METRICS) {
    for (const period of ['day', 'week', 'month', 'all']) {
      const { rows } = await race.done<{ rows: object[] }>('GET', `/v1/leaderboards/${metric}?period=${period}`);
      shown.push({ metric, period, rows });
    }
  }
  return shown;
}

onBothArbiters('a restart', (start, arbiter) => {
  it('open offers are open as they were: lanes, windows, newcomers, breaks', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const three = await race.rep('Tiga', { tier: 3 });
    const resting = await race.rep('Satu Lagi', { tier: 1 });
    const leadId = await race.lead(PREMIUM);
    const late = await race.rep('Dua Baru', { tier: 2 });
    await race.patch(resting, { status: 'break' });
    await race.at('10:05:00');
    const pools = async () => [await one.pool(), await two.pool(), await late.pool()];
    const before = await pools();
    await race.restart();
    const shown = (pool: object[][]) => pool.flat().map((card) => ({ ...card, id: 0 }));
    expect(shown(await pools())).toEqual(shown(before));
    expect(await resting.pool()).toEqual([]);
    expect(await resting.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'notReady' });
    expect(await three.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    await race.at('10:14:59.999');
    for (const rep of [two, late]) {
      expect(await rep.claim(leadId)).toMatchObject({ verdict: 'early', opensInMs: 1 });
    }
    await race.at('10:15:00');
    for (const rep of [two, late]) expect(rep.heard('lead:alert', leadId)).toHaveLength(1);
    await race.patch(resting, { status: 'ready' });
    expect(await resting.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: 15 * MINUTE });
  });

  it('a lane whose time passed meanwhile opens at the start, once', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const three = await race.rep('Tiga', { tier: 3 });
    const leadId = await race.lead(WARM);
    await race.at('10:14:00');
    await race.restart(3 * MINUTE);
    expect(await two.pool()).toMatchObject([
      { leadId, opensAt: at('10:15:00'), sentAt: at('10:17:00'), closesAt: at('11:30:00') },
    ]);
    await race.restart(MINUTE);
    expect(race.file.story(leadId)).toEqual(['lead.accepted', 'offer.opened', 'lane.opened']);
    expect(await three.pool()).toMatchObject([{ leadId, opensAt: at('11:00:00') }]);
    await race.at('10:20:00');
    // Measured from the alert, which was late, and not from the lane's time.
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: 3 * MINUTE });
    expect(one.heard('lead:taken', leadId)).toHaveLength(1);
  });

  it('an offer whose time ran out meanwhile gets its clear time again, and everybody sees it', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const leadId = await race.lead(PREMIUM);
    expect(one.heard('lead:alert', leadId)[0].closesAt).toBe(at('10:20:00'));
    await race.at('10:04:00');
    await race.restart(HOUR);
    // Both lanes are open now, for the five minutes of a hot lead.
    for (const rep of [one, two]) {
      expect(await rep.pool()).toMatchObject([{ leadId, closesAt: at('11:09:00') }]);
    }
    expect(race.file.story(leadId)).toContain('offer.extended');
    // Its own sockets came after it and have it from their snapshot; those of a gateway are told.
    const told = (await race.outlet()).filter((entry) => entry.includes('lead:window'));
    expect(told).toHaveLength(arbiter === 'redis' ? 2 : 0);
    for (const entry of told) expect(entry).toContain(at('11:09:00'));
    await race.at('11:08:59.999');
    expect(race.file.status(leadId)).toBe('offered');
    // Given again at each start that finds it over; then it ends like any other.
    await race.restart(MINUTE);
    expect(await two.pool()).toMatchObject([{ leadId, closesAt: at('11:14:59.999') }]);
    await race.at('11:14:59.998');
    expect(race.file.status(leadId)).toBe('offered');
    await race.after(1);
    expect(race.file.status(leadId)).toBe('owned');
    expect(one.heard('lead:assigned').length + two.heard('lead:assigned').length).toBe(1);
  });

  it('counters hold: the cap knows the claims from before, on the arbiter and in the file', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Sari', { tier: 1 });
    await race.changeCompetition({ dailyCap: 3 });
    for (let lead = 0; lead < 2; lead++) await rep.claim(await race.lead(WARM));
    const open = [await race.lead(WARM), await race.lead(WARM)];
    await race.restart(MINUTE);
    expect(await rep.claim(open[0] as string)).toMatchObject({ verdict: 'won' });
    expect(await rep.claim(open[1] as string)).toMatchObject({ rule: 'dailyCap' });
    expect(await rep.claim(await race.lead(WARM))).toMatchObject({ rule: 'dailyCap' });
  });

  it('boards, cards and points are what they were', async () => {
    const race = await start();
    const [sari, budi] = [await race.rep('Sari'), await race.rep('Budi')];
    for (const [index, rep] of [sari, budi, sari].entries()) {
      const leadId = await race.lead(PREMIUM);
      await race.after((20 + index) * SECOND);
      await rep.claim(leadId);
      await race.after(MINUTE);
      await race.done('POST', `/v1/leads/${leadId}/activities`, { kind: 'call' }, rep);
      if (index === 1) await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'x' }, rep);
      else await race.done('POST', `/v1/leads/${leadId}/stages`, { stage: 'won', revenue: 5 }, rep);
    }
    const cards = async () => [
      await race.done('GET', '/v1/me', undefined, sari),
      await race.done('GET', '/v1/me', undefined, budi),
    ];
    const before = [await boards(race), await cards()];
    expect(JSON.stringify(before)).toContain(sari.id);
    await race.restart();
    expect([await boards(race), await cards()]).toEqual(before);
  });

  it('a win is told again to its owner, and to the losers from the file', async () => {
    const race = await start();
    const [owner, loser, third] = [await race.rep('Sari'), await race.rep('Budi'), await race.rep('Citra')];
    const leadId = await race.lead(PREMIUM);
    await race.after(10 * SECOND);
    const won = await owner.claim(leadId, { requestId: 'tap' });
    expect(await loser.claim(leadId)).toMatchObject({ verdict: 'lost' });
    const given = await race.lead(PREMIUM);
    await race.done('POST', `/v1/leads/${given}/assignments`, { repId: owner.id, reason: 'x' });
    await race.restart(MINUTE);
    expect(await owner.claim(leadId, { requestId: 'tap' })).toEqual(won);
    expect(await owner.claim(leadId)).toEqual(won);
    for (const rep of [loser, third]) {
      expect(await rep.claim(leadId)).toMatchObject({
        verdict: 'lost',
        offerId: won.offerId,
        winner: { id: owner.id, name: 'Sari' },
        byMs: MINUTE,
      });
      expect(await rep.claim(given)).toMatchObject({ verdict: 'gone', reason: 'assigned' });
    }
    const newcomer = await race.rep('Baru');
    expect(await newcomer.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'x' }, owner);
    await race.restart();
    const { offerId } = won as { offerId: string };
    expect(await owner.claim(leadId, { offerId })).toMatchObject({ verdict: 'gone', reason: 'released' });
    expect(await loser.claim(leadId, { offerId })).toMatchObject({ verdict: 'lost' });
    expect(await loser.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(race.file.count('SELECT count(*) FROM point_entries WHERE reverses IS NULL')).toBe(2);
  });

  it('timers that came due meanwhile fire once: a waiting lead, a token, a policy', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await race.patch(rep, { status: 'break' });
    const leadId = await race.lead(PREMIUM);
    await race.done('POST', `/v1/reps/${rep.id}/tokens`, { ttlSeconds: 60 });
    await race.setPolicy({ preset: 'tiered', effectiveAt: at('10:30:00') });
    await race.after(10 * SECOND);
    await race.restart(HOUR);
    expect((await race.done<{ mode: string }>('GET', '/v1/policy')).mode).toBe('TIERED');
    const [timer] = race.file.all<{ due_at: number }>(
      `SELECT due_at FROM deadlines WHERE lead_id = ? AND kind = 'routeAgain'`,
      leadId,
    );
    expect(timer?.due_at).toBe(clockTime('11:01:10'));
    const fired = `SELECT count(*) FROM events WHERE deadline_id IS NOT NULL`;
    expect(race.file.count(fired)).toBe(3);
    await race.restart();
    expect(race.file.count(fired)).toBe(3);
    await race.patch(rep, { status: 'ready' });
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('the rotation goes on where it was', async () => {
    const race = await start();
    const [sari, budi] = [await race.rep('Sari'), await race.rep('Budi')];
    for (let lead = 0; lead < 4; lead++) {
      await race.lead(PREMIUM);
      await race.after(5 * MINUTE);
      await race.restart();
    }
    expect([sari, budi].map((rep) => rep.heard('lead:assigned').length)).toEqual([2, 2]);
  });
});
