/** What becomes of a lead that nobody claims (COMP-10, COMP-23): rotation, and waiting with a timer. */
import { expect, it } from 'vitest';
import { clockTime, HOUR, MINUTE, onBothArbiters, type Race } from '../support/race.ts';

const PREMIUM = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

/** When the lead is routed again; none unless it waits. */
function waitingTimers(race: Race, leadId: string): { due_at: number }[] {
  return race.file.all(`SELECT due_at FROM deadlines WHERE lead_id = ? AND kind = 'routeAgain'`, leadId);
}

onBothArbiters('a lead that nobody claims', (start) => {
  it('COMP-40.3: goes to tier 3 by rotation at its closing time, and to the next one the time after', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const threes = [await race.rep('Tiga', { tier: 3 }), await race.rep('Empat', { tier: 3 })];
    const [first, second] = threes.sort((a, b) => (a.id < b.id ? -1 : 1)) as [(typeof threes)[0], (typeof threes)[0]];
    const leadId = await race.lead(WARM);
    const [{ offerId }] = one.heard('lead:alert', leadId);
    await race.at('11:29:59.999');
    expect(race.file.status(leadId)).toBe('offered');
    await race.at('11:30:00');
    expect(race.file.status(leadId)).toBe('owned');
    expect(first.heard('lead:assigned')).toEqual([
      { id: expect.any(Number), leadId, via: 'rotation', at: at('11:30:00') },
    ]);
    for (const rep of [one, two, second]) {
      expect(rep.heard('lead:assigned')).toEqual([]);
      expect(rep.heard('lead:withdrawn')).toEqual([{ id: expect.any(Number), offerId, leadId, reason: 'expired' }]);
      expect(await rep.claim(leadId)).toMatchObject({ verdict: 'gone', reason: 'expired' });
      expect(await rep.pool()).toEqual([]);
    }
    const card = await race.done<{ leads: { id: string; contact: object }[] }>('GET', '/v1/me', undefined, first);
    expect(card.leads).toMatchObject([{ id: leadId, contact: { name: 'Dewi Lestari' } }]);
    // An assignment is no claim: nothing is paid for its speed, no claim is counted.
    expect(race.file.ledger(first.id)).toEqual([]);
    expect(race.file.all('SELECT name, value FROM counters ORDER BY name')).toEqual([
      { name: 'auto:week:2026-11-23', value: 1 },
      { name: 'leads:open', value: 1 },
    ]);

    for (const next of [second, first]) {
      const other = await race.lead(WARM);
      await race.after(90 * MINUTE);
      expect(next.heard('lead:assigned', other)).toHaveLength(1);
    }
    expect([first, second].map((rep) => rep.heard('lead:assigned').length)).toEqual([2, 1]);
  });

  it('COMP-23: a premium lead goes to tier 1 or 2, never to tier 3', async () => {
    const race = await start({ policy: 'tiered' });
    const best = [await race.rep('Satu', { tier: 1 }), await race.rep('Dua', { tier: 2 })];
    const three = await race.rep('Tiga', { tier: 3 });
    for (let lead = 0; lead < 3; lead++) {
      await race.lead(PREMIUM);
      await race.after(20 * MINUTE);
    }
    const given = best.map((rep) => rep.heard('lead:assigned').length);
    expect(given.sort()).toEqual([1, 2]);
    expect(three.frames.filter(({ event }) => event.startsWith('lead:'))).toEqual([]);
  });

  it('CON-08: tier 3 on a break: the next tier up gets it, deepest first', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const three = await race.rep('Tiga', { tier: 3 });
    const leadId = await race.lead(WARM);
    await race.at('11:10:00');
    await race.patch(three, { status: 'break' });
    await race.at('11:30:00');
    expect(two.heard('lead:assigned', leadId)).toHaveLength(1);
    expect(one.heard('lead:assigned').length + three.heard('lead:assigned').length).toBe(0);
  });

  it('COMP-10: nobody is available: it waits with a timer and is offered when somebody is ready', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Sari');
    const leadId = await race.lead(PREMIUM);
    await race.patch(rep, { status: 'break' });
    await race.at('10:05:00');
    expect(race.file.status(leadId)).toBe('waiting');
    expect(waitingTimers(race, leadId)).toEqual([{ due_at: clockTime('10:06:00') }]);
    // Each look that finds nobody leaves the next timer.
    await race.at('10:08:30');
    expect(waitingTimers(race, leadId)).toEqual([{ due_at: clockTime('10:09:00') }]);
    rep.forget();
    await race.patch(rep, { status: 'ready' });
    expect(rep.heard('lead:alert', leadId)).toHaveLength(1);
    expect(rep.heard('lead:alert', leadId)[0]).toMatchObject({
      sentAt: at('10:08:30'),
      closesAt: at('10:13:30'),
    });
    expect(waitingTimers(race, leadId)).toEqual([]);
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('a lead that finds no rep at all waits, and goes up when the first one is hired', async () => {
    const race = await start({ policy: 'tiered' });
    const leadId = await race.lead(WARM);
    expect(race.file.status(leadId)).toBe('waiting');
    await race.after(HOUR);
    expect(waitingTimers(race, leadId)).toHaveLength(1);
    const rep = await race.rep('Sari', { tier: 3 });
    // The alert came before the socket: the first snapshot has it.
    expect(await rep.pool()).toMatchObject([{ leadId, opensAt: race.nowIso }]);
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });
});
