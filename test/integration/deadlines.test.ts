/** What comes with time: rules that start later, tokens that end, timers that had their effect. */
import { expect, it } from 'vitest';
import { clockTime, HOUR, MINUTE, onBothArbiters, SECOND } from '../support/race.ts';

const PREMIUM = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

onBothArbiters('the policy and open offers', (start) => {
  it('a policy that changes while an offer is open leaves that offer as it was shown', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const before = await race.lead(PREMIUM);
    await race.after(MINUTE);
    await race.setPolicy({ preset: 'fast-tiered' });
    const policy = await race.done<{ points: object }>('GET', '/v1/policy');
    const points = { ...policy.points, claimWithin60s: { points: 70, withinSeconds: 60 } };
    await race.setPolicy({ ...policy, points });
    const after = await race.lead(PREMIUM);
    expect(two.heard('lead:upcoming', before)[0].opensAt).toBe(at('10:15:00'));
    expect(two.heard('lead:upcoming', after)[0].opensAt).toBe(at('10:02:00'));
    await race.at('10:02:00');
    expect(await two.claim(before)).toMatchObject({ verdict: 'early', opensAt: at('10:15:00') });
    expect(await two.claim(after)).toMatchObject({ verdict: 'won' });
    expect(race.file.balance(two.id)).toBe(70);
    await race.at('10:15:00');
    expect(await two.claim(before)).toMatchObject({ verdict: 'won' });
    // Its claim is worth what its policy said when it was put up.
    expect(race.file.balance(two.id)).toBe(80);
  });

  it('a cap that is set while an offer is open does not reach it', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const leads = [await race.lead(PREMIUM), await race.lead(PREMIUM)];
    await race.changeCompetition({ dailyCap: 1 });
    for (const leadId of leads) expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(await rep.claim(await race.lead(PREMIUM))).toMatchObject({ rule: 'dailyCap' });
  });

  it('a PUT with effectiveAt acts from then on, to the millisecond', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    await race.setPolicy({ preset: 'open', effectiveAt: at('12:00:00') });
    const past = await race.call('PUT', '/v1/policy', { preset: 'open', effectiveAt: at('09:59:59') }, undefined, {
      'if-match': '*',
    });
    expect(past).toMatchObject({ status: 400, body: { field: 'effectiveAt' } });
    const mode = async () => (await race.done<{ mode: string }>('GET', '/v1/policy')).mode;
    await race.at('11:59:59.999');
    expect(await mode()).toBe('TIERED');
    const before = await race.lead(PREMIUM);
    await race.at('12:00:00');
    expect(await mode()).toBe('OPEN');
    const after = await race.lead(PREMIUM);
    expect(two.story(before)).toEqual(['lead:upcoming']);
    expect(two.story(after)).toEqual(['lead:alert']);
    expect(await two.claim(before)).toMatchObject({ verdict: 'early' });
    expect(await two.claim(after)).toMatchObject({ verdict: 'won' });
    expect(race.file.count(`SELECT count(*) FROM deadlines WHERE kind = 'policyStarts'`)).toBe(0);
  });

  it('the last word stands: what was set later is not undone by a start that was set before', async () => {
    const race = await start();
    await race.setPolicy({ preset: 'tiered', effectiveAt: at('12:00:00') });
    await race.setPolicy({ preset: 'fast-tiered', effectiveAt: at('11:00:00') });
    const preset = async () => (await race.done<{ preset: string }>('GET', '/v1/policy')).preset;
    expect(await preset()).toBe('open');
    await race.at('11:00:00');
    expect(await preset()).toBe('fast-tiered');
    await race.at('12:00:00');
    expect(await preset()).toBe('fast-tiered');
  });
});

onBothArbiters('timers', (start) => {
  it('a token: auth:expiring a minute ahead, then its sockets are closed, and it opens no door', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const { token } = await race.done<{ token: string }>('POST', `/v1/reps/${rep.id}/tokens`, {
      ttlSeconds: 600,
    });
    const short = await race.device(rep, token);
    await race.at('10:08:59.999');
    expect(short.heard('auth:expiring')).toEqual([]);
    await race.at('10:09:00');
    expect(short.heard('auth:expiring')).toEqual([{ expiresAt: at('10:10:00') }]);
    await race.at('10:09:59.999');
    expect(short.connected).toBe(true);
    await race.at('10:10:00');
    await short.ended();
    expect(short.ends).toEqual(['io server disconnect']);
    expect(await race.call('GET', '/v1/me', undefined, { token })).toMatchObject({ status: 401 });
    await expect(short.connect(race.app.app.url)).rejects.toThrow('tokenInvalid');
    // The rep's other token lives on, and heard nothing of it.
    expect(rep.connected).toBe(true);
    expect(rep.heard('auth:expiring')).toEqual([]);
    expect(race.file.count(`SELECT count(*) FROM tokens WHERE revoked_at = ?`, race.nowMs)).toBe(1);
  });

  it('a short token is told at half its life; a revoked one is closed at once', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const mint = (ttlSeconds: number) =>
      race.done<{ token: string; tokenId: string }>('POST', `/v1/reps/${rep.id}/tokens`, { ttlSeconds });
    const short = await race.device(rep, (await mint(20)).token);
    await race.after(10 * SECOND);
    expect(short.heard('auth:expiring')).toHaveLength(1);
    const { token, tokenId } = await mint(3600);
    const revoked = await race.device(rep, token);
    await race.done('DELETE', `/v1/tokens/${tokenId}`);
    await revoked.ended();
    expect(revoked.ends).toEqual(['io server disconnect']);
    expect(await race.call('GET', '/v1/me', undefined, { token })).toMatchObject({ status: 401 });
  });

  it('a claim takes the offer’s timers along: no lane opens, nothing expires, nobody is assigned', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const three = await race.rep('Tiga', { tier: 3 });
    const leadId = await race.lead(WARM);
    await race.after(MINUTE);
    await one.claim(leadId);
    expect(race.file.count('SELECT count(*) FROM deadlines WHERE lead_id = ?', leadId)).toBe(0);
    await race.after(3 * HOUR);
    expect(race.file.story(leadId)).toEqual(['lead.accepted', 'offer.opened', 'lead.claimed']);
    expect(two.story(leadId)).toEqual(['lead:upcoming', 'lead:taken']);
    expect(three.story(leadId)).toEqual(['lead:upcoming', 'lead:taken']);
  });

  it('boards of a day turn at midnight in the calendar’s zone', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    await rep.claim(await race.lead(PREMIUM));
    const rows = async (period: string) =>
      (await race.done<{ rows: object[] }>('GET', `/v1/leaderboards/points?period=${period}`)).rows.length;
    const watched = (await rep.ask('board:watch', { board: 'points', period: 'day' })) as {
      seq: number;
      rows: object[];
    };
    expect(watched.rows).toHaveLength(1);
    await race.at(Date.parse('2026-11-23T16:59:59.999Z'));
    expect(await rows('day')).toBe(1);
    await race.after(1);
    expect([await rows('day'), await rows('week'), await rows('all')]).toEqual([0, 1, 1]);
    expect(rep.heard('board:delta')).toMatchObject([{ seq: watched.seq + 1, rows: [] }]);
  });
});
