/**
 * Leads that are given in one moment, more than there is room for: what a rule was promised by memory holds on file.
 * Each lead has an owner, or a timer after which it is looked at again.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leadBody } from '../support/app.ts';
import { DAY, HOUR, MINUTE, onBothArbiters, type Race, TEN } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };

async function changePolicy(race: Race, change: Record<string, Record<string, unknown> | null>): Promise<void> {
  const policy = await race.done<Record<string, object>>('GET', '/v1/policy');
  const changed = Object.entries(change).map(([section, part]) => [section, part && { ...policy[section], ...part }]);
  await race.setPolicy({ ...policy, ...Object.fromEntries(changed) });
}

/** Posts them all before any has been answered. */
async function burst(race: Race, leads: number): Promise<void> {
  const post = () => race.app.call('POST', '/v1/leads', { body: leadBody(WARM) });
  const answers = await Promise.all(Array.from({ length: leads }, post));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  await race.settle();
}

const held = (race: Race, rep: RaceRep) =>
  race.file.all('SELECT 1 FROM ownerships WHERE rep_id = ? AND ended_at IS NULL', rep.id).length;

const lost = (race: Race) =>
  race.file.all(
    `SELECT id, status FROM leads WHERE status <> 'owned' AND NOT EXISTS (
       SELECT 1 FROM deadlines WHERE lead_id = leads.id AND kind IN ('routeAgain', 'offerExpires'))`,
  );

onBothArbiters('a burst', (start) => {
  it('ROUTE-11: a rule gives a rep as many as allowed; the others wait, and are given when there is room', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Ada');
    const rules = [{ name: 'round', method: 'roundRobin' }];
    await changePolicy(race, { competition: { maxOpenLeads: 2 }, routing: { rules } });
    await burst(race, 12);
    expect([held(race, rep), rep.heard('lead:assigned').length, lost(race)]).toEqual([2, 2, []]);
    const [first] = rep.heard('lead:assigned');
    await race.done('POST', `/v1/leads/${first?.leadId}/releases`, { reason: 'no time' }, rep);
    await race.after(MINUTE);
    expect([held(race, rep), rep.heard('lead:assigned').length, lost(race)]).toEqual([2, 3, []]);
  });

  it('ROUTE-11: what one has no room for goes to the next at once', async () => {
    const race = await start({ policy: 'open' });
    const reps = [await race.rep('Satu'), await race.rep('Dua')] as const;
    const rules = [{ name: 'round', method: 'roundRobin' }];
    await changePolicy(race, { routing: { rules } });
    await burst(race, 4);
    // Two more for the one, and four for the other.
    await changePolicy(race, { competition: { maxOpenLeads: 4 } });
    for (const { leadId } of reps[0].heard('lead:assigned')) {
      await race.done('POST', `/v1/leads/${leadId}/stages`, { stage: 'lost', reason: 'no budget' }, reps[0]);
    }
    await burst(race, 6);
    expect(reps.map((rep) => held(race, rep))).toEqual([6, 4]);
    expect(race.file.all(`SELECT id FROM leads WHERE status = 'waiting'`)).toEqual([]);
  });

  it('COMP-35: the weekly allowance', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Ada');
    await race.patch(rep, { quota: 1000 });
    const bands = [{ fromPct: 0, perWeek: 3 }];
    const rules = [{ name: 'round', method: 'roundRobin' }];
    await changePolicy(race, { quotaAllocation: { bands }, routing: { rules } });
    await burst(race, 8);
    expect([held(race, rep), lost(race)]).toEqual([3, []]);
  });

  it('COMP-23: what nobody claimed, when many end in one moment', async () => {
    const race = await start({ policy: 'open' });
    const reps = [await race.rep('Satu'), await race.rep('Dua')];
    await changePolicy(race, { competition: { maxOpenLeads: 2 } });
    await burst(race, 9);
    await race.after(HOUR);
    expect([reps.map((rep) => held(race, rep)), lost(race)]).toEqual([[2, 2], []]);
  });

  it('FAIR-12: a newcomer is given of the base load what is due by this day, and the others are raced for', async () => {
    const race = await start({ policy: 'tiered' });
    const hiredOn = new Date(TEN - 9 * 7 * DAY).toISOString().slice(0, 10);
    const newcomer = await race.rep('Baru', { tier: 1, hiredOn });
    await race.rep('Lama', { tier: 1 });
    await changePolicy(race, { onboarding: { baseLoadPerWeek: 4 } });
    await race.at(TEN + 2 * DAY);
    await burst(race, 7);
    expect(newcomer.heard('lead:assigned')).toHaveLength(2);
    expect(race.file.all(`SELECT id FROM offers WHERE state = 'open'`)).toHaveLength(5);
  });

  it('property: no burst passes a limit, and no lead is left without an owner or a timer', async () => {
    const race = await start({ policy: 'open' });
    const reps = [await race.rep('Satu', { tier: 1 }), await race.rep('Dua'), await race.rep('Tiga', { tier: 3 })];
    let before = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('roundRobin', 'weighted', 'race'),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 2 }),
        async (method, room, bursts) => {
          const rules = [{ name: method, method }];
          await changePolicy(race, { competition: { maxOpenLeads: before + room }, routing: { rules } });
          for (const leads of bursts) await burst(race, leads);
          await race.after(HOUR);
          const now = reps.map((rep) => held(race, rep));
          for (const one of now) expect(one).toBeLessThanOrEqual(before + room);
          expect(lost(race)).toEqual([]);
          before = Math.max(...now);
        },
      ),
      { numRuns: 6 },
    );
  });
});
