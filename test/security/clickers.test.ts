/**
 * Threat: scripts that tap for a rep. FAIR-23 counts early tries and repeats and nothing else; what no thumb does is
 * flagged beside the race, and decides nothing.
 */
import { expect, it } from 'vitest';
import { onBothArbiters, type Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const PREMIUM = { type: 'demo request' };

interface Recorded {
  offers: { attempts: { repId: string; verdict: string; flags?: string[] }[] }[];
}

async function flagsOf(race: Race, leadId: string, by?: RaceRep): Promise<Record<string, string[] | undefined>> {
  const { offers } = await race.done<Recorded>('GET', `/v1/races/${leadId}`, undefined, by);
  return Object.fromEntries((offers[0]?.attempts ?? []).map(({ repId, flags }) => [repId, flags]));
}

onBothArbiters('clicker bots', (start) => {
  it('a claim 119 ms after the own alert is flagged and wins all the same; at 120 ms it is not', async () => {
    const race = await start();
    const [quick, other] = [await race.rep('Sari'), await race.rep('Budi')];
    const fast = await race.lead();
    await race.after(119);
    expect(await quick.claim(fast)).toMatchObject({ verdict: 'won', claimSpeedMs: 119 });
    await other.claim(fast);
    const fair = await race.lead();
    await race.after(120);
    expect((await quick.claim(fair)).verdict).toBe('won');
    await other.claim(fair);
    const flagged = ['fasterThanHuman'];
    expect(await flagsOf(race, fast)).toEqual({ [quick.id]: flagged, [other.id]: flagged });
    expect(await flagsOf(race, fair)).toEqual({ [quick.id]: undefined, [other.id]: undefined });
    // A question for a manager, and nothing for colleagues to point at.
    expect(await flagsOf(race, fast, other)).toEqual({ [quick.id]: undefined, [other.id]: undefined });
    await race.restart();
    expect(await flagsOf(race, fast)).toEqual({ [quick.id]: flagged, [other.id]: flagged });
  });

  it('in a later lane the reaction counts from that lane, and a tap before it is early, not fast', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const leadId = await race.lead(PREMIUM);
    await race.at('10:14:59.990');
    expect((await two.claim(leadId)).verdict).toBe('early');
    expect(await flagsOf(race, leadId)).toEqual({ [two.id]: undefined });
    await race.at('10:15:00.030');
    expect((await two.claim(leadId)).verdict).toBe('won');
    expect(await flagsOf(race, leadId)).toEqual({ [two.id]: ['fasterThanHuman'] });
  });

  it('ten claims that took the same time are flagged at the tenth; an uneven hand is not', async () => {
    const race = await start();
    const [bot, human] = [await race.rep('Sari'), await race.rep('Budi')];
    const last: Record<string, string> = {};
    for (let n = 0; n < 10; n++) {
      for (const [rep, waitMs] of [
        [bot, 300 + (n % 5) * 12],
        [human, 400 + n * 90],
      ] as const) {
        const leadId = await race.lead();
        await race.after(waitMs);
        expect((await rep.claim(leadId)).verdict).toBe('won');
        if (n === 8) expect(await flagsOf(race, leadId)).toEqual({ [rep.id]: undefined });
        last[rep.id] = leadId;
      }
    }
    expect(await flagsOf(race, last[bot.id] as string)).toEqual({ [bot.id]: ['tooRegular'] });
    expect(await flagsOf(race, last[human.id] as string)).toEqual({ [human.id]: undefined });
  });

  it('FAIR-23: a script that hammers a closed lane wins nothing by it and keeps its first claim', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const [bot, human] = [await race.rep('Dua', { tier: 2 }), await race.rep('Dua B', { tier: 2 })];
    const leadId = await race.lead(PREMIUM);
    const heard: Record<string, number> = {};
    for (let second = 0; second < 20; second++) {
      for (let n = 0; n < 10; n++) {
        const verdict = await bot.claim(leadId);
        const name = verdict.verdict === 'refused' ? verdict.rule : verdict.verdict;
        heard[name] = (heard[name] ?? 0) + 1;
      }
      await race.after(SECOND);
    }
    // Five in each of the first twelve seconds, which is sixty in this minute.
    expect(heard).toEqual({ early: 60, attemptRate: 140 });
    // The minute is used up, and still the first claim on the open lane is judged on its merits.
    await race.at('10:14:59');
    for (let n = 0; n < 6; n++) await bot.claim(leadId);
    await race.at('10:15:00');
    expect((await bot.claim(leadId)).verdict).toBe('won');
    expect((await human.claim(leadId)).verdict).toBe('lost');
  });

  it('FAIR-23 over HTTP is 429 with the verdict and when to come back; other reps are not slowed', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Satu', { tier: 1 });
    const [bot, human] = [await race.rep('Dua', { tier: 2 }), await race.rep('Dua B', { tier: 2 })];
    const leadId = await race.lead(PREMIUM);
    const claim = (by: RaceRep, n: number) =>
      race.call('POST', `/v1/leads/${leadId}/claims`, {}, by, { 'idempotency-key': `http-${n}` });
    for (let n = 0; n < 5; n++) expect((await claim(bot, n)).body).toMatchObject({ status: 409, code: 'early' });
    const refused = await claim(bot, 5);
    expect(refused.body).toMatchObject({ status: 429, verdict: 'refused', rule: 'attemptRate', leadId });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await claim(human, 6)).body).toMatchObject({ status: 409, code: 'early' });
    await race.after(SECOND);
    expect((await claim(bot, 7)).body).toMatchObject({ code: 'early' });
  });
});
