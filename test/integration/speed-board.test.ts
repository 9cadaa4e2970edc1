/** SPEED_BOARD (COMP-29 to COMP-32): who answers leads fastest, over leads that go where they went without it. */
import { afterEach, expect, it } from 'vitest';
import { DEFAULT_ONBOARDING } from '../../server/policy/onboarding-policy.ts';
import { DAY, MINUTE, Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

interface Board {
  from: string;
  to: string;
  rows: Record<string, unknown>[];
  me?: Record<string, unknown> | null;
}

const races: Race[] = [];
afterEach(async () => {
  for (const race of races.splice(0)) await race.end();
});

/** Two reps who are given leads in turn; with a board, or without. */
async function inTurn(speedBoard: object | null): Promise<{ race: Race; sari: RaceRep; budi: RaceRep }> {
  const race = await Race.start(null);
  races.push(race);
  const sari = await race.rep('Sari');
  await race.after(SECOND);
  const budi = await race.rep('Budi');
  const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
  const rules = [{ name: 'in turn', method: 'roundRobin' }];
  await race.setPolicy({ ...policy, routing: { ...policy.routing, rules }, speedBoard });
  return { race, sari, budi };
}

const answer = (race: Race, rep: RaceRep, leadId: string, kind = 'email') =>
  race.done('POST', `/v1/leads/${leadId}/activities`, { kind }, rep);
const board = (race: Race, query = '', by?: RaceRep) =>
  race.done<Board>('GET', `/v1/speed-board${query}`, undefined, by);

it('COMP-29, COMP-30: mean, within 5 minutes and an hour, streak; by week and month, with the conversion beside it', async () => {
  const { race, sari, budi } = await inTurn({});
  const leads = [await race.lead(), await race.lead(), await race.lead(), await race.lead()] as const;
  const got = (rep: RaceRep) => leads.filter((leadId) => rep.heard('lead:assigned', leadId).length > 0);
  expect([got(sari), got(budi)]).toEqual([
    [leads[0], leads[2]],
    [leads[1], leads[3]],
  ]);
  await race.after(4 * MINUTE);
  await answer(race, sari, leads[0]);
  await answer(race, sari, leads[2], 'call');
  await race.after(26 * MINUTE);
  await answer(race, budi, leads[1]);
  await race.done('POST', `/v1/leads/${leads[1]}/stages`, { stage: 'opportunity' }, budi);
  const { from, to, rows, me } = await board(race, '?period=week', budi);
  expect([from, to]).toEqual(['2026-11-23', '2026-11-29']);
  expect(rows).toEqual([
    {
      ...{ rank: 1, repId: sari.id, name: 'Sari', leads: 2, answered: 2, meanSeconds: 240, withinFastPct: 100 },
      ...{ withinOkPct: 100, longestStreak: 2, conversionPct: 0 },
    },
    {
      ...{ rank: 2, repId: budi.id, name: 'Budi', leads: 2, answered: 1, meanSeconds: 1800, withinFastPct: 0 },
      ...{ withinOkPct: 100, longestStreak: 0, conversionPct: 50 },
    },
  ]);
  expect(me).toEqual(rows[1]);
  // Live, as every board: the same means.
  const { rows: live } = await race.done<Board>('GET', '/v1/leaderboards/responseSpeed?period=week');
  expect(live.map(({ repId, value }) => [repId, value])).toEqual([
    [sari.id, 240_000],
    [budi.id, 1_800_000],
  ]);
  await race.after(7 * DAY);
  expect((await board(race)).rows).toEqual([]);
  expect((await board(race, '?day=2026-11-25')).rows).toHaveLength(2);
  expect((await board(race, '?period=month&day=2026-11-30')).rows).toHaveLength(2);
});

it('CON-30: where a call is asked for, a mail answers nothing', async () => {
  const { race, sari } = await inTurn({ contact: 'call' });
  const leadId = await race.lead();
  await race.after(MINUTE);
  await answer(race, sari, leadId, 'email');
  expect((await board(race)).rows).toEqual([]);
  await race.after(MINUTE);
  await answer(race, sari, leadId, 'call');
  expect((await board(race)).rows).toMatchObject([{ repId: sari.id, meanSeconds: 120 }]);
});

it('FAIR-15: a newcomer takes no place, and reads its own figures without a rank; afterwards it is ranked with what it has', async () => {
  const { race, sari } = await inTurn({});
  const baru = await race.rep('Baru', { hiredOn: '2026-09-07' });
  const policy = await race.done<object>('GET', '/v1/policy');
  await race.setPolicy({ ...policy, onboarding: DEFAULT_ONBOARDING });
  for (const rep of [baru, sari]) {
    const leadId = await race.lead();
    await race.call('POST', `/v1/leads/${leadId}/assignments`, { repId: rep.id, reason: 'knows them' });
    await race.after(MINUTE);
    await answer(race, rep, leadId);
  }
  const figures = { repId: baru.id, answered: 1, meanSeconds: 60 };
  const first = await board(race, '?period=month', baru);
  expect(first.rows).toMatchObject([{ rank: 1, repId: sari.id }]);
  expect(first.me).toMatchObject({ rank: null, ...figures });
  // Of a September hire the onboarding ends in December.
  await race.after(14 * DAY);
  expect((await board(race, '?period=month&day=2026-11-23', baru)).me).toMatchObject({ rank: 1, ...figures });
});

it('COMP-31: the same leads go to the same reps with the board and without; without it there is none to read', async () => {
  const owners: string[][] = [];
  for (const speedBoard of [{}, null]) {
    const { race, sari, budi } = await inTurn(speedBoard);
    const names: string[] = [];
    for (let n = 0; n < 6; n++) {
      const leadId = await race.lead({ type: n % 2 === 0 ? 'demo request' : 'newsletter signup' });
      const rep = [sari, budi].find((one) => one.heard('lead:assigned', leadId).length > 0);
      names.push(rep?.name ?? '');
      if (n < 4 && rep !== undefined) await answer(race, rep, leadId);
    }
    owners.push(names);
    const { status } = await race.call('GET', '/v1/speed-board');
    expect(status).toBe(speedBoard === null ? 404 : 200);
  }
  expect(owners[0]).toEqual(owners[1]);
  expect(owners[0]).not.toContain('');
});
