/** COMP-28: a lane in which nobody can claim holds nobody back, at the release and while the offer runs. */
import { expect, it } from 'vitest';
import { clockTime, onBothArbiters, type Race } from '../support/race.ts';

const WARM = { type: 'whitepaper download' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

async function team(race: Race) {
  return {
    one: await race.rep('Satu', { tier: 1 }),
    two: await race.rep('Dua', { tier: 2 }),
    three: await race.rep('Tiga', { tier: 3 }),
  };
}

onBothArbiters('COMP-28', (start) => {
  it('nobody of tier 1 is ready at the release: tier 2 races at once, tier 3 keeps its hour', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two, three } = await team(race);
    await race.patch(one, { status: 'break' });
    const leadId = await race.lead(WARM);
    expect(two.heard('lead:alert', leadId)[0]).toMatchObject({
      opensAt: at('10:00:00'),
      sentAt: at('10:00:00'),
    });
    expect(three.heard('lead:upcoming', leadId)[0].opensAt).toBe(at('11:00:00'));
    expect(one.story(leadId)).toEqual([]);
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
  });

  it('all of tier 1 are at their cap at the release: tier 2 races at once, and tier 1 hears why not', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two, three } = await team(race);
    await race.changeCompetition({ dailyCap: 1 });
    expect(await one.claim(await race.lead(WARM))).toMatchObject({ verdict: 'won' });
    const leadId = await race.lead(WARM);
    expect(two.heard('lead:alert', leadId)[0]).toMatchObject({ opensAt: at('10:00:00') });
    expect(three.heard('lead:upcoming', leadId)[0].opensAt).toBe(at('11:00:00'));
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'dailyCap' });
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('the last rep of tier 1 goes on a break: tier 2 at once, by lead:window and lead:alert', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two, three } = await team(race);
    const other = await race.rep('Satu Lagi', { tier: 1 });
    const leadId = await race.lead(WARM);
    const [{ offerId }] = one.heard('lead:alert', leadId);
    await race.at('10:03:00');
    await race.patch(one, { status: 'break' });
    // One of tier 1 is left, who keeps the window.
    expect(two.story(leadId)).toEqual(['lead:upcoming']);
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'early' });
    await race.at('10:05:00');
    await race.patch(other, { status: 'break' });
    expect(two.story(leadId)).toEqual(['lead:upcoming', 'lead:window', 'lead:alert']);
    const [moved] = two.heard('lead:window', leadId);
    expect(moved).toEqual({
      id: expect.any(Number),
      offerId,
      leadId,
      opensAt: at('10:05:00'),
      closesAt: at('11:30:00'),
    });
    expect(two.heard('lead:alert', leadId)[0]).toMatchObject({
      sentAt: at('10:05:00'),
      opensAt: at('10:05:00'),
    });
    expect(three.story(leadId)).toEqual(['lead:upcoming']);
    expect(await three.claim(leadId)).toMatchObject({ verdict: 'early', opensAt: at('11:00:00') });
    // The old time of the lane comes and goes without a second alert.
    await race.at('10:20:00');
    expect(two.heard('lead:alert', leadId)).toHaveLength(1);
    await race.at('10:59:59.999');
    expect(three.heard('lead:alert', leadId)).toEqual([]);
    await race.at('11:00:00');
    expect(three.heard('lead:alert', leadId)).toHaveLength(1);
    expect(await two.claim(leadId)).toMatchObject({
      verdict: 'won',
      claimSpeedMs: 55 * 60_000,
    });
  });

  it('a rep of tier 1 who leaves for good opens the next lane, too; nobody in tier 2 either opens both', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two, three } = await team(race);
    const leadId = await race.lead(WARM);
    await race.at('10:04:00');
    await race.patch(two, { status: 'break' });
    expect(three.story(leadId)).toEqual(['lead:upcoming']);
    await race.at('10:05:00');
    await race.patch(one, { active: false });
    expect(three.story(leadId)).toEqual(['lead:upcoming', 'lead:window', 'lead:alert']);
    expect(await three.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
  });

  it('the last rep of tier 1 reaches the cap on another lead: tier 2 at once', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two, three } = await team(race);
    await race.changeCompetition({ dailyCap: 1 });
    const wanted = await race.lead(WARM);
    const left = await race.lead(WARM);
    await race.at('10:02:00');
    expect(two.story(left)).toEqual(['lead:upcoming']);
    expect(await one.claim(wanted)).toMatchObject({ verdict: 'won' });
    expect(two.story(left)).toEqual(['lead:upcoming', 'lead:window', 'lead:alert']);
    expect(two.heard('lead:alert', left)[0]).toMatchObject({ opensAt: at('10:02:00') });
    expect(three.story(left)).toEqual(['lead:upcoming']);
    expect(await two.claim(left)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
  });

  it('switched off, an empty tier holds the others back for its whole window', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two } = await team(race);
    await race.changeCompetition({ openEarlyIfLaneEmpty: false });
    const leadId = await race.lead(WARM);
    await race.at('10:01:00');
    await race.patch(one, { status: 'break' });
    await race.at('10:14:59');
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'early', opensInMs: 1_000 });
    await race.at('10:15:00');
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('a newcomer of tier 2 is alerted with the lane, and holds it as its other reps do', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two } = await team(race);
    const leadId = await race.lead(WARM);
    await race.at('10:02:00');
    const late = await race.rep('Dua Baru', { tier: 2 });
    expect(await late.pool()).toMatchObject([{ leadId, opensAt: at('10:15:00') }]);
    expect(await late.claim(leadId)).toMatchObject({ verdict: 'early' });
    await race.at('10:05:00');
    await race.patch(one, { status: 'break' });
    for (const rep of [two, late]) {
      expect(rep.heard('lead:alert', leadId)).toMatchObject([{ sentAt: at('10:05:00') }]);
    }
    expect(await late.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
  });

  it('a newcomer of tier 1 holds the window when the others of tier 1 go', async () => {
    const race = await start({ policy: 'tiered' });
    const { one, two } = await team(race);
    const leadId = await race.lead(WARM);
    const late = await race.rep('Satu Baru', { tier: 1 });
    await race.at('10:05:00');
    await race.patch(one, { status: 'break' });
    expect(two.story(leadId)).toEqual(['lead:upcoming']);
    await race.patch(late, { status: 'break' });
    expect(two.story(leadId)).toEqual(['lead:upcoming', 'lead:window', 'lead:alert']);
  });

  it('a newcomer whose lane opens at its own time is alerted then', async () => {
    const race = await start({ policy: 'tiered' });
    await team(race);
    const leadId = await race.lead(WARM);
    const late = await race.rep('Dua Baru', { tier: 2 });
    await race.at('10:14:59.999');
    expect(late.heard('lead:alert')).toEqual([]);
    await race.at('10:15:00');
    expect(late.heard('lead:alert', leadId)).toMatchObject([{ sentAt: at('10:15:00') }]);
    expect(await late.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
  });
});
