/** COMP-40.11, FAIR-12 to FAIR-18: what a new rep sees and may have, by the week. */
import { expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, onBothArbiters, TEN } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };
const HOT = { type: 'demo request' };
/** Hired so many whole weeks ago: in the week after them. */
const hired = (weeks: number) => new Date(TEN - weeks * 7 * DAY).toISOString().slice(0, 10);

onBothArbiters('onboarding', (start) => {
  it('COMP-40.11, week 3: sees the race and its end, and cannot claim, also when it is asked again', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const shadow = await race.rep('Baru', { tier: 1, hiredOn: hired(2), languages: ['en'] });
    const leadId = await race.lead(HOT);
    expect(shadow.heard('lead:alert', leadId)).toEqual(one.heard('lead:alert', leadId));
    expect(await shadow.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'onboarding' });
    const overHttp = await race.call('POST', `/v1/leads/${leadId}/claims`, {}, shadow, { 'idempotency-key': 'k' });
    expect(overHttp).toMatchObject({ status: 409, body: { rule: 'onboarding' } });
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(shadow.heard('lead:taken', leadId)).toMatchObject([{ by: { id: one.id } }]);
    expect(await race.done('GET', '/v1/me', undefined, shadow)).toMatchObject({
      onboarding: { phase: 'shadow', week: 3 },
    });
  });

  it('COMP-40.11, week 6: races in the cohort’s pool alone, and never beside the others', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const cohort = [
      await race.rep('Baru', { tier: 3, hiredOn: hired(5) }),
      await race.rep('Anyar', { tier: 2, hiredOn: hired(6) }),
    ];
    const told = (rep: RaceRep, leadId: string) => rep.heard('lead:alert', leadId).length;
    const leads: string[] = [];
    for (let lead = 0; lead < 40; lead++) leads.push(await race.lead(WARM));
    for (const leadId of leads) {
      // Of the cohort both or neither, and the others then not.
      expect(told(cohort[1] as RaceRep, leadId)).toBe(told(cohort[0] as RaceRep, leadId));
      expect(told(one, leadId)).toBe(1 - told(cohort[0] as RaceRep, leadId));
    }
    const theirs = leads.filter((leadId) => told(cohort[0] as RaceRep, leadId) === 1);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.length).toBeLessThan(leads.length);
    expect(await one.claim(theirs[0] as string)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    expect(await (cohort[1] as RaceRep).claim(theirs[0] as string)).toMatchObject({ verdict: 'won' });
    const hot = await race.lead(HOT);
    expect([told(one, hot), told(cohort[0] as RaceRep, hot)]).toEqual([1, 0]);
  });

  it('COMP-40.11, weeks 10 and 14: races with everybody; the rotation serves the base load first, until it ends', async () => {
    const race = await start({ policy: 'tiered' });
    const guaranteed = await race.rep('Baru', { tier: 1, hiredOn: hired(9) });
    const veteran = await race.rep('Lama', { tier: 3, hiredOn: hired(13) });
    const first = await race.lead(WARM);
    expect(await guaranteed.claim(first)).toMatchObject({ verdict: 'won' });
    const policy = await race.done<{ onboarding: object }>('GET', '/v1/policy');
    await race.setPolicy({ ...policy, onboarding: { ...policy.onboarding, baseLoadPerWeek: 2 } });
    const left: string[] = [];
    for (let lead = 0; lead < 3; lead++) {
      left.push(await race.lead(WARM));
      await race.after(MINUTE);
    }
    await race.after(2 * HOUR);
    const given = (rep: RaceRep) => left.filter((leadId) => rep.heard('lead:assigned', leadId).length === 1);
    // Without the guarantee all of them were the third tier's.
    expect(given(guaranteed)).toHaveLength(2);
    expect(given(veteran)).toHaveLength(1);
    expect(await race.done('GET', '/v1/me', undefined, veteran)).toMatchObject({ onboarding: null });
  });

  it('COMP-40.11, FAIR-12, week 10: the base load comes though every lead is claimed, from the second day on', async () => {
    const race = await start({ policy: 'tiered' });
    const guaranteed = await race.rep('Baru', { tier: 1, hiredOn: hired(9) });
    const veteran = await race.rep('Lama', { tier: 1, hiredOn: hired(99) });
    const given = () => guaranteed.heard('lead:assigned').length;
    const raced = async (lead: Record<string, unknown>) => {
      const leadId = await race.lead(lead);
      const [verdict] = [await veteran.claim(leadId)];
      return verdict.verdict === 'won';
    };
    expect([await raced(WARM), given()]).toEqual([true, 0]);
    await race.at(TEN + DAY);
    // Two of ten by Tuesday; premium leads are always raced for.
    expect([await raced(HOT), await raced(WARM), await raced(WARM), await raced(WARM)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(given()).toBe(2);
    expect(veteran.heard('lead:assigned')).toEqual([]);
    await race.patch(guaranteed, { status: 'break' });
    await race.at(TEN + 2 * DAY);
    expect(await raced(WARM)).toBe(true);
  });

  it('COMP-40.11, FAIR-14, week 6: of the cohort’s leads half are given, one for each that is claimed', async () => {
    const race = await start({ policy: 'tiered' });
    const reps = [
      await race.rep('Baru', { tier: 3, hiredOn: hired(5) }),
      await race.rep('Anyar', { hiredOn: hired(6) }),
    ];
    const got = (rep: RaceRep) => rep.heard('lead:assigned').length;
    for (const [claimed, rep] of [...reps, ...reps].entries()) {
      expect(await rep.claim(await race.lead(WARM))).toMatchObject({ verdict: 'won' });
      expect(reps.map(got).reduce((sum, one) => sum + one)).toBe(claimed);
      const other = await race.lead(WARM);
      expect(rep.heard('lead:assigned', other)).toHaveLength(1);
    }
    expect(reps.map(got)).toEqual([2, 2]);
  });

  it('COMP-40.11, FAIR-15, FAIR-16: is not ranked until the onboarding is over, extensions included', async () => {
    const race = await start({ policy: 'tiered' });
    const reasonOf = async (rep: RaceRep, key: string) => {
      const asked = ['/v1/tiers/computations', { dryRun: true }, undefined, { 'idempotency-key': key }] as const;
      const { reps } = await race.done<{ reps: { repId: string; reason: string }[] }>('POST', ...asked);
      return reps.find(({ repId }) => repId === rep.id)?.reason;
    };
    const rep = await race.rep('Baru', { tier: 3, hiredOn: hired(12) });
    await race.patch(rep, { readyToRace: true });
    expect(await reasonOf(rep, 'protected')).toBe('newcomer');
    await race.patch(rep, { extendOnboarding: { days: 7, reason: 'was ill' } });
    // The 91st day, were it not for the extension, and the first after it.
    await race.at(TEN + 12 * DAY);
    expect(await reasonOf(rep, 'held')).toBe('newcomer');
    await race.at(TEN + 13 * DAY);
    expect(await reasonOf(rep, 'over')).toBe('smallSample');
  });

  it('COMP-40.11, week 10: no rank while the onboarding lasts, own figures all the same; then the place that is due', async () => {
    const race = await start({ policy: 'tiered' });
    // On Tuesday it is the 91st day.
    const rep = await race.rep('Baru', { tier: 1, hiredOn: new Date(TEN - 89 * DAY).toISOString().slice(0, 10) });
    const other = await race.rep('Lama', { tier: 1, hiredOn: hired(99) });
    for (const by of [rep, rep, other]) expect(await by.claim(await race.lead(WARM))).toMatchObject({ verdict: 'won' });
    const board = async (by: RaceRep) => {
      const answer = await race.done<{ rows: { rank: number; repId: string }[]; me?: { rank: number | null } }>(
        ...(['GET', '/v1/leaderboards/claims?period=week', undefined, by] as const),
      );
      return { rows: answer.rows.map(({ rank, repId }) => [rank, repId]), own: answer.me?.rank };
    };
    const card = () => race.done('GET', '/v1/me', undefined, rep);
    const own = await card();
    expect(own).toMatchObject({ claimsWeek: 2, rank: null, onboarding: { week: 13 } });
    expect(own.pointsThisWeek).toBeGreaterThan(0);
    expect(await board(rep)).toEqual({ rows: [[1, other.id]], own: null });
    expect(await board(other)).toEqual({ rows: [[1, other.id]], own: 1 });
    const watched = race.house.world.boards.watch({ board: 'claims', period: 'week', top: 10 }, 'wall');
    // Midnight in Jakarta.
    await race.at(TEN + 14 * HOUR - 1);
    expect((await board(rep)).own).toBeNull();
    await race.at(TEN + 14 * HOUR);
    const both = [
      [1, rep.id],
      [2, other.id],
    ];
    expect(await board(rep)).toEqual({ rows: both, own: 1 });
    expect(race.house.world.boards.snapshot({ board: 'claims', period: 'week', top: 10 }).seq).toBe(
      (watched?.seq ?? 0) + 1,
    );
    expect(await card()).toMatchObject({ rank: 1, onboarding: null });
  });

  it('FAIR-17, FAIR-18: only a manager’s word ends the watching, and may make it longer, with a reason', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Baru', { tier: 1, hiredOn: hired(3) });
    const phase = async () =>
      (await race.done<{ onboarding: object | null }>('GET', '/v1/me', undefined, rep)).onboarding;
    await race.at(TEN + 8 * DAY);
    expect(await phase()).toMatchObject({ phase: 'shadow', week: 5, waitsForReadiness: true });
    expect(await race.call('PATCH', `/v1/reps/${rep.id}`, { readyToRace: true }, rep)).toMatchObject({ status: 403 });
    await race.patch(rep, { readyToRace: true });
    expect(await phase()).toMatchObject({ phase: 'cohort', week: 5, readyOn: '2026-12-01' });
    await race.patch(rep, { extendOnboarding: { days: 14, reason: 'was ill' } });
    // By the date alone it had raced with everybody from the 35th day on.
    await race.at(TEN + 38 * DAY);
    const { items } = await race.done<{ items: unknown[] }>('GET', '/v1/reps');
    const extensions = [{ from: '2026-12-01', days: 14, reason: 'was ill', by: 'admin' }];
    expect(items).toMatchObject([{ onboarding: { phase: 'cohort', extensions } }]);
    const bad = await race.call('PATCH', `/v1/reps/${rep.id}`, { extendOnboarding: { days: 7 } });
    expect(bad).toMatchObject({ status: 400, body: { field: 'extendOnboarding.reason' } });
  });
});

onBothArbiters('a protected allocation', (start) => {
  it('FAIR-19: a manager grants leads without a race until an instant; it ends by itself, over a restart too', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    const until = new Date(TEN + 3 * DAY).toISOString();
    const order = { until, leadsPerWeek: 4, reason: 'a hard month' };
    const late = { protectedAllocation: { ...order, until: new Date(TEN).toISOString() } };
    expect(await race.call('PATCH', `/v1/reps/${rep.id}`, late)).toMatchObject({
      status: 400,
      body: { field: 'protectedAllocation.until' },
    });
    await race.patch(rep, { protectedAllocation: order });
    const given = async (lead = WARM) => {
      const leadId = await race.lead(lead);
      const isGiven = rep.heard('lead:assigned', leadId).length === 1;
      if (!isGiven) expect(await other.claim(leadId)).toMatchObject({ verdict: 'won' });
      return isGiven;
    };
    const card = async () =>
      (await race.done<{ protectedAllocation: object | null }>('GET', '/v1/me', undefined, rep)).protectedAllocation;
    const told = { ...order, grantedAt: new Date(TEN).toISOString(), by: 'admin' };
    expect(await card()).toEqual({ ...told, givenThisWeek: 0 });
    // Nothing on the day on which it was granted, then a quarter of the week's by each day. Hot leads are raced for.
    expect(await given()).toBe(false);
    await race.at(TEN + DAY);
    expect([await given(HOT), await given(), await given()]).toEqual([false, true, false]);
    const { items } = await race.done<{ items: { id: string }[] }>('GET', '/v1/reps');
    expect(items.find(({ id }) => id === rep.id)).toMatchObject({ protectedAllocation: { ...told, givenThisWeek: 1 } });
    await race.at(TEN + 2 * DAY);
    await race.restart(MINUTE);
    expect([await given(), await given()]).toEqual([true, false]);
    await race.at(TEN + 3 * DAY - MINUTE);
    expect(await given()).toBe(true);
    await race.at(TEN + 3 * DAY);
    await race.restart(MINUTE);
    await race.at(TEN + 4 * DAY);
    expect([await given(), await card()]).toEqual([false, null]);
    expect(other.heard('lead:assigned').length).toBe(0);
    // In force again, and ended by hand.
    await race.patch(rep, { protectedAllocation: { ...order, until: new Date(TEN + 30 * DAY).toISOString() } });
    await race.at(TEN + 8 * DAY);
    expect(await given()).toBe(true);
    await race.patch(rep, { protectedAllocation: null });
    await race.at(TEN + 9 * DAY);
    expect([await given(), await card()]).toEqual([false, null]);
  });
});

onBothArbiters('checklists', (start) => {
  it('FAIR-13, FAIR-14: a manager ticks tasks of the policy off; the rep sees them, and they open nothing by themselves', async () => {
    const race = await start({ policy: 'tiered' });
    const rep = await race.rep('Baru', { hiredOn: hired(2) });
    const lists = async () => {
      const { onboarding } = await race.done<{ onboarding: object }>('GET', '/v1/me', undefined, rep);
      return onboarding;
    };
    const open = (item: string) => ({ item, done: false, at: null, by: null });
    const ticked = (item: string) => ({ item, done: true, at: new Date(TEN).toISOString(), by: 'admin' });
    expect(await lists()).toMatchObject({
      training: ['Tools', 'Process', 'Product'].map(open),
      coaching: [open('Response quality')],
    });
    const task = (list: string, item: string, done: boolean) => ({ onboardingTask: { list, item, done } });
    await race.patch(rep, task('training', 'Tools', true));
    await race.patch(rep, task('training', 'Product', true));
    await race.patch(rep, task('training', 'Product', false));
    expect(await race.call('PATCH', `/v1/reps/${rep.id}`, task('coaching', 'Tools', true))).toMatchObject({
      status: 400,
      body: { field: 'onboardingTask.item' },
    });
    await race.restart();
    const shown = { phase: 'shadow', training: [ticked('Tools'), open('Process'), open('Product')] };
    expect(await lists()).toMatchObject(shown);
    const { items } = await race.done<{ items: object[] }>('GET', '/v1/reps');
    expect(items).toMatchObject([{ onboarding: shown }]);
    // The company's own list; what is no longer on it is not shown.
    const policy = await race.done<{ onboarding: object }>('GET', '/v1/policy');
    await race.setPolicy({
      ...policy,
      onboarding: { ...policy.onboarding, trainingTasks: ['CRM', 'Tools'], coachingTasks: [] },
    });
    expect(await lists()).toMatchObject({ training: [open('CRM'), ticked('Tools')], coaching: [] });
  });
});
