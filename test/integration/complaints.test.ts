/** FAIR-22: what a rep holds to be unfair, and what it is answered. */
import { expect, it } from 'vitest';
import { DAY, onBothArbiters, type Race, TEN } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

interface Complaint {
  id: string;
  answer: object | null;
}
interface Listed {
  items: Complaint[];
  nextCursor: string | null;
  counts: object;
}

onBothArbiters('complaints', (start) => {
  const complain = (race: Race, rep: RaceRep, body: object) =>
    race.done<Complaint>('POST', '/v1/complaints', body, rep);
  const listed = (race: Race, by?: RaceRep, query = '') =>
    race.done<Listed>('GET', `/v1/complaints${query}`, undefined, by);

  it('FAIR-22: a rep complains of a lead it lost; a manager reads the race beside it and answers once', async () => {
    const race = await start();
    const winner = await race.rep('Sari');
    const loser = await race.rep('Budi', { languages: ['en'] });
    const leadId = await race.lead();
    expect(await winner.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(await loser.claim(leadId)).toMatchObject({ verdict: 'lost' });
    const text = 'I tapped first';
    const made = await complain(race, loser, { category: 'lostClaim', leadId, text });
    const told = { repId: loser.id, repName: 'Budi', category: 'lostClaim', leadId, text, answer: null };
    expect(made).toEqual({ id: made.id, at: new Date(TEN).toISOString(), ...told });
    expect(await listed(race, loser)).toEqual({
      items: [made],
      nextCursor: null,
      counts: { open: 1, thisWeek: 1, lastWeek: 0 },
    });
    // Nobody else's business.
    expect(await listed(race, winner)).toMatchObject({ items: [], counts: { open: 0, thisWeek: 0 } });
    expect(await race.call('GET', `/v1/complaints/${made.id}`, undefined, winner)).toMatchObject({ status: 404 });
    const { audit } = await race.done<{ audit: object }>('GET', `/v1/complaints/${made.id}`);
    expect(audit).toMatchObject({
      race: { leadId, owners: [{ repId: winner.id }] },
      explanation: { leadId, items: [{ repId: loser.id, lines: [{ outcome: 'offered' }] }] },
    });
    await race.restart();
    const answer = { text: 'The server had hers 40 ms before yours.' };
    const answered = await race.done<Complaint>('POST', `/v1/complaints/${made.id}/answers`, answer);
    expect(answered.answer).toEqual({ at: new Date(TEN).toISOString(), by: 'admin', ...answer });
    expect((await listed(race, loser)).items).toEqual([answered]);
    expect(await race.call('POST', `/v1/complaints/${made.id}/answers`, answer)).toMatchObject({
      status: 409,
      body: { code: 'answered' },
    });
    // Of no lead, a week later; pages and states.
    await race.at(TEN + 7 * DAY);
    const other = await complain(race, winner, { category: 'shareOfLeads', text: 'always the same ones' });
    expect(await listed(race)).toMatchObject({ counts: { open: 1, thisWeek: 1, lastWeek: 1 } });
    const first = await listed(race, undefined, '?limit=1');
    expect([first.items[0]?.id, first.nextCursor]).toEqual([other.id, other.id]);
    const next = await listed(race, undefined, `?limit=1&cursor=${other.id}`);
    expect([next.items[0]?.id, next.nextCursor]).toEqual([made.id, null]);
    expect((await listed(race, undefined, '?status=answered')).items.map(({ id }) => id)).toEqual([made.id]);
    expect(await race.done('GET', `/v1/complaints/${other.id}`)).toMatchObject({ audit: null });
    expect(await race.call('POST', '/v1/complaints', { category: 'luck', text: 'x' }, winner)).toMatchObject({
      status: 400,
      body: { field: 'category' },
    });
    const unknown = { category: 'other', leadId: 'lead_nowhere', text: 'x' };
    expect((await race.call('POST', '/v1/complaints', unknown, winner)).status).toBe(404);
  });
});
