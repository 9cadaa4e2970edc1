/** Routing rules over a whole server: who is in a race, who is given a lead, what stands in the ops queue. */
import { expect, it } from 'vitest';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { openReader } from '../../server/platform/sqlite.ts';
import { rebuild } from '../../server/rebuild/rebuild.ts';
import { clockTime, MINUTE, onBothArbiters, type Race } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const WARM = { type: 'whitepaper download' };
const company = (name: string, more: Record<string, unknown> = {}) => ({ ...WARM, company: { name, ...more } });
const iso = (text: string) => new Date(clockTime(text)).toISOString();
const EVERYBODY = { name: 'everybody', method: 'race' };

/** The policy in force with this section of routing. */
async function setRouting(race: Race, routing: Record<string, unknown>): Promise<void> {
  const policy = await race.done('GET', '/v1/policy');
  await race.setPolicy({ ...policy, routing });
}

/** What a rebuild from the record would change. */
function differences(race: Race): unknown[] {
  const connection = openReader(race.app.databaseFile);
  try {
    return rebuild(connection, { write: false, nowMs: race.nowMs, random: createSystemRandom() }).differences;
  } finally {
    connection.sqlite.close();
  }
}

/** Working hours until this time of day. */
async function setHours(race: Race, close: string): Promise<void> {
  const policy = await race.done<{ calendar: object }>('GET', '/v1/policy');
  const calendar = { ...policy.calendar, hours: { days: ['Mon'], open: '09:00', close } };
  await race.setPolicy({ ...policy, calendar });
}

const alerted = (reps: readonly RaceRep[], leadId: string) =>
  reps.filter((rep) => rep.heard('lead:alert', leadId).length > 0).map(({ name }) => name);

const queue = async (race: Race) =>
  (await race.done<{ items: Record<string, unknown>[] }>('GET', '/v1/ops/queue')).items;

const owners = (race: Race, leadId: string) =>
  race.file.all<Record<string, unknown>>(
    'SELECT rep_id, via, method, rule FROM ownerships WHERE lead_id = ? ORDER BY started_at',
    leadId,
  );

onBothArbiters('ROUTE-26: a rule bounds a race', (start) => {
  it('ROUTE-04: a product that a lead asks for bounds its race, at its return too; a lead that names none is for everybody', async () => {
    const race = await start({ policy: 'tiered' });
    const crm = await race.rep('Cici', { products: ['CRM'] });
    const api = await race.rep('Adi', { products: ['API integration'] });
    const all = [crm, api];
    const none = [WARM, { type: 'demo request' }, { ...WARM, interest: 'gudang baru', signals: ['pricing page'] }];
    for (const body of none) expect(alerted(all, await race.lead(body))).toEqual(['Cici', 'Adi']);
    const asked = await race.lead({ ...WARM, interest: 'an API-integration, soon' });
    expect(alerted(all, asked)).toEqual(['Adi']);
    expect(await api.claim(asked)).toMatchObject({ verdict: 'won' });
    await race.done('POST', `/v1/leads/${asked}/releases`, { reason: 'wrong city' }, api);
    expect(alerted([crm], asked)).toEqual([]);
  });

  it('COMP-07: only reps of the territory are alerted; whoever is not is refused; an open offer keeps what it was opened with', async () => {
    const race = await start({ policy: 'open' });
    const east = await race.rep('Timur', { territories: ['Papua Barat'] });
    const west = await race.rep('Barat', { territories: ['Jawa Barat'] });
    const anywhere = await race.rep('Mana Saja');
    const all = [east, west, anywhere];
    await setRouting(race, { criteria: { premium: ['territory'], standard: ['territory'] } });
    const leadId = await race.lead(company('PT Timur', { region: 'papua barat' }));
    expect(alerted(all, leadId)).toEqual(['Timur', 'Mana Saja']);
    expect(await west.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    // DIST-15: what is open stays as it was opened; who comes back is judged by those rules too.
    await setRouting(race, { rules: [{ name: 'west', method: 'race', target: { reps: [west.id] } }] });
    for (const rep of [west, east]) {
      await race.patch(rep, { status: 'break' });
      await race.patch(rep, { status: 'ready' });
    }
    expect(await west.claim(leadId)).toMatchObject({ verdict: 'refused', rule: 'notInOffer' });
    expect(await east.claim(leadId)).toMatchObject({ verdict: 'won' });
    const next = await race.lead(company('PT Timur', { region: 'papua barat' }));
    expect(alerted(all, next)).toEqual(['Barat']);
    expect(race.file.all('SELECT rule, rule_step, method FROM offers WHERE lead_id = ?', next)).toEqual([
      { rule: 'west', rule_step: 0, method: 'race' },
    ]);
  });

  it('ROUTE-12: time off and hours leave a rep out of what opens then, and of the rotation', async () => {
    const race = await start({ policy: 'open' });
    const away = await race.rep('Pergi');
    const here = await race.rep('Ada');
    await setRouting(race, { availability: { timeOff: true, workingHours: true } });
    const off = await race.done<{ id: string }>(
      'POST',
      `/v1/reps/${away.id}/time-off`,
      { from: iso('10:00:00'), until: iso('12:00:00') },
      away,
    );
    const first = await race.lead(WARM);
    expect(alerted([away, here], first)).toEqual(['Ada']);
    await race.after(31 * MINUTE);
    expect(owners(race, first)).toEqual([{ rep_id: here.id, via: 'rotation', method: 'unclaimed', rule: null }]);
    expect((await race.call('DELETE', `/v1/time-off/${off.id}`, undefined, here)).status).toBe(404);
    await race.done('DELETE', `/v1/time-off/${off.id}`, undefined, away);
    expect(alerted([away, here], await race.lead(WARM))).toEqual(['Pergi', 'Ada']);
    await setHours(race, '10:31');
    const late = await race.lead(WARM);
    expect(await queue(race)).toMatchObject([{ leadId: late, leftOut: [{ reasons: { offHours: 2 } }] }]);
    await setHours(race, '10:34');
    await race.after(2 * MINUTE);
    expect(alerted([away, here], late)).toEqual(['Pergi', 'Ada']);
  });
});

onBothArbiters('a rule that pushes', (start) => {
  it('DIST-02: gives a lead at once, round and round, with method and rule on the assignment (ROUTE-22)', async () => {
    const race = await start({ policy: 'open' });
    const team = [await race.rep('Satu', { team: 'SDR' }), await race.rep('Dua', { team: 'SDR' })];
    const other = await race.rep('Lain', { team: 'AE' });
    const sdr = { name: 'to SDR', when: { field: 'type', in: ['Whitepaper Download'] }, target: { teams: ['SDR'] } };
    await setRouting(race, { rules: [{ ...sdr, method: 'roundRobin' }, EVERYBODY] });
    const leads = [];
    for (let n = 0; n < 4; n++) leads.push(await race.lead(WARM));
    expect(team.map((rep) => rep.heard('lead:assigned').length)).toEqual([2, 2]);
    for (const leadId of leads) {
      expect(race.file.status(leadId)).toBe('owned');
      expect(owners(race, leadId)).toMatchObject([{ via: 'rotation', method: 'roundRobin', rule: 'to SDR' }]);
    }
    expect(alerted([...team, other], await race.lead({ type: 'demo request' }))).toEqual(['Satu', 'Dua', 'Lain']);
    // Who gives a lead back is not handed it again.
    const [leadId] = leads as [string];
    const [owner] = team.filter((rep) => rep.heard('lead:assigned', leadId).length > 0) as [RaceRep];
    await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'no time' }, owner);
    expect(owners(race, leadId).map(({ rep_id }) => rep_id)).toEqual([owner.id, team.find((rep) => rep !== owner)?.id]);
    await race.restart();
    const after = await race.lead(WARM);
    expect(owners(race, after)).toMatchObject([{ rule: 'to SDR' }]);
    expect(differences(race)).toEqual([]);
  });

  it('ROUTE-09: weights share as they say, a burst in one millisecond too', async () => {
    const race = await start({ policy: 'open' });
    const best = await race.rep('Satu', { tier: 1 });
    const newest = await race.rep('Tiga', { tier: 3 });
    await setRouting(race, { rules: [{ name: 'by weight', method: 'weighted', weights: [3, 2, 1] }] });
    await Promise.all(Array.from({ length: 8 }, () => race.app.addLead(WARM)));
    await race.settle();
    expect([best, newest].map((rep) => rep.heard('lead:assigned').length)).toEqual([6, 2]);
  });

  it('ROUTE-05: a known account goes to its owner and never races; away, to the rotation', async () => {
    const race = await start({ policy: 'tiered' });
    const reps = [await race.rep('Jane'), await race.rep('Budi')] as const;
    const [jane, budi] = reps;
    await race.done('PUT', '/v1/accounts', { company: 'Acme Corp', ownerId: jane.id });
    expect((await race.done('GET', '/v1/accounts')).items).toMatchObject([{ company: 'Acme Corp', ownerId: jane.id }]);
    await race.patch(jane, { status: 'break' });
    const leadId = await race.lead(company(' ACME corp '));
    expect(owners(race, leadId)).toEqual([
      { rep_id: jane.id, via: 'rotation', method: 'accountOwner', rule: 'known account' },
    ]);
    expect(alerted(reps, leadId)).toEqual([]);
    await race.done('POST', `/v1/reps/${jane.id}/time-off`, { from: iso('10:00:00'), until: iso('11:00:00') });
    expect(owners(race, await race.lead(company('Acme Corp')))).toMatchObject([
      { rep_id: budi.id, method: 'roundRobin', rule: 'known account' },
    ]);
    await race.done('PUT', '/v1/accounts', { company: 'acme CORP', ownerId: null });
    expect(alerted(reps, await race.lead(company('Acme Corp')))).toEqual(['Budi']);
  });
});

onBothArbiters('DIST-20: a referral in the preset tiered', (start) => {
  it('goes by turns to tier 1, then 2, while a demo request is raced for; never to a tier without access', async () => {
    const race = await start({ policy: 'tiered' });
    const [best, next, last] = [
      await race.rep('Satu', { tier: 1 }),
      await race.rep('Dua', { tier: 2 }),
      await race.rep('Tiga', { tier: 3 }),
    ];
    const pushedTo = async () => owners(race, await race.lead({ type: 'referral' })).map(({ rep_id }) => rep_id);
    expect(await pushedTo()).toEqual([best.id]);
    expect(alerted([best, next, last], await race.lead({ type: 'demo request' }))).toEqual(['Satu']);
    await race.patch(best, { status: 'break' });
    expect(await pushedTo()).toEqual([next.id]);
    await race.patch(next, { status: 'break' });
    expect(await pushedTo()).toEqual([]);
    expect(await queue(race)).toMatchObject([
      { rule: 'referral', leftOut: [{}, {}, { reasons: { notReady: 2, tierNever: 1 } }] },
    ]);
  });
});

onBothArbiters('COMP-10: a lead that nobody can race for waits for nobody', (start) => {
  it('premium: at once by turns to who has access; else in the ops queue with its alarm, never to tier 3 (COMP-19)', async () => {
    const race = await start({ policy: 'tiered' });
    const three = await race.rep('Tiga', { tier: 3 });
    const leadId = await race.lead({ type: 'demo request' });
    expect(await queue(race)).toMatchObject([{ leadId, leftOut: [{ method: 'race', reasons: { tierNever: 1 } }] }]);
    expect(await (await fetch(`${race.app.app.url}/metrics`)).text()).toMatch(
      /sambar_ops_queued_total\{reason="nobodyAvailable"\} 1/,
    );
    // A newcomer races for nothing yet, and is given what nobody else can have.
    const shadow = await race.rep('Baru', { tier: 2, hiredOn: '2026-11-16' });
    expect(owners(race, leadId)).toEqual([
      { rep_id: shadow.id, via: 'rotation', method: 'unraced', rule: 'everybody else' },
    ]);
    const why = await race.done<{
      decisions: object[];
      items: { repId: string; lines: { reason: string | null; message: string }[] }[];
    }>('GET', `/v1/leads/${leadId}/explanation?lang=en`);
    expect(why.decisions).toMatchObject([
      { method: 'unraced', message: 'Nobody could race for it: given by turns, by the rule "everybody else".' },
    ]);
    expect(why.items.find(({ repId }) => repId === three.id)?.lines).toMatchObject([{ reason: 'tierNever' }]);
    // Whoever may race is asked first.
    const one = await race.rep('Satu', { tier: 1 });
    const raced = await race.lead({ type: 'demo request' });
    expect([owners(race, raced), alerted([one, three], raced)]).toEqual([[], ['Satu']]);
  });
});

onBothArbiters('ROUTE-15: what nobody matches', (start) => {
  it('stands in the ops queue with an alarm and a timer, and leaves it when a rule is mended or given by hand', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Sari', { team: 'SDR' });
    const manager = await race.done<{ id: string }>('POST', '/v1/managers', {
      name: 'Ibu',
      email: 'ibu@example.com',
      teams: ['SDR'],
    });
    const { token } = await race.done<{ token: string }>('POST', `/v1/managers/${manager.id}/tokens`);
    await setRouting(race, { rules: [{ name: 'big', when: { field: 'companySize', from: 500 }, method: 'race' }] });
    const small = await race.lead(WARM);
    const byHand = await race.lead(WARM);
    const listed = await race.done<{ items: object[] }>('GET', '/v1/ops/queue', undefined, { token });
    expect(listed.items).toMatchObject([
      { leadId: small, reason: 'noRule', rule: null },
      { leadId: byHand, reason: 'noRule' },
    ]);
    expect((await race.call('GET', '/v1/ops/queue', undefined, rep)).status).toBe(403);
    await race.after(10 * MINUTE);
    const metrics = await race.call<string>('GET', '/metrics');
    // Once for each lead, however often it was looked at.
    expect(metrics.body).toContain('sambar_ops_queued_total{reason="noRule"} 2');
    await race.done('POST', `/v1/leads/${byHand}/assignments`, { repId: rep.id, reason: 'yours' }, { token });
    await setRouting(race, {});
    await race.after(2 * MINUTE);
    expect(await queue(race)).toEqual([]);
    expect(rep.heard('lead:alert', small)).toHaveLength(1);
  });

  it('a target where nobody is there falls back, step by step, and an offer nobody took too', async () => {
    const race = await start({ policy: 'open' });
    const senior = await race.rep('Senior', { seniority: 'senior' });
    const junior = await race.rep('Junior', { seniority: 'junior' });
    const of = (seniority: string) => ({ segment: { seniorities: [seniority] } });
    const fallback = [
      { target: of('junior'), method: 'race' },
      { target: of('nobody'), method: 'roundRobin' },
    ];
    await setRouting(race, { rules: [{ name: 'seniors first', target: of('senior'), method: 'race', fallback }] });
    const leadId = await race.lead(WARM);
    expect(alerted([senior, junior], leadId)).toEqual(['Senior']);
    await race.after(30 * MINUTE);
    expect(alerted([senior, junior], leadId)).toEqual(['Senior', 'Junior']);
    expect(await senior.claim(leadId)).toMatchObject({ verdict: 'gone', reason: 'expired' });
    await race.restart();
    await race.after(30 * MINUTE);
    expect(owners(race, leadId)).toEqual([
      { rep_id: junior.id, via: 'rotation', method: 'unclaimed', rule: 'seniors first' },
    ]);
    await race.patch(senior, { status: 'break' });
    expect(alerted([senior, junior], await race.lead(WARM))).toEqual(['Junior']);
  });
});

onBothArbiters('a queue', (start) => {
  it('DIST-05: lists a lead without an alert; the first claim takes it, from the list and with no claim speed', async () => {
    const race = await start({ policy: 'open' });
    const reps = [await race.rep('Satu'), await race.rep('Dua')] as const;
    const [one, two] = reps;
    await setRouting(race, {
      rules: [{ name: 'pull', when: { field: 'temperature', in: ['warm'] }, method: 'queue' }],
    });
    const leadId = await race.lead(WARM);
    expect(alerted(reps, leadId)).toEqual([]);
    for (const rep of reps) {
      expect(rep.heard('lead:listed', leadId)).toMatchObject([
        { company: { name: 'PT Maju Jaya' }, source: 'web form' },
      ]);
      expect(await rep.pool()).toMatchObject([{ leadId }]);
    }
    // DIST-15: a segment that races from now on leaves the list as it is.
    await setRouting(race, {});
    expect(alerted(reps, await race.lead(WARM))).toEqual(['Satu', 'Dua']);
    await race.restart();
    expect(await two.pool()).toHaveLength(2);
    await race.after(10_000);
    expect(await two.claim(leadId)).toMatchObject({ verdict: 'won', claimSpeedMs: 0 });
    expect(one.heard('lead:taken', leadId)).toHaveLength(1);
    expect(await one.claim(leadId)).toMatchObject({ verdict: 'lost', winner: { id: two.id } });
    expect(race.file.all('SELECT claim_speed_ms AS ms FROM ownerships WHERE lead_id = ?', leadId)).toEqual([
      { ms: null },
    ]);
    // GAME-01 pays for being quick to an alert.
    expect(race.file.ledger(two.id)).toEqual([]);
    expect(differences(race)).toEqual([]);
  });

  it('goes on by rotation when nobody has taken it at its closing time', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Satu');
    await setRouting(race, { rules: [{ name: 'pull', method: 'queue' }] });
    const leadId = await race.lead(WARM);
    await race.after(30 * MINUTE);
    expect(owners(race, leadId)).toEqual([{ rep_id: rep.id, via: 'rotation', method: 'unclaimed', rule: 'pull' }]);
  });
});
