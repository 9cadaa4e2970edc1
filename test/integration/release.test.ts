/** A lead that changes hands: given back, or given to somebody (COMP-08); and what old offers then answer. */
import { expect, it } from 'vitest';
import { MINUTE, onBothArbiters, type Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const PREMIUM = { type: 'demo request' };

/** What the boards of a week show of a rep. */
async function shown(race: Race, rep: RaceRep): Promise<Record<string, number | undefined>> {
  const boards = ['points', 'claims', 'claimSpeed', 'opportunities', 'responseSpeed'];
  const values = boards.map(async (metric) => {
    const board = await race.done<{ rows: { repId: string; value: number }[] }>('GET', `/v1/leaderboards/${metric}`);
    return [metric, board.rows.find(({ repId }) => repId === rep.id)?.value];
  });
  return Object.fromEntries((await Promise.all(values)).filter(([, value]) => value !== undefined));
}

/** A lead that `owner` has claimed in 30 s, called, and made an opportunity. */
async function workedLead(race: Race, owner: RaceRep): Promise<{ leadId: string; offerId: string }> {
  const leadId = await race.lead(PREMIUM);
  await race.after(30 * SECOND);
  const won = await owner.claim(leadId);
  await race.after(MINUTE);
  await race.done('POST', `/v1/leads/${leadId}/activities`, { kind: 'call' }, owner);
  await race.done('POST', `/v1/leads/${leadId}/stages`, { stage: 'opportunity' }, owner);
  return { leadId, offerId: won.offerId as string };
}

const REVERSED = [
  '+10 claimWithin60s',
  '+25 contactWithin300s',
  '+50 opportunity',
  '-10 claimWithin60s',
  '-25 contactWithin300s',
  '-50 opportunity',
];

onBothArbiters('a lead that was given back', (start) => {
  const ownerOf = async (race: Race, leadId: string) =>
    (await race.done<{ claim: { repName: string } | null }>('GET', `/v1/leads/${leadId}`)).claim?.repName ?? null;
  const giveBack = (race: Race, leadId: string, by: RaceRep) =>
    race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'not mine' }, by);

  it('is handed to neither of two who gave it back, whatever time goes by, and to the third who comes', async () => {
    const race = await start();
    const reps = [await race.rep('Sari'), await race.rep('Budi')];
    const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
    const rules = [{ name: 'turns', method: 'roundRobin' }];
    await race.setPolicy({ ...policy, routing: { ...policy.routing, rules } });
    const leadId = await race.lead(PREMIUM);
    const owners: (string | null)[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const owner = await ownerOf(race, leadId);
      owners.push(owner);
      await giveBack(race, leadId, reps.find(({ name }) => name === owner) as RaceRep);
    }
    expect(owners.sort()).toEqual(['Budi', 'Sari']);
    await race.after(2 * MINUTE);
    expect(await ownerOf(race, leadId)).toBeNull();
    const told = await race.done<{ items: { lines: object[] }[] }>('GET', `/v1/leads/${leadId}/explanation`);
    expect(told.items.map(({ lines }) => lines[0])).toMatchObject(Array(2).fill({ reason: 'gaveItBack' }));
    await race.rep('Citra');
    expect(await ownerOf(race, leadId)).toBe('Citra');
  });

  it('and that nobody claimed afterwards goes to a colleague', async () => {
    const race = await start();
    const sari = await race.rep('Sari');
    const leadId = await race.lead(PREMIUM);
    await sari.claim(leadId);
    const budi = await race.rep('Budi');
    await giveBack(race, leadId, sari);
    // The turn would be Sari's: Budi has just had one.
    const other = await race.lead(PREMIUM);
    await race.done('POST', `/v1/leads/${other}/assignments`, { repId: budi.id, reason: 'asked' });
    await race.after(30 * MINUTE);
    expect(await ownerOf(race, leadId)).toBe('Budi');
  });
});

onBothArbiters('a release', (start) => {
  it('COMP-08: takes back points and statistics by new entries, and offers the lead again', async () => {
    const race = await start();
    const owner = await race.rep('Sari');
    const other = await race.rep('Budi');
    const { leadId, offerId } = await workedLead(race, owner);
    expect(await shown(race, owner)).toEqual({
      points: 85,
      claims: 1,
      claimSpeed: 30_000,
      opportunities: 1,
      responseSpeed: 60_000,
    });
    const body = { reason: 'speaks only Javanese' };
    const path = `/v1/leads/${leadId}/releases`;
    expect(await race.call('POST', path, {}, owner)).toMatchObject({ status: 400, body: { field: 'reason' } });
    expect(await race.call('POST', path, body, other)).toMatchObject({ status: 403 });
    await race.done('POST', path, body, owner);

    expect(race.file.ledger(owner.id)).toEqual(REVERSED);
    const entries = race.file.points(owner.id);
    expect(entries.slice(3).map(({ reverses }) => reverses)).toEqual(entries.slice(0, 3).map(({ id }) => id));
    expect(new Set(entries.slice(3).map(({ event }) => event))).toEqual(new Set(['lead.released']));
    expect(await shown(race, owner)).toEqual({});
    // What a person wrote is kept with what can be forgotten, and nowhere else.
    expect(race.file.count(`SELECT count(*) FROM events WHERE data LIKE '%Javanese%'`)).toBe(0);
    expect(race.file.count(`SELECT count(*) FROM lead_private WHERE json LIKE '%Javanese%'`)).toBe(1);

    const [first, second] = other.heard('lead:alert', leadId);
    expect(first.offerId).toBe(offerId);
    expect(second.offerId).not.toBe(offerId);
    expect(second.sentAt).toBe(race.nowIso);
    expect(owner.heard('lead:alert', leadId)).toHaveLength(2);
  });

  it("the old offer's claims: its owner hears gone, released; its losers still lost, to the same winner", async () => {
    const race = await start();
    const owner = await race.rep('Sari');
    const loser = await race.rep('Budi');
    const { leadId, offerId } = await workedLead(race, owner);
    const lost = await loser.claim(leadId, { offerId, requestId: 'too-late' });
    expect(lost).toMatchObject({ verdict: 'lost', winner: { id: owner.id }, byMs: MINUTE });
    await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'no time' }, owner);
    await race.after(SECOND);
    const gone = { verdict: 'gone', leadId, offerId, reason: 'released' };
    expect(await owner.claim(leadId, { offerId })).toEqual(gone);
    // The same request against the same win hears the same number.
    expect(await loser.claim(leadId, { offerId, requestId: 'too-late' })).toEqual(lost);
    expect(await loser.claim(leadId, { offerId })).toMatchObject({
      verdict: 'lost',
      winner: { id: owner.id, name: 'Sari' },
    });
    // Without a name it is the new offer; the old owner may win it like anybody.
    expect(await owner.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(await loser.claim(leadId)).toMatchObject({ verdict: 'lost', winner: { id: owner.id } });
    expect(await owner.claim(leadId, { offerId })).toEqual(gone);
    expect(race.file.story(leadId).filter((kind) => kind === 'lead.claimed')).toHaveLength(2);
  });

  it("a manager may release for a rep of the own team, not for another's", async () => {
    const race = await start();
    const owner = await race.rep('Sari', { team: 'East' });
    const manager = async (team: string) => {
      const body = { name: `Boss ${team}`, email: `${team}@example.com`, teams: [team] };
      const { id } = await race.done<{ id: string }>('POST', '/v1/managers', body);
      return race.done<{ token: string }>('POST', `/v1/managers/${id}/tokens`);
    };
    const { leadId } = await workedLead(race, owner);
    const path = `/v1/leads/${leadId}/releases`;
    const body = { reason: 'on leave' };
    expect((await race.call('POST', path, body, await manager('West'))).status).toBe(404);
    expect((await race.call('POST', path, body, await manager('East'))).status).toBe(201);
    expect(race.file.ledger(owner.id)).toEqual(REVERSED);
  });

  it('a finished lead is not given back; corrected, it is', async () => {
    const race = await start();
    const owner = await race.rep('Sari');
    const { leadId } = await workedLead(race, owner);
    const stages = `/v1/leads/${leadId}/stages`;
    await race.done('POST', stages, { stage: 'won', revenue: 1_000_000 }, owner);
    const release = () => race.call('POST', `/v1/leads/${leadId}/releases`, { reason: 'x' }, owner);
    expect(await release()).toMatchObject({ status: 409, body: { code: 'finished' } });
    await race.done('POST', stages, { stage: 'opportunity' }, owner);
    expect(await release()).toMatchObject({ status: 201 });
    expect(race.file.balance(owner.id)).toBe(0);
    expect(await shown(race, owner)).toEqual({});
  });
});

onBothArbiters("a manager's assignment", (start) => {
  const assign = (race: Race, leadId: string, rep: RaceRep) =>
    race.call('POST', `/v1/leads/${leadId}/assignments`, { repId: rep.id, reason: 'knows them' });

  it('of an offered lead ends the race: withdrawn for all, assigned for one, claims gone', async () => {
    const race = await start();
    const [sari, budi] = [await race.rep('Sari'), await race.rep('Budi')];
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = sari.heard('lead:alert', leadId);
    await race.after(SECOND);
    expect(await assign(race, leadId, budi)).toMatchObject({ status: 201 });
    for (const rep of [sari, budi]) {
      expect(rep.heard('lead:withdrawn')).toEqual([{ id: expect.any(Number), offerId, leadId, reason: 'assigned' }]);
      expect(await rep.claim(leadId)).toMatchObject({ verdict: 'gone', reason: 'assigned' });
      expect(await rep.pool()).toEqual([]);
    }
    expect(budi.heard('lead:assigned')).toEqual([{ id: expect.any(Number), leadId, via: 'manager', at: race.nowIso }]);
    expect(sari.heard('lead:assigned')).toEqual([]);
    // The owner works it like any other; a contact in time pays, a claim there was none.
    await race.done('POST', `/v1/leads/${leadId}/activities`, { kind: 'call' }, budi);
    expect(race.file.ledger(budi.id)).toEqual(['+25 contactWithin300s']);
    expect(await shown(race, budi)).toEqual({ points: 25, responseSpeed: 0 });
    // The expiry of the offer that was ended comes and changes nothing.
    await race.after(10 * MINUTE);
    expect(race.file.story(leadId).filter((kind) => kind === 'lead.assigned')).toHaveLength(1);
  });

  it('of an owned lead: the first owner hears gone, reassigned, and loses the points of that lead', async () => {
    const race = await start();
    const [sari, budi, citra] = [await race.rep('Sari'), await race.rep('Budi'), await race.rep('Citra')];
    const { leadId, offerId } = await workedLead(race, sari);
    expect(await assign(race, leadId, sari)).toMatchObject({ status: 409, body: { code: 'sameOwner' } });
    expect(await assign(race, leadId, budi)).toMatchObject({ status: 201 });
    expect(await sari.claim(leadId)).toEqual({ verdict: 'gone', leadId, offerId, reason: 'reassigned' });
    for (const rep of [budi, citra]) {
      expect(await rep.claim(leadId)).toMatchObject({ verdict: 'lost', winner: { id: sari.id } });
    }
    expect(budi.heard('lead:assigned')).toMatchObject([{ leadId, via: 'manager' }]);
    expect(race.file.ledger(sari.id)).toEqual(REVERSED);
    expect(await shown(race, sari)).toEqual({});
    const view = await race.done<{ claim: object }>('GET', `/v1/leads/${leadId}`, undefined, budi);
    expect(view.claim).toMatchObject({ repId: budi.id, claimSpeedMs: null });
    expect(await race.call('GET', `/v1/leads/${leadId}`, undefined, sari)).toMatchObject({ status: 404 });
  });

  it('at the same time as claims: the lead has one owner, and everybody is told the same', async () => {
    const race = await start();
    const reps = [await race.rep('Sari'), await race.rep('Budi'), await race.rep('Citra')];
    for (let round = 0; round < 8; round++) {
      const leadId = await race.lead(PREMIUM);
      const [to] = reps as [RaceRep];
      const [answer, ...verdicts] = await Promise.all([
        assign(race, leadId, to),
        ...reps.slice(1).map((rep) => rep.claim(leadId)),
      ]);
      const live = 'SELECT rep_id AS owner, via FROM ownerships WHERE lead_id = ? AND ended_at IS NULL';
      expect(race.file.all(live, leadId)).toEqual([{ owner: to.id, via: 'manager' }]);
      expect(answer.status).toBe(201);
      // Whoever won before the manager spoke hears now that the lead was taken away.
      for (const [index, rep] of reps.slice(1).entries()) {
        const again = await rep.claim(leadId);
        const first = verdicts[index];
        if (first?.verdict === 'won') expect(again).toMatchObject({ reason: 'reassigned' });
        else expect(again).toMatchObject({ verdict: first?.verdict });
      }
    }
  });
});
