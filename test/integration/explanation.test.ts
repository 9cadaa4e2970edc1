/** CLAIM-11, FAIR-21: why a lead was offered to whom, why not, and why then, of every method. */
import { expect, it } from 'vitest';
import { ADMIN_KEY } from '../support/app.ts';
import { clockTime, MINUTE, onBothArbiters, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

interface Line {
  decisionId: string | null;
  outcome: string;
  reason: string | null;
  opensAt: string | null;
  sentAt: string | null;
  message: string;
  lifts: string | null;
}
interface Explanation {
  status: string;
  waiting: { reason: string; message: string } | null;
  decisions: { id: string; method: string; rule: string | null; message: string }[];
  items: { repId: string; repName: string; lines: Line[]; inTheWay: { rule: string; message: string }[] }[];
  nextCursor: string | null;
}

const ask = (race: Race, leadId: string, by?: RaceRep, query = '') =>
  race.done<Explanation>('GET', `/v1/leads/${leadId}/explanation${query}`, undefined, by ?? { token: ADMIN_KEY });

/** Of the newest decision, by rep: what came of it, and the reason or when the lane opens. */
async function told(race: Race, leadId: string): Promise<Record<string, unknown[]>> {
  const { items } = await ask(race, leadId);
  return Object.fromEntries(
    items.map(({ repName, lines: [line] }) => [repName, [line?.outcome, line?.reason ?? line?.opensAt]]),
  );
}

async function setRouting(race: Race, rules: unknown[]): Promise<void> {
  const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
  await race.setPolicy({ ...policy, routing: { ...policy.routing, rules } });
}

onBothArbiters('explained: a race', (start) => {
  it('each tier when and why then, each who is left out why, and what would lift it; the same after a restart', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1, languages: ['en'] });
    const two = await race.rep('Dua', { tier: 2 });
    const three = await race.rep('Tiga', { tier: 3 });
    const away = await race.rep('Empat', { tier: 1 });
    await race.patch(away, { status: 'break' });
    await race.rep('Lima', { tier: 1, hiredOn: '2026-11-16' });
    const premium = await race.lead({ type: 'demo request' });
    const first = {
      Satu: ['offered', at('10:00:00')],
      Dua: ['notReached', at('10:15:00')],
      Tiga: ['notOffered', 'tierNever'],
      Empat: ['notOffered', 'notReady'],
      Lima: ['offered', at('10:00:00')],
    };
    expect(await told(race, premium)).toEqual(first);
    await race.restart();
    expect(await told(race, premium)).toEqual(first);
    // No row a rep: the decision's own event keeps it.
    const rows = race.file.all<{ data: string }>(
      "SELECT data FROM events WHERE lead_id = ? AND kind = 'offer.opened'",
      premium,
    );
    expect(rows.map(({ data }) => JSON.parse(data).leftOut)).toEqual([
      '{"tierNever":[3],"notReady":[4],"onboarding":[5]}',
    ]);

    const { items } = await ask(race, premium, undefined, '?lang=en');
    const message = (name: string) => items.find(({ repName }) => repName === name)?.lines[0]?.message;
    expect(message('Satu')).toBe('Offered at once: that is the time of tier 1.');
    expect(message('Dua')).toBe(
      'Offered 15 minutes after release: that is the time of tier 2. The lane has not opened yet.',
    );
    expect(message('Lima')).toBe('Shown to watch: still in the first weeks.');
    // A rep reads its own line, in its own language.
    expect(await ask(race, premium, one)).toMatchObject({ language: 'en', items: [{ repId: one.id }] });
    const own = await ask(race, premium, three);
    expect(own.items).toHaveLength(1);
    expect(own.items[0]?.lines).toMatchObject([
      { reason: 'tierNever', lifts: 'Tier yang lebih tinggi; dihitung tiap Senin atau ditetapkan manajer.' },
    ]);
    for (const other of [one, two, away]) expect(JSON.stringify(own)).not.toContain(other.id);
    // Who joins later is let in, who was not there is not spoken of as left out by a rule.
    await race.rep('Enam', { tier: 1 });
    expect(await told(race, premium)).toMatchObject({ Enam: ['offered', at('10:00:00')] });
    await one.claim(premium);
    await race.rep('Tujuh', { tier: 1 });
    expect(await told(race, premium)).toMatchObject({
      Dua: ['notReached', at('10:15:00')],
      Tujuh: ['notOffered', 'inactive'],
    });
  });

  it('COMP-28: a lane that opened early says so; what stands in the way now is named', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1, languages: ['en'] });
    const two = await race.rep('Dua', { tier: 2, languages: ['en'] });
    await race.changeCompetition({ dailyCap: 1 });
    const first = await race.lead(WARM);
    const second = await race.lead(WARM);
    await race.after(MINUTE);
    await one.claim(first);
    expect(await told(race, second)).toMatchObject({ Dua: ['offered', at('10:01:00')] });
    expect((await ask(race, second, two)).items[0]?.lines[0]?.message).toBe(
      'Offered 1 minute after release, before the time of tier 2 (15 minutes): nobody in an earlier lane could claim.',
    );
    expect((await ask(race, second, one)).items[0]?.inTheWay).toEqual([
      { rule: 'dailyCap', message: "You have reached today's claim cap. It starts again tomorrow." },
    ]);
    expect((await ask(race, second, two)).items[0]?.inTheWay).toEqual([]);

    // Both tiers start together where nobody of the first can claim: it is told by the tier of then.
    const third = await race.lead(WARM);
    const messages = async () => (await ask(race, third)).items.map(({ lines: [line] }) => line?.message);
    const before = await messages();
    expect(before).toEqual([
      'Offered at once: that is the time of tier 1.',
      'Offered at once, before the time of tier 2 (15 minutes): nobody in an earlier lane could claim.',
    ]);
    await race.after(MINUTE);
    await race.patch(one, { tier: 2 });
    await race.patch(two, { tier: 1 });
    expect(await messages()).toEqual(before);
  });

  it('FAIR-09: the holder of a priority window, and who waits behind it', async () => {
    const race = await start({ policy: 'fair-mix' });
    const two = await race.rep('Dua', { tier: 2, languages: ['en'] });
    for (const name of ['Tiga', 'Empat', 'Lima', 'Enam']) await race.rep(name, { tier: 3 });
    const holder = await race.rep('Satu', { tier: 1, languages: ['en'] });
    const leadId = await race.lead(WARM);
    const message = async (rep: RaceRep) => (await ask(race, leadId, rep)).items[0]?.lines[0]?.message;
    expect(await message(holder)).toBe('Offered at once: the priority window was running.');
    expect(await message(two)).toContain(
      'Offered 20 minutes after release: the time of tier 2, and behind it the head start of a priority window.',
    );
  });

  it('reps by pages, and nobody but the team of the owner', async () => {
    const race = await start({ policy: 'open' });
    for (const name of ['Satu', 'Dua', 'Tiga']) await race.rep(name);
    const leadId = await race.lead(WARM);
    const first = await ask(race, leadId, undefined, '?limit=2');
    expect(first.items.map(({ repName }) => repName)).toEqual(['Satu', 'Dua']);
    const rest = await ask(race, leadId, undefined, `?limit=2&cursor=${first.nextCursor}`);
    expect([rest.items.map(({ repName }) => repName), rest.nextCursor]).toEqual([['Tiga'], null]);
    const wrong = await race.call('GET', `/v1/leads/${leadId}/explanation?cursor=x`);
    expect(wrong).toMatchObject({ status: 400, body: { field: 'cursor' } });
    expect((await race.call('GET', '/v1/leads/lead_nowhere/explanation')).status).toBe(404);
  });
});

onBothArbiters('explained: a push, a queue, and a lead that waits', (start) => {
  it('whose turn it was, who holds too many, whose account it is, a manager’s word', async () => {
    const race = await start({ policy: 'open' });
    const one = await race.rep('Satu');
    const two = await race.rep('Dua');
    const away = await race.rep('Tiga');
    await race.patch(away, { status: 'break' });
    await race.changeCompetition({ maxOpenLeads: 1 });
    await setRouting(race, [{ name: 'by turns', method: 'roundRobin' }]);
    const first = await race.lead(WARM);
    const [given, other] = one.heard('lead:assigned', first).length > 0 ? [one, two] : [two, one];
    const at10 = at('10:00:00');
    expect(await told(race, first)).toEqual({
      [given.name]: ['given', at10],
      [other.name]: ['notOffered', 'waitsTurn'],
      Tiga: ['notOffered', 'notReady'],
    });
    expect(await told(race, await race.lead(WARM))).toEqual({
      [given.name]: ['notOffered', 'maxOpenLeads'],
      [other.name]: ['given', at10],
      Tiga: ['notOffered', 'notReady'],
    });
    const { decisions } = await ask(race, first, undefined, '?lang=en');
    expect(decisions).toMatchObject([
      {
        method: 'roundRobin',
        rule: 'by turns',
        message: 'Given by turns: the turn longest ago, by the rule "by turns".',
      },
    ]);
    // Nobody has room for a third: it waits, and says so.
    const third = await race.lead(WARM);
    expect(await ask(race, third)).toMatchObject({ status: 'waiting', waiting: { reason: 'nobodyAvailable' } });
    expect(await told(race, third)).toMatchObject({
      Satu: ['notOffered', 'maxOpenLeads'],
      Tiga: ['notOffered', 'notReady'],
    });
    await race.done('POST', `/v1/leads/${third}/assignments`, { repId: away.id, reason: 'asked for' });
    expect(await told(race, third)).toMatchObject({
      Tiga: ['given', at10],
      [one.name]: ['notOffered', 'namedOther'],
    });
    await race.done('PUT', '/v1/accounts', { company: 'Acme', ownerId: two.id });
    await setRouting(race, [{ name: 'accounts', method: 'accountOwner' }]);
    const account = await race.lead({ ...WARM, company: { name: 'Acme' } });
    expect(await told(race, account)).toMatchObject({ Dua: ['given', at10], Satu: ['notOffered', 'namedOther'] });
  });

  it('a lead that nobody may race for waits and says why, and goes by turns where a newcomer has access', async () => {
    const race = await start({ policy: 'tiered' });
    await race.rep('Tiga', { tier: 3 });
    const waiting = await race.lead({ type: 'demo request' });
    expect(await told(race, waiting)).toEqual({ Tiga: ['notOffered', 'tierNever'] });
    const { items } = await race.done<{ items: { leftOut: object[] }[] }>('GET', '/v1/ops/queue');
    expect(items[0]?.leftOut).toMatchObject([{ reasons: { tierNever: 1 } }]);
    await race.rep('Baru', { tier: 2, hiredOn: '2026-11-20' });
    const given = await race.lead({ type: 'demo request' });
    expect(await told(race, given)).toEqual({
      Tiga: ['notOffered', 'tierNever'],
      Baru: ['given', at('10:00:00')],
    });
  });

  it('a queue, then by turns when nobody took it; no rule at all', async () => {
    const race = await start({ policy: 'open' });
    const sdr = await race.rep('Satu', { team: 'SDR' });
    const other = await race.rep('Dua', { team: 'AE' });
    await setRouting(race, [
      {
        name: 'listed',
        when: { field: 'type', in: ['Whitepaper Download'] },
        target: { teams: ['SDR'] },
        method: 'queue',
      },
    ]);
    const leadId = await race.lead(WARM);
    expect(await told(race, leadId)).toEqual({ Satu: ['offered', at('10:00:00')], Dua: ['notOffered', 'notInTarget'] });
    await race.after(30 * MINUTE);
    const both = await ask(race, leadId, undefined, '?lang=en');
    expect(both.decisions.map(({ message }) => message)).toEqual([
      'Nobody claimed it: given by turns, by the rule "listed".',
      'Listed to be taken, by the rule "listed".',
    ]);
    expect(await told(race, leadId)).toEqual({ Satu: ['given', at('10:30:00')], Dua: ['notOffered', 'notInTarget'] });
    const unmatched = await race.lead({ type: 'demo request' });
    expect(await ask(race, unmatched, other)).toMatchObject({
      waiting: { reason: 'noRule', message: 'Menunggu: tidak ada aturan untuk lead ini.' },
      items: [{ repId: other.id, lines: [{ decisionId: null, outcome: 'notOffered', reason: 'noRule' }] }],
    });
    expect(sdr.connected).toBe(true);
  });
});
