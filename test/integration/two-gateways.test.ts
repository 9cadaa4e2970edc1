/**
 * Limits and changes in the middle of an open offer, when a rep's taps reach two gateways: each judges by Redis alone,
 * and what was decided at the one holds at the other.
 */
import { expect, it } from 'vitest';
import { MINUTE, onTwoGateways, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const HOT = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };

const outcome = (verdict: { verdict: string; rule?: string }) => verdict.rule ?? verdict.verdict;

/** A rep with a phone at each gateway. */
async function twice(race: Race, name: string, more: Record<string, unknown> = {}): Promise<[RaceRep, RaceRep]> {
  const first = await race.rep(name, more);
  return [first, await race.device(first)];
}

/** Claims new leads one by one, at each gateway in turn; what was heard. */
async function claimInTurn(race: Race, phones: [RaceRep, RaceRep], lead: object, count: number): Promise<string[]> {
  const heard: string[] = [];
  for (let n = 0; n < count; n++) {
    const leadId = await race.lead(lead as Record<string, unknown>);
    heard.push(outcome(await (phones[n % 2] as RaceRep).claim(leadId)));
  }
  return heard;
}

async function changeFairness(race: Race, fairness: Record<string, unknown>): Promise<void> {
  const policy = await race.done<{ fairness: object }>('GET', '/v1/policy');
  await race.setPolicy({ ...policy, fairness: { ...policy.fairness, ...fairness } });
}

onTwoGateways('an open offer', (start) => {
  it('midnight in WIT inside an open offer: capped until the last millisecond of the day in Jayapura', async () => {
    const race = await start({ policy: 'tiered' });
    const phones = await twice(race, 'Yosefa', { tier: 1, timeZone: 'Asia/Jayapura' });
    await race.changeCompetition({ dailyCap: 2 });
    expect(await claimInTurn(race, phones, WARM, 3)).toEqual(['won', 'won', 'dailyCap']);
    await race.at(Date.parse('2026-11-23T14:59:59.000Z'));
    const leadId = await race.lead(WARM);
    await race.at(Date.parse('2026-11-23T14:59:59.999Z'));
    for (const phone of phones) expect(await phone.claim(leadId)).toMatchObject({ rule: 'dailyCap' });
    await race.after(1);
    expect(await phones[1].claim(leadId)).toMatchObject({ verdict: 'won' });
    // The new day's count is known at the other gateway.
    expect(await claimInTurn(race, phones, WARM, 2)).toEqual(['won', 'dailyCap']);
  });

  it('two hot claims with credit for one, at once: exactly one wins', async () => {
    const race = await start();
    const phones = await twice(race, 'Sari');
    await changeFairness(race, { hotPerWarm: 2 });
    expect(await claimInTurn(race, phones, WARM, 1)).toEqual(['won']);
    expect(await claimInTurn(race, phones, HOT, 3)).toEqual(['won', 'won', 'won']);
    const leads = [await race.lead(HOT), await race.lead(HOT)] as const;
    const verdicts = await Promise.all([phones[0].claim(leads[0]), phones[1].claim(leads[1])]);
    expect(verdicts.map(outcome).sort()).toEqual(['hotPerWarm', 'won']);
  });

  it('the warm claim that paid is released: it pays no longer, at either gateway', async () => {
    const race = await start();
    const phones = await twice(race, 'Sari');
    await changeFairness(race, { hotPerWarm: 2 });
    const warm = await race.lead(WARM);
    expect(await phones[0].claim(warm)).toMatchObject({ verdict: 'won' });
    expect(await claimInTurn(race, phones, HOT, 2)).toEqual(['won', 'won']);
    const open = await race.lead(HOT);
    await race.done('POST', `/v1/leads/${warm}/releases`, { reason: 'wrong city' }, phones[0]);
    for (const phone of phones) expect(await phone.claim(open)).toMatchObject({ rule: 'hotPerWarm', owed: 1 });
  });

  it('a blind hot claim without credit is won, and counts as what it was', async () => {
    const race = await start({ policy: 'fair-mix' });
    const phones = await twice(race, 'Sari', { tier: 1 });
    const policy = await race.done<{ blind: object }>('GET', '/v1/policy');
    await race.setPolicy({ ...policy, blind: null, mix: null });
    await race.lead(WARM);
    expect(await claimInTurn(race, phones, HOT, 3)).toEqual(['won', 'won', 'hotPerWarm']);
    const blind = { ...policy.blind, shareOfStandard: 1, shareOfPremium: 1 };
    await race.setPolicy({ ...policy, blind, mix: null });
    expect(await claimInTurn(race, phones, HOT, 1)).toEqual(['won']);
    const hot = race.file.all(
      `SELECT name, value FROM counters WHERE rep_id = ? AND name LIKE 'hot:week:%'`,
      phones[0].id,
    );
    expect(hot).toMatchObject([{ value: 3 }]);
  });

  it('the cap is raised at noon: what was open keeps the old one, what opens then has the new', async () => {
    const race = await start({ policy: 'open' });
    const phones = await twice(race, 'Sari');
    await race.changeCompetition({ dailyCap: 1 });
    expect(await claimInTurn(race, phones, WARM, 1)).toEqual(['won']);
    await race.at('11:59:00');
    const before = await race.lead(WARM);
    await race.at('12:00:00');
    await race.changeCompetition({ dailyCap: 2 });
    const after = await race.lead(WARM);
    for (const phone of phones) expect(await phone.claim(before)).toMatchObject({ rule: 'dailyCap' });
    expect(await phones[1].claim(after)).toMatchObject({ verdict: 'won' });
    expect(await phones[0].claim(await race.lead(WARM))).toMatchObject({ rule: 'dailyCap' });
  });

  it('the tier is lost while an offer is open: nothing changes in it, and everything in the next', async () => {
    const race = await start({ policy: 'tiered' });
    const phones = await twice(race, 'Satu', { tier: 1 });
    await race.rep('Dua', { tier: 1 });
    const open = await race.lead(HOT);
    await race.patch(phones[0], { tier: 3 });
    const next = await race.lead(HOT);
    expect(await phones[1].claim(next)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    expect(await phones[1].claim(open)).toMatchObject({ verdict: 'won' });
  });

  it('the policy is changed while an offer is open: its windows stay those it was opened with', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const leadId = await race.lead(WARM);
    await race.after(MINUTE);
    await race.setPolicy({ preset: 'open' });
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'early', opensInMs: 14 * MINUTE });
    expect(await two.claim(await race.lead(WARM))).toMatchObject({ verdict: 'won' });
  });

  it('a rep is deactivated while an offer is open: refused at both gateways, and nobody else is', async () => {
    const race = await start();
    const phones = await twice(race, 'Sari');
    const other = await race.rep('Budi');
    const leadId = await race.lead(HOT);
    await race.patch(phones[0], { active: false });
    for (const phone of phones) {
      expect(await phone.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'inactive' });
    }
    expect(await other.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('the last tier-1 rep is capped by another lead: the next lane of all that waited opens, at both', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await twice(race, 'Dua', { tier: 2 });
    await race.changeCompetition({ dailyCap: 1 });
    const wanted = await race.lead(WARM);
    const left = [await race.lead(WARM), await race.lead(WARM)] as const;
    await race.at('10:02:00');
    for (const leadId of left) expect(await two[0].claim(leadId)).toMatchObject({ verdict: 'early' });
    expect(await one.claim(wanted)).toMatchObject({ verdict: 'won' });
    for (const phone of two) {
      for (const leadId of left) expect(phone.story(leadId)).toEqual(['lead:upcoming', 'lead:window', 'lead:alert']);
    }
    expect(await two[1].claim(left[0])).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
    expect(await two[0].claim(left[1])).toMatchObject({ verdict: 'refused', rule: 'dailyCap' });
  });
});
