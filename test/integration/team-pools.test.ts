/** Team pools over a whole server (DIST-08, DIST-09): who works a lead, whose it becomes, what nobody worked. */
import { expect, it } from 'vitest';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { LedgerError } from '../../server/ledger/ledger-error.ts';
import { openReader } from '../../server/platform/sqlite.ts';
import { rebuild } from '../../server/rebuild/rebuild.ts';
import { HOUR, MINUTE, onBothArbiters, type Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const POOL = 'SDR Enterprise pool';
const WARM = { type: 'whitepaper download' };

/** One rule: every lead into the pool of the team SDR. */
async function setPool(race: Race, pool: Record<string, unknown> = {}, fallback: unknown[] = []): Promise<void> {
  const policy = await race.done('GET', '/v1/policy');
  const rule = { name: 'to the pool', method: 'pool', target: { teamPool: POOL }, fallback };
  await race.setPolicy({ ...policy, routing: { rules: [rule], teamPools: { [POOL]: { team: 'SDR', ...pool } } } });
}

const contact = (race: Race, leadId: string, by: RaceRep, kind = 'call', key?: string) =>
  race.call(
    'POST',
    `/v1/leads/${leadId}/activities`,
    { kind, outcome: 'reached' },
    by,
    key === undefined ? {} : { 'idempotency-key': key },
  );

const listed = (race: Race, by?: RaceRep) =>
  race.done<{ items: Record<string, unknown>[] }>(
    'GET',
    `/v1/team-pools/${encodeURIComponent(POOL)}/leads`,
    undefined,
    by,
  );

const report = (race: Race) =>
  race.done<{ leads: number; unworked: number; items: Record<string, unknown>[] }>(
    'GET',
    `/v1/team-pools/${encodeURIComponent(POOL)}/contributions`,
  );

const owners = (race: Race, leadId: string) =>
  race.file.all('SELECT rep_id, via, method, rule FROM ownerships WHERE lead_id = ?', leadId);

/** What a rebuild from the record would change. */
function differences(race: Race): unknown[] {
  const connection = openReader(race.app.databaseFile);
  try {
    return rebuild(connection, { write: false, nowMs: race.nowMs, random: createSystemRandom() }).differences;
  } finally {
    connection.sqlite.close();
  }
}

async function team(race: Race): Promise<[RaceRep, RaceRep, RaceRep]> {
  return [
    await race.rep('Satu', { team: 'SDR', tier: 1 }),
    await race.rep('Tiga', { team: 'SDR', tier: 3 }),
    await race.rep('Lain', { team: 'AE', tier: 1 }),
  ];
}

onBothArbiters('a lead of a team pool', (start) => {
  it('DIST-08: is listed for all members at once, and the first who contacts it owns it', async () => {
    const race = await start({ policy: 'tiered' });
    const [one, three, other] = await team(race);
    await setPool(race);
    const leadId = await race.lead(WARM);
    expect([one, three, other].map((rep) => rep.story(leadId))).toEqual([['lead:listed'], ['lead:listed'], []]);
    await race.after(30 * SECOND);
    for (const rep of [one, three])
      expect((await listed(race, rep)).items).toMatchObject([{ leadId, ageSeconds: 30, alarm: false, workedBy: [] }]);
    expect(await race.call('GET', `/v1/team-pools/${encodeURIComponent(POOL)}/leads`, undefined, other)).toMatchObject({
      status: 404,
    });
    // A member is to call, so it reads whom; nobody claims, and who is no member does nothing.
    const seen = await race.done('GET', `/v1/leads/${leadId}`, undefined, three);
    expect(seen).toMatchObject({ contact: { name: 'Dewi Lestari' } });
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'teamPool' });
    expect(await contact(race, leadId, other)).toMatchObject({ status: 403, body: { code: 'notOwner' } });
    expect(await contact(race, leadId, one, 'note')).toMatchObject({ status: 201, body: { firstContact: false } });
    expect(race.file.status(leadId)).toBe('offered');

    expect(await contact(race, leadId, three)).toMatchObject({ status: 201, body: { firstContact: true } });
    expect(owners(race, leadId)).toEqual([{ rep_id: three.id, via: 'rotation', method: 'pool', rule: 'to the pool' }]);
    expect(await contact(race, leadId, one)).toMatchObject({
      status: 409,
      body: { code: 'taken', owner: { id: three.id, name: 'Tiga' } },
    });
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'gone', reason: 'assigned' });
    expect(one.story(leadId).at(-1)).toBe('lead:withdrawn');
    // It waited half a minute for a contact; it pays for no claim, and counts towards what a rep holds.
    expect(race.file.ledger(three.id)).toEqual(['+25 contactWithin300s']);
    expect(race.file.all('SELECT name, value FROM counters WHERE rep_id = ? ORDER BY name', three.id)).toEqual([
      { name: 'leads:open', value: 1 },
      { name: 'manager:week:2026-11-23', value: 1 },
    ]);
    expect(await report(race)).toMatchObject({
      leads: 1,
      unworked: 0,
      items: [
        { repId: three.id, worked: 1, contacts: 1, owned: 1 },
        { repId: one.id, worked: 0, contacts: 0, owned: 0 },
      ],
    });
    expect(differences(race)).toEqual([]);
    const told = await race.done<{ items: { repId: string; lines: { outcome: string; reason: string }[] }[] }>(
      'GET',
      `/v1/leads/${leadId}/explanation?lang=en`,
    );
    const lineOf = (rep: RaceRep) =>
      told.items.find(({ repId }) => repId === rep.id)?.lines.map((line) => line.outcome);
    expect([three, one, other].map(lineOf)).toEqual([
      ['given', 'offered'],
      ['notOffered', 'offered'],
      ['notOffered', 'notOffered'],
    ]);
    expect(told.items.find(({ repId }) => repId === one.id)?.lines[0]?.reason).toBe('workedByOther');
  });

  it('DIST-08: of two contacts at once one makes the owner, the other hears who', async () => {
    const race = await start({ policy: 'open' });
    const [one, three] = await team(race);
    await setPool(race);
    for (let n = 0; n < 5; n++) {
      const leadId = await race.lead(WARM);
      const both = [one, three] as const;
      const answers = await Promise.all(
        both.map((rep) => contact(race, leadId, rep, 'call', `key-${leadId}-${rep.id}`)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      const winner = both[answers.findIndex(({ status }) => status === 201)] as RaceRep;
      const late = answers.find(({ status }) => status === 409);
      expect(late?.body).toMatchObject({ code: 'taken', owner: { id: winner.id, name: winner.name } });
      expect(owners(race, leadId)).toMatchObject([{ rep_id: winner.id, method: 'pool' }]);
      // A call whose answer was lost is sent again: the same answer, and no second contact.
      const again = await contact(race, leadId, winner, 'call', `key-${leadId}-${winner.id}`);
      expect(again.body).toEqual(answers.find(({ status }) => status === 201)?.body);
      expect(race.file.story(leadId).filter((kind) => kind === 'lead.contacted')).toHaveLength(1);
    }
  });

  it('DIST-08: shared, it stays open to all members until one of them closes it', async () => {
    const race = await start({ policy: 'open' });
    const [one, three, other] = await team(race);
    await setPool(race, { ownership: 'shared' });
    const leadId = await race.lead(WARM);
    const move = (by: RaceRep, stage: string, more = {}) =>
      race.call('POST', `/v1/leads/${leadId}/stages`, { stage, ...more }, by);
    for (const rep of [one, three]) expect((await contact(race, leadId, rep)).status).toBe(201);
    expect((await move(three, 'opportunity')).status).toBe(201);
    expect((await move(other, 'won')).status).toBe(403);
    await race.restart();
    expect(race.file.status(leadId)).toBe('offered');
    expect((await listed(race, one)).items).toMatchObject([{ leadId, workedBy: [three.id, one.id] }]);
    expect((await move(one, 'won', { revenue: 5_000 })).status).toBe(201);
    expect(race.file.status(leadId)).toBe('finished');
    expect(owners(race, leadId)).toMatchObject([{ rep_id: one.id, method: 'pool' }]);
    expect(race.file.ledger(one.id)).toEqual(['+200 won']);
    expect(race.file.all('SELECT name, value FROM counters WHERE value <> 0')).toEqual([
      { name: 'manager:week:2026-11-23', value: 1 },
    ]);
    expect((await report(race)).items).toMatchObject([
      { worked: 1, contacts: 1 },
      { worked: 1, contacts: 1 },
    ]);
    expect(differences(race)).toEqual([]);
  });

  it('DIST-09: what nobody has worked raises an alarm and stays, after a restart too; what was worked does not', async () => {
    const race = await start({ policy: 'open' });
    const [one] = await team(race);
    await setPool(race, { alarmSeconds: 3600 });
    const queue = async () => (await race.done<{ items: Record<string, unknown>[] }>('GET', '/v1/ops/queue')).items;
    const leadId = await race.lead(WARM);
    await race.restart(10 * SECOND);
    await race.after(59 * MINUTE);
    expect(await queue()).toEqual([]);
    await race.after(MINUTE);
    expect(await queue()).toMatchObject([{ leadId, reason: 'unworked', teamPool: POOL }]);
    await race.restart();
    expect(await queue()).toMatchObject([{ leadId, reason: 'unworked' }]);
    expect((await listed(race)).items).toMatchObject([{ leadId, alarm: true, ageSeconds: 3610 }]);
    // Two hours late is no fast contact.
    await race.after(HOUR);
    expect((await contact(race, leadId, one)).status).toBe(201);
    expect(race.file.ledger(one.id)).toEqual([]);
    expect(await queue()).toEqual([]);

    await setPool(race, { alarmSeconds: 3600, ownership: 'shared' });
    const shared = await race.lead(WARM);
    await contact(race, shared, one);
    await race.after(61 * MINUTE);
    expect(await queue()).toEqual([]);
    expect((await listed(race)).items).toMatchObject([{ leadId: shared, alarm: false }]);
  });

  it('a process that ends behind the commit that makes an owner: its successor knows the owner and no open place', async () => {
    const race = await start({ policy: 'open' });
    const [one, three] = await team(race);
    await setPool(race);
    const leadId = await race.lead(WARM);
    const { ledger } = race.house.world;
    const write = ledger.write.bind(ledger);
    ledger.write = (async (name: 'workPool', ...rest: [never]) => {
      await write(name, ...rest);
      throw new LedgerError('closed', 'ended');
    }) as typeof write;
    const key = `key-${leadId}`;
    expect((await contact(race, leadId, one, 'call', key)).status).toBe(503);
    race.errors.splice(0);
    await race.restart();
    expect(await contact(race, leadId, one, 'call', key)).toMatchObject({ status: 201, body: { firstContact: true } });
    expect(owners(race, leadId)).toMatchObject([{ rep_id: one.id, method: 'pool' }]);
    expect(await contact(race, leadId, three)).toMatchObject({ status: 409, body: { code: 'taken' } });
    expect((await listed(race)).items).toEqual([]);
    expect(differences(race)).toEqual([]);
  });

  it('ROUTE-26, ROUTE-11: members without room or on a break take nothing; a fallback takes what nobody works', async () => {
    const race = await start({ policy: 'open' });
    const [one, three, other] = await team(race);
    await race.changeCompetition({ maxOpenLeads: 1 });
    await setPool(race, { alarmSeconds: 600 }, [{ method: 'roundRobin', target: { teams: ['AE'] } }]);
    const [first, second] = [await race.lead(WARM), await race.lead(WARM)];
    expect((await contact(race, first, one)).status).toBe(201);
    expect(await contact(race, second, one)).toMatchObject({ status: 409, body: { code: 'maxOpenLeads' } });
    await race.patch(three, { status: 'break' });
    expect(await contact(race, second, three)).toMatchObject({ status: 409, body: { code: 'notReady' } });
    // Who comes is let in beside the others.
    const late = await race.rep('Baru', { team: 'SDR' });
    expect(await late.pool()).toMatchObject([{ leadId: second }]);
    await race.after(10 * MINUTE);
    expect(owners(race, second)).toMatchObject([{ rep_id: other.id, method: 'roundRobin' }]);
  });
});
