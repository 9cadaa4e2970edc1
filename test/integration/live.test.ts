/** DASH-08, DASH-09: what a manager watches: offers in flight, leads nobody has called yet, how full reps are. */
import { expect, it } from 'vitest';
import { addManager } from '../support/cast.ts';
import { MINUTE, onOneArbiter, type Race, SECOND, TEN } from '../support/race.ts';

interface Listed {
  items: Record<string, unknown>[];
  nextCursor: string | null;
  open?: number;
}

const iso = (ms: number) => new Date(ms).toISOString();

onOneArbiter('what a manager watches', (start) => {
  const listed = (race: Race, path: string, by?: { token: string }) =>
    race.done<Listed>('GET', `/v1${path}`, undefined, by);
  const leadIds = async (race: Race, path: string, by?: { token: string }) =>
    (await listed(race, path, by)).items.map(({ leadId, id }) => leadId ?? id);

  it('DASH-08: an offer in flight has its lanes and whom it reached; then its lead waits for a contact', async () => {
    const race = await start({ policy: 'tiered' });
    const ofA = await addManager(race.app, 'Manager A', ['A']);
    const ofB = await addManager(race.app, 'Manager B', ['B']);
    const sari = await race.rep('Sari', { team: 'A', tier: 1, hiredOn: '2020-01-01' });
    const budi = await race.rep('Budi', { team: 'A', tier: 1, hiredOn: '2020-01-01' });
    await race.rep('Cici', { team: 'A', tier: 2, hiredOn: '2020-01-01' });
    const leadId = await race.lead({ company: { name: 'PT Maju' } });
    const { offerId } = sari.heard('lead:alert', leadId)[0] as { offerId: string };
    await sari.ask('lead:delivered', { offerIds: [offerId] });
    await budi.ask('lead:seen', { leadId, offerId });
    const [offer] = (await listed(race, '/ops/offers', ofA)).items;
    expect(offer).toMatchObject({ offerId, leadId, company: 'PT Maju', blind: false, openedAt: iso(TEN) });
    expect(offer?.reach).toEqual({ reps: 3, alerted: 2, delivered: 2, seen: 1 });
    expect(offer?.lanes).toMatchObject([
      { lane: 0, tiers: [1], reps: 2, sentAt: iso(TEN) },
      { lane: 1, tiers: [2], reps: 1, sentAt: null },
    ]);
    // No rep of team B is in it.
    expect(await listed(race, '/ops/offers', ofB)).toMatchObject({ open: 0, items: [], nextCursor: null });

    await race.after(SECOND);
    expect(await sari.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(await leadIds(race, '/ops/offers')).toEqual([]);
    const [waiting] = (await listed(race, '/ops/uncontacted', ofA)).items;
    expect(waiting).toMatchObject({
      leadId,
      company: 'PT Maju',
      repId: sari.id,
      repName: 'Sari',
      team: 'A',
      via: 'claim',
    });
    expect(Date.parse(String(waiting?.dueAt))).toBeGreaterThan(race.nowMs);
    expect(await leadIds(race, '/ops/uncontacted', ofB)).toEqual([]);
    await race.done('POST', `/v1/leads/${leadId}/activities`, { kind: 'call' }, sari);
    expect(await leadIds(race, '/ops/uncontacted', ofA)).toEqual([]);
  });

  it('pages keep their order while offers end; finished leads and old ones wait for nobody', async () => {
    const race = await start();
    const sari = await race.rep('Sari', { team: 'A' });
    const leads: string[] = [];
    for (let n = 0; n < 5; n++) {
      leads.push(await race.lead());
      await race.after(SECOND);
    }
    const first = await listed(race, '/ops/offers?limit=2');
    expect(first.items.map(({ leadId }) => leadId)).toEqual(leads.slice(0, 2));
    expect(first.open).toBe(5);
    for (const leadId of leads.slice(0, 4)) await sari.claim(leadId);
    expect(await leadIds(race, `/ops/offers?limit=2&cursor=${first.nextCursor}`)).toEqual(leads.slice(4));

    await race.done('POST', `/v1/leads/${leads[0]}/stages`, { stage: 'disqualified', reason: 'fake' }, sari);
    const waiting = await listed(race, '/ops/uncontacted?limit=2');
    const rest = await listed(race, `/ops/uncontacted?limit=2&cursor=${waiting.nextCursor}`);
    expect([...waiting.items, ...rest.items].map(({ leadId }) => leadId)).toEqual(leads.slice(1, 4));
    expect(rest.nextCursor).toBeNull();
    expect(await race.call('GET', '/v1/ops/uncontacted?cursor=lead_x')).toMatchObject({
      status: 400,
      body: { field: 'cursor' },
    });
    const from = race.file.all<{ detail: string }>(
      'explain query plan select * from ownerships where ended_at is null and first_contact_at is null and first_contact_due_at >= 5 order by first_contact_due_at, id limit 5',
    );
    expect(from.map(({ detail }) => detail)).toEqual([expect.stringContaining('ownerships_uncontacted')]);
  });

  it('DASH-09: a rep has its open leads, their limit, and until when it is away', async () => {
    const race = await start();
    await race.changeCompetition({ maxOpenLeads: 12 });
    const sari = await race.rep('Sari', { team: 'A' });
    await sari.claim(await race.lead());
    const until = iso(TEN + 30 * MINUTE);
    await race.done('POST', `/v1/reps/${sari.id}/time-off`, { from: iso(TEN), until });
    const [rep] = (await listed(race, '/reps')).items;
    expect(rep).toMatchObject({ openLeads: 1, maxOpenLeads: 12, awayUntil: until, online: true });
    await race.after(31 * MINUTE);
    expect((await listed(race, '/reps')).items[0]).toMatchObject({ awayUntil: null });
  });

  it('leads by their owner, its team, and letters of the company', async () => {
    const race = await start();
    const sari = await race.rep('Sari', { team: 'A' });
    const budi = await race.rep('Budi', { team: 'B' });
    const leads: string[] = [];
    for (const name of ['PT Maju 100%', 'CV Mundur', 'PT Majulah']) {
      leads.push(await race.lead({ company: { name } }));
      await race.after(SECOND);
    }
    const [one = '', two = '', three = ''] = leads;
    await sari.claim(one);
    await budi.claim(two);
    expect(await leadIds(race, `/leads?repId=${sari.id}`)).toEqual([one]);
    expect(await leadIds(race, '/leads?team=B')).toEqual([two]);
    expect(await leadIds(race, `/leads?team=B&repId=${sari.id}`)).toEqual([]);
    expect(await leadIds(race, '/leads?company=maju')).toEqual([three, one]);
    expect(await leadIds(race, `/leads?company=${encodeURIComponent('0%')}`)).toEqual([one]);
    expect(await leadIds(race, `/leads?company=${encodeURIComponent("'")}`)).toEqual([]);
    expect(await leadIds(race, '/leads?company=maju&status=owned')).toEqual([one]);
    // A rep reads what is its own, whatever it asks for.
    expect(await leadIds(race, '/leads?team=B', sari)).toEqual([]);
    expect(await leadIds(race, '/leads', budi)).toEqual([three, two]);
  });
});
