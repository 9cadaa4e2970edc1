/** COMP-11, FAIR-20: in one offer each rep is refused by the figures of its own team. */
import { expect, it } from 'vitest';
import { onBothArbiters, onOneArbiter, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const HOT = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };

interface Standing {
  rule: string;
  limit: number;
  used: number;
}

async function setTeams(race: Race, rules: Record<string, object>): Promise<void> {
  const policy = await race.done('GET', '/v1/policy');
  const teams = Object.fromEntries(Object.entries(rules).map(([team, own]) => [team, { rules: own }]));
  await race.setPolicy({ ...policy, teams });
}

async function standing(race: Race, rep: RaceRep): Promise<Standing[]> {
  return (await race.done<{ limits: Standing[] }>('GET', '/v1/me', undefined, rep)).limits;
}

async function claimMany(race: Race, rep: RaceRep, count: number, what: object): Promise<string[]> {
  const verdicts: string[] = [];
  for (let lead = 0; lead < count; lead++) {
    const verdict = await rep.claim(await race.lead({ ...what }));
    verdicts.push(verdict.verdict === 'refused' ? verdict.rule : verdict.verdict);
  }
  return verdicts;
}

onBothArbiters('the rules of teams', (start) => {
  it('COMP-11: two teams and the rest in the same offers, each rep stopped by its own cap and ratio', async () => {
    const race = await start();
    const east = await race.rep('Yosefa', { team: 'East' });
    const west = await race.rep('Sari', { team: 'West' });
    const none = await race.rep('Budi');
    await setTeams(race, {
      East: { competition: { dailyCap: 1 } },
      West: { competition: { dailyCap: 4 }, fairness: { hotPerWarm: 2, waiveIfNone: false } },
    });
    expect(await claimMany(race, east, 2, WARM)).toEqual(['won', 'dailyCap']);
    expect(await claimMany(race, west, 3, HOT)).toEqual(['won', 'won', 'hotPerWarm']);
    expect(await claimMany(race, west, 1, WARM)).toEqual(['won']);
    expect(await claimMany(race, west, 2, HOT)).toEqual(['won', 'dailyCap']);
    expect(await claimMany(race, none, 5, HOT)).toEqual(Array(5).fill('won'));
    expect(await standing(race, east)).toMatchObject([{ rule: 'dailyCap', limit: 1, used: 1 }]);
    expect(await standing(race, west)).toMatchObject([
      { rule: 'dailyCap', limit: 4, used: 4 },
      { rule: 'hotPerWarm', limit: 2, used: 3 },
    ]);
    expect(await standing(race, none)).toEqual([]);
  });

  it('who is moved while an offer is open keeps what it was opened with, and has the new team’s rules from the next on', async () => {
    const race = await start();
    const rep = await race.rep('Yosefa', { team: 'East' });
    await race.rep('Sari', { team: 'West' });
    await setTeams(race, { East: { competition: { dailyCap: 1 } } });
    expect(await claimMany(race, rep, 1, WARM)).toEqual(['won']);
    const open = await race.lead(WARM);
    await race.patch(rep, { team: 'West' });
    expect(await rep.claim(open)).toMatchObject({ verdict: 'refused', rule: 'dailyCap' });
    expect(await rep.claim(await race.lead(WARM))).toMatchObject({ verdict: 'won' });
  });
});

onOneArbiter('the rules of teams', (start) => {
  it('COMP-11: a tiered team beside an open one, and the explanation tells each its own time', async () => {
    const race = await start();
    const east = await race.rep('Yosefa', { team: 'East', tier: 2 });
    const west = await race.rep('Sari', { team: 'West', tier: 2 });
    await race.rep('Maria', { team: 'East', tier: 1 });
    await setTeams(race, {
      East: {
        mode: 'TIERED',
        competition: { delays: { premium: { default: [0, 60] }, standard: { default: [0, 60] } } },
      },
    });
    const leadId = await race.lead(WARM);
    expect(await east.claim(leadId)).toMatchObject({ verdict: 'early', opensInMs: 60_000 });
    const told = (rep: RaceRep) =>
      race.done<{ items: { lines: { message: string; opensAt: string }[] }[] }>(
        'GET',
        `/v1/leads/${leadId}/explanation?lang=en`,
        undefined,
        rep,
      );
    const why = async (rep: RaceRep) => (await told(rep)).items[0]?.lines[0]?.message;
    expect(await why(east)).toMatch(/^Offered 1 minute after release: that is the time of tier 2/);
    expect(await why(west)).not.toMatch(/minute/);
    expect(await west.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('COMP-11: blind share, closing time and mix of the team that a rule names, and the company’s for the rest', async () => {
    const race = await start();
    const rep = await race.rep('Yosefa', { team: 'East' });
    await race.rep('Sari', { team: 'West' });
    const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
    const toEast = (name: string, when: object) => ({ name, when, target: { teams: ['east'] }, method: 'race' });
    const rules = [
      toEast('form', { field: 'source', in: ['east form'] }),
      // By what a blind lead shows nobody could tell that it is hot: it would be raced for by everybody.
      toEast('hot ones', { field: 'temperature', in: ['hot'] }),
      { name: 'rest', target: { everybody: true }, method: 'race' },
    ];
    await race.setPolicy({ ...policy, routing: { ...policy.routing, rules } });
    await setTeams(race, {
      East: {
        competition: { clearSeconds: { hot: 60, warm: 120, cold: 180 } },
        blind: { shareOfStandard: 1, shareOfPremium: 1, show: ['source'] },
        mix: { standard: 90, low: 0, high: 10, window: 10, tolerance: 0 },
      },
    });
    const alertOf = async (what: object) => {
      const leadId = await race.lead({ ...what });
      const [alert] = rep.heard('lead:alert', leadId) as { blind: boolean; opensAt: string; closesAt: string }[];
      return alert && [alert.blind, (Date.parse(alert.closesAt) - Date.parse(alert.opensAt)) / 1000];
    };
    expect(await alertOf({ ...WARM, source: 'east form' })).toEqual([true, 120]);
    expect(await alertOf(HOT)).toEqual([false, 60]);
    expect(await alertOf({ ...WARM, source: 'any form' })).toEqual([false, 1800]);
    // Of East's races none may be cold, whoever else is in them.
    const cold = await race.lead({ type: 'newsletter signup' });
    expect(await race.done('GET', `/v1/leads/${cold}/explanation?lang=en`)).toMatchObject({
      decisions: [{ method: 'surplus' }],
    });
  });

  it('rules of a team that nobody is in are refused by their path, and the old ones stand', async () => {
    const race = await start();
    await race.rep('Yosefa', { team: 'East' });
    const policy = await race.done('GET', '/v1/policy');
    const teams = { Est: { rules: { competition: { dailyCap: 1 } } } };
    const answer = await race.call('PUT', '/v1/policy', { ...policy, teams }, undefined, { 'if-match': '*' });
    expect(answer).toMatchObject({ status: 400, body: { field: 'teams.Est.rules' } });
    expect(await race.done('GET', '/v1/policy')).toEqual(policy);
  });
});
