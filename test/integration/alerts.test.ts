/** Who hears what of an offer, in which order, and what is on record of it (NOTIF-01 to NOTIF-21). */
import { expect, it } from 'vitest';
import { clockTime, MINUTE, onBothArbiters, SECOND } from '../support/race.ts';
import { seededRandom } from '../support/seeded-random.ts';

const PREMIUM = { type: 'demo request' };
const WARM = { type: 'whitepaper download' };
const at = (text: string) => new Date(clockTime(text)).toISOString();

onBothArbiters('alerts', (start) => {
  it('NOTIF-01: the same bytes for all receivers of a lane', async () => {
    const race = await start({ policy: 'tiered' });
    const ones = [await race.rep('Satu', { tier: 1 }), await race.rep('Satu B', { tier: 1 })];
    const twos = [await race.rep('Dua', { tier: 2 }), await race.rep('Dua B', { tier: 2 })];
    const leadId = await race.lead(PREMIUM);
    await race.at('10:15:00');
    await ones[0]?.claim(leadId);
    const raw = (rep: (typeof ones)[number], event: string) =>
      rep.frames.filter((frame) => frame.event === event).map((frame) => frame.raw);
    for (const lane of [ones, twos]) {
      const [first, second] = lane.map((rep) => raw(rep, 'lead:alert'));
      expect(first).toHaveLength(1);
      expect(second).toEqual(first);
    }
    expect(raw(twos[0] as never, 'lead:upcoming')).toEqual(raw(twos[1] as never, 'lead:upcoming'));
    const told = [ones[1], ...twos].flatMap((rep) => raw(rep as never, 'lead:taken'));
    expect(told).toHaveLength(3);
    expect(new Set(told).size).toBe(1);
    expect(raw(ones[0] as never, 'lead:taken')).toEqual([]);
  });

  it('NOTIF-07: the card has what a rep may see, and its `id` grows with every fact', async () => {
    const race = await start();
    const rep = await race.rep('Sari');
    const other = await race.rep('Budi');
    const leadId = await race.lead({ ...PREMIUM, interest: 'CRM for 40 seats' });
    expect(rep.heard('lead:alert')).toEqual([
      {
        id: expect.any(Number),
        offerId: expect.stringMatching(/^offer_/),
        leadId,
        company: { name: 'PT Maju Jaya', size: 120 },
        contact: { title: 'IT Manager' },
        source: 'web form',
        score: expect.any(Number),
        temperature: 'hot',
        opensAt: at('10:00:00'),
        closesAt: at('10:05:00'),
        sentAt: at('10:00:00'),
        blind: false,
      },
    ]);
    await other.claim(leadId);
    await race.lead(PREMIUM);
    await race.after(5 * MINUTE);
    const facts = rep.frames.filter(({ event }) => /^lead:(alert|taken|withdrawn)$/.test(event));
    expect(facts.map(({ event }) => event)).toEqual(['lead:alert', 'lead:taken', 'lead:alert', 'lead:withdrawn']);
    const ids = facts.map(({ payload }) => payload.id as number);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it('no frame carries a name, a number, an address or a note of the lead: before a claim or after', async () => {
    const race = await start({ policy: 'tiered' });
    const reps = [
      await race.rep('Satu', { tier: 1 }),
      await race.rep('Dua', { tier: 2 }),
      await race.rep('Tiga', { tier: 3 }),
    ];
    const [one, two] = reps as [(typeof reps)[0], (typeof reps)[0]];
    const secrets = {
      company: { name: 'PT Maju Jaya', size: 120, region: 'Jawa Barat' },
      contact: {
        name: 'Kartini Rahasia',
        title: 'IT Manager',
        email: 'kartini@rahasia.example',
        phone: '+62 822 9999 1234',
      },
      interest: 'minat-rahasia',
      attributes: { note: 'catatan-rahasia' },
    };
    for (const rep of reps) await rep.ask('wall:watch', {});
    await one.ask('board:watch', { board: 'points', period: 'week' });
    const leadId = await race.lead({ ...WARM, ...secrets });
    const lost = await race.lead({ ...WARM, ...secrets });
    await race.at('10:05:00');
    await race.patch(one, { status: 'break' });
    await race.patch(one, { status: 'ready' });
    expect(JSON.stringify(await two.claim(leadId))).toContain('Kartini Rahasia');
    await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'alasan-rahasia' }, two);
    await one.claim(leadId);
    const body = { kind: 'call', note: 'panggilan-rahasia' };
    await race.done('POST', `/v1/leads/${leadId}/activities`, body, one);
    await race.done('POST', `/v1/leads/${lost}/assignments`, { repId: two.id, reason: 'rahasia' });
    await race.after(2 * SECOND);
    for (const rep of reps) await rep.connect(race.app.app.url);
    const heard = reps.flatMap((rep) => rep.frames);
    const events = new Set(heard.map(({ event }) => event));
    for (const event of ['alert', 'upcoming', 'window', 'taken', 'withdrawn', 'assigned']) {
      expect(events).toContain(`lead:${event}`);
    }
    for (const event of ['pool:snapshot', 'wall:feed', 'points:awarded', 'board:delta']) {
      expect(events).toContain(event);
    }
    for (const { event, raw } of heard) expect(raw.startsWith(`2["${event}"`)).toBe(true);
    const said = heard.map(({ raw }) => raw).join('\n') + (await race.outlet()).join('\n');
    expect(said).toContain('IT Manager');
    for (const secret of [/rahasia/i, /kartini/i, /9999/]) expect(said).not.toMatch(secret);
    // A rep who may only claim it sees as much over HTTP.
    const open = await race.lead({ ...WARM, ...secrets });
    const view = await race.call('GET', `/v1/leads/${open}`, undefined, one);
    expect(view.status).toBe(200);
    expect(JSON.stringify(view.body)).not.toMatch(/kartini|9999|rahasia/i);
  });

  it('NOTIF-18: each of five reps comes first about equally often, in no order that favours any', async () => {
    const race = await start({ random: seededRandom('shuffle') });
    const team: string[] = [];
    for (let rep = 0; rep < 5; rep++) team.push((await race.app.addRep(`Rep ${rep}`)).id);
    const { announcer } = race.house.world;
    const emit = announcer.emit;
    const orders: string[][] = [];
    announcer.emit = (event, rooms, payload) => {
      if (event === 'lead:alert') orders.push(rooms.map((room) => room.slice('rep:'.length)));
      emit(event, rooms, payload);
    };
    const RELEASES = 300;
    for (let lead = 0; lead < RELEASES; lead++) await race.app.addLead(PREMIUM);
    expect(orders).toHaveLength(RELEASES);
    for (const order of orders) expect([...order].sort()).toEqual([...team].sort());
    // Chi-square with four degrees of freedom: 18.47 is passed by chance once in a thousand seeds.
    const expected = RELEASES / team.length;
    for (let place = 0; place < team.length; place++) {
      const counts = team.map((repId) => orders.filter((order) => order[place] === repId).length);
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(chiSquare, `place ${place}: ${counts}`).toBeLessThan(18.47);
    }
    expect(new Set(orders.map(String)).size).toBeGreaterThan(60);
    // On file as it was sent, for whoever asks.
    const [lane] = race.file.all<{ reps: string }>('SELECT reps FROM offer_lanes ORDER BY rowid');
    const nums = race.file.all<{ num: number; id: string }>('SELECT num, id FROM reps');
    const idOf = (num: number) => nums.find((row) => row.num === num)?.id;
    expect((JSON.parse(lane?.reps ?? '[]') as number[]).map(idOf)).toEqual(orders[0]);
  });
});

interface RaceRecord {
  offers: {
    alerts: object[];
    attempts: { n: number; at: string; repId: string; verdict: string; rule?: string }[];
    winner: object;
  }[];
}

onBothArbiters('the race on record', (start) => {
  it('NOTIF-10, NOTIF-20: sent, delivered and seen for each alert, with the server’s time', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const two = await race.rep('Dua', { tier: 2 });
    const silent = await race.rep('Satu B', { tier: 1 });
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = one.heard('lead:alert', leadId);
    await race.after(SECOND);
    await one.ask('lead:delivered', { offerIds: [offerId] });
    await race.after(SECOND);
    await one.ask('lead:seen', { leadId, offerId });
    await race.after(SECOND);
    // The first counts; a phone that says it again changes nothing.
    await one.ask('lead:delivered', { offerIds: [offerId] });
    await race.at('10:15:00');
    await two.ask('lead:delivered', { offerIds: [offerId] });
    await race.after(100);
    await one.claim(leadId);
    // Receipts are gathered on the phone: they may come after the race was decided.
    await silent.ask('lead:delivered', { offerIds: [offerId] });
    const record = await race.done<RaceRecord>('GET', `/v1/races/${leadId}`);
    const alerts = [
      {
        repId: one.id,
        repName: 'Satu',
        lane: 0,
        opensAt: at('10:00:00'),
        sentAt: at('10:00:00'),
        deliveredAt: at('10:00:01'),
        seenAt: at('10:00:02'),
      },
      {
        repId: silent.id,
        repName: 'Satu B',
        lane: 0,
        opensAt: at('10:00:00'),
        sentAt: at('10:00:00'),
        deliveredAt: at('10:15:00.100'),
        seenAt: null,
      },
      {
        repId: two.id,
        repName: 'Dua',
        lane: 1,
        opensAt: at('10:15:00'),
        sentAt: at('10:15:00'),
        deliveredAt: at('10:15:00'),
        seenAt: null,
      },
    ];
    const inOrder = (list: object[]) =>
      [...list].sort((a, b) => ((a as { repId: string }).repId < (b as { repId: string }).repId ? -1 : 1));
    expect(inOrder(record.offers[0]?.alerts ?? [])).toEqual(inOrder(alerts));
    await race.restart();
    const again = await race.done<RaceRecord>('GET', `/v1/races/${leadId}`);
    expect(again).toEqual(record);
  });

  it('a receipt of somebody who was not in the offer is none', async () => {
    const race = await start({ policy: 'tiered' });
    const one = await race.rep('Satu', { tier: 1 });
    const three = await race.rep('Tiga', { tier: 3 });
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = one.heard('lead:alert', leadId);
    await three.ask('lead:delivered', { offerIds: [offerId, 'offer_unknown'] });
    await race.after(10 * SECOND);
    expect(race.file.count('SELECT count(*) FROM race_notes')).toBe(0);
    expect(await race.call('GET', `/v1/races/${leadId}`, undefined, three)).toMatchObject({ status: 404 });
    expect(await race.call('GET', `/v1/races/${leadId}`, undefined, one)).toMatchObject({ status: 200 });
  });

  it('every attempt in order, with the rule that decided it', async () => {
    const race = await start({ policy: 'tiered' });
    const [one, two, three] = [
      await race.rep('Satu', { tier: 1 }),
      await race.rep('Dua', { tier: 2 }),
      await race.rep('Tiga', { tier: 3 }),
    ];
    const capped = await race.rep('Satu B', { tier: 1 });
    const late = await race.rep('Satu C', { tier: 1 });
    await race.changeCompetition({ dailyCap: 1 });
    await capped.claim(await race.lead(PREMIUM));
    const leadId = await race.lead(PREMIUM);
    const [{ offerId }] = one.heard('lead:alert', leadId);
    await race.at('10:14:00');
    await two.claim(leadId, { requestId: 'too-early' });
    await race.after(SECOND);
    await three.claim(leadId, { offerId, requestId: 'not-mine' });
    await race.after(SECOND);
    await capped.claim(leadId, { requestId: 'one-more' });
    await race.after(SECOND);
    await race.patch(one, { status: 'break' });
    await one.claim(leadId, { requestId: 'resting' });
    await race.after(SECOND);
    await late.claim(leadId, { requestId: 'mine' });
    await race.after(SECOND);
    await two.claim(leadId, { offerId, requestId: 'too-late' });
    const { offers } = await race.done<RaceRecord>('GET', `/v1/races/${leadId}`);
    const time = (second: number) => at(`10:14:0${second}`);
    const winner = { winnerId: late.id };
    expect(offers).toHaveLength(1);
    expect(offers[0]?.attempts).toEqual([
      { n: 1, at: time(0), repId: two.id, requestId: 'too-early', verdict: 'early' },
      { n: 2, at: time(1), repId: three.id, requestId: 'not-mine', verdict: 'refused', rule: 'notInOffer' },
      { n: 3, at: time(2), repId: capped.id, requestId: 'one-more', verdict: 'refused', rule: 'dailyCap' },
      { n: 4, at: time(3), repId: one.id, requestId: 'resting', verdict: 'refused', rule: 'notReady' },
      { n: 5, at: time(4), repId: late.id, requestId: 'mine', verdict: 'won' },
      { n: 6, at: time(5), repId: two.id, requestId: 'too-late', verdict: 'lost', ...winner, byMs: 1_000 },
    ]);
    expect(offers[0]?.winner).toMatchObject({ repId: late.id, requestId: 'mine', claimedAt: time(4) });
    await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'x' }, late);
    await race.after(SECOND);
    await late.claim(leadId, { offerId, requestId: 'again' });
    const later = await race.done<RaceRecord>('GET', `/v1/races/${leadId}`);
    expect(later.offers).toHaveLength(2);
    expect(later.offers[0]?.attempts.at(-1)).toMatchObject({ n: 7, verdict: 'gone', rule: 'released' });
  });
});
