/** As many active reps as an offer may have: refused where one more would come in, and raced with on a file that has more. */
import { expect, it } from 'vitest';
import { OFFER_MEMBERS_MAX } from '../../server/claims/limits.ts';
import { openWriter } from '../../server/platform/sqlite.ts';
import { MINUTE, onBothArbiters, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

/** Copies of the first rep on file until there are so many active ones; the server begins again with them. */
async function fillUp(race: Race, active: number): Promise<void> {
  const { sqlite } = openWriter(race.app.databaseFile);
  const { num: _, ...row } = sqlite.prepare('SELECT * FROM reps ORDER BY num').get() as Record<string, unknown>;
  const columns = Object.keys(row);
  const copy = sqlite.prepare(`INSERT INTO reps (${columns}) VALUES (${columns.map((column) => `@${column}`)})`);
  const missing = active - (sqlite.prepare('SELECT count(*) FROM reps WHERE active').pluck().get() as number);
  sqlite.transaction(() => {
    for (let n = 0; n < missing; n++) {
      const word = String(n).padStart(26, '0');
      copy.run({ ...row, active: 1, id: `rep_${word}`, name: `Rep ${n}`, email: `${n}@example.com` });
    }
  })();
  sqlite.close();
  await race.restart();
}

const members = (race: Race, leadId: string) =>
  race.file
    .all<{ reps: string }>('SELECT reps FROM offer_lanes JOIN offers ON id = offer_id WHERE lead_id = ?', leadId)
    .flatMap(({ reps }) => JSON.parse(reps) as number[]);

onBothArbiters('active reps', (start) => {
  it(`are ${OFFER_MEMBERS_MAX} at the most: one more is refused by name, of two at once one`, async () => {
    const race = await start({ policy: 'open' });
    const gone = await race.rep('Pergi');
    await race.rep('Ada');
    await race.patch(gone, { active: false });
    await fillUp(race, OFFER_MEMBERS_MAX - 1);
    const add = (name: string) => race.call('POST', '/v1/reps', { name, email: `${name}@example.com` });
    const refused = { status: 409, body: { code: 'tooManyReps', field: 'active', max: OFFER_MEMBERS_MAX } };
    const [first, second] = await Promise.all([add('Satu'), add('Dua')]);
    expect(first?.status).toBe(201);
    expect(second).toMatchObject(refused);
    expect(await race.call('PATCH', `/v1/reps/${gone.id}`, { active: true })).toMatchObject(refused);
    // Whoever goes makes room, and an inactive rep takes none.
    await race.done('PATCH', `/v1/reps/${first?.body.id}`, { active: false });
    await race.done('PATCH', `/v1/reps/${gone.id}`, { active: true });
    expect(await add('Tiga')).toMatchObject(refused);
    expect(await race.call('PATCH', `/v1/reps/${gone.id}`, { active: true, tier: 1 })).toMatchObject({ status: 200 });
  });

  it('are more on a file that was given more: it starts and races', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Ada');
    await fillUp(race, OFFER_MEMBERS_MAX + 3);
    const leadId = await race.lead();
    expect(members(race, leadId)).toHaveLength(OFFER_MEMBERS_MAX);
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });
});

onBothArbiters('an offer that the arbiter refuses as unfit', (start) => {
  /** The offer of a lead gets more members on file than an offer may have: as a version without the bound wrote it. */
  async function unfit(race: Race): Promise<{ rep: RaceRep; leadId: string }> {
    const rep = await race.rep('Ada');
    const leadId = await race.lead();
    const { sqlite } = openWriter(race.app.databaseFile);
    const many = JSON.stringify(Array.from({ length: OFFER_MEMBERS_MAX + 1 }, () => 1));
    sqlite.prepare('UPDATE offer_lanes SET reps = ?').run(many);
    sqlite.close();
    return { rep, leadId };
  }

  it('does not keep a server from starting: it ends, and its lead is put up again', async () => {
    const race = await start({ policy: 'open' });
    const { rep, leadId } = await unfit(race);
    await race.restart();
    expect(race.errors.splice(0)).toEqual([expect.stringContaining('refuses an offer as unfit')]);
    expect(race.file.status(leadId)).toBe('waiting');
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'gone', reason: 'withdrawn' });
    await race.after(MINUTE);
    expect(members(race, leadId).slice(-1)).toEqual([1]);
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
  });

  it('does not stall what is announced after it: it ends, and its lead is put up again', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Ada');
    const { arbiter } = race.house.world;
    const open = arbiter.open.bind(arbiter);
    // As a planner with a fault would have it.
    arbiter.open = (offer) => open({ ...offer, closesAtMs: offer.closesAtMs + 0.5 });
    const leadId = await race.lead();
    arbiter.open = open;
    expect(rep.heard('lead:withdrawn', leadId)).toMatchObject([{ reason: 'withdrawn' }]);
    const next = await race.lead();
    expect(rep.heard('lead:alert', next)).toHaveLength(1);
    expect(await rep.claim(next)).toMatchObject({ verdict: 'won' });
    await race.after(MINUTE);
    expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
    expect(race.errors.splice(0)).toEqual([expect.stringContaining('refuses an offer as unfit')]);
  });
});
