/** `sambar what-if`: a recorded day decided again, by the rules it was played by and by others. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Chance, createChance, createSeededRandom } from '../../server/kernel/chance.ts';
import { runWhatIf } from '../../server/whatif/whatif.ts';
import { objectOf, sambar } from '../support/cli.ts';
import { DAY, HOUR, MINUTE, Race, SECOND, TEN } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const TYPES = ['demo request', 'whitepaper download', 'newsletter signup', 'webinar attendee', 'referral'];
const hired = (weeks: number) => new Date(TEN - weeks * 7 * DAY).toISOString().slice(0, 10);

let race: Race;
let fromMs: number;

beforeEach(async () => {
  race = await Race.start(null, { policy: 'fair-mix', random: createSeededRandom('a served house') });
});
afterEach(() => race.end());

async function team(): Promise<RaceRep[]> {
  const reps: RaceRep[] = [];
  for (const [at, tier] of [1, 1, 2, 2, 2, 3, 3].entries()) reps.push(await race.rep(`Rep ${at}`, { tier }));
  reps.push(await race.rep('Cohort', { tier: 2, hiredOn: hired(5) }), await race.rep('Baru', { hiredOn: hired(1) }));
  return reps;
}

/** One lead after another, and whoever feels like it taps; some leads are worked, given back or given by a manager. */
async function playDay(reps: readonly RaceRep[], leads: number, chance: Chance): Promise<void> {
  for (let n = 0; n < leads; n++) {
    const leadId = await race.lead({ type: chance.oneOf(TYPES), company: { name: `PT ${n}`, size: 10 * n } });
    let owner: RaceRep | null = null;
    for (let taps = Math.floor(chance.between(0, 5)); taps > 0; taps--) {
      await race.after(Math.floor(chance.between(1, 40)) * SECOND);
      const rep = chance.oneOf(reps);
      if ((await rep.claim(leadId)).verdict === 'won') owner = rep;
    }
    await race.after(30 * SECOND);
    if (owner !== null) await work(leadId, owner, chance);
    else if (chance.happens(0.3)) {
      const repId = chance.oneOf(reps).id;
      await race.call('POST', `/v1/leads/${leadId}/assignments`, { repId, reason: 'knows them' });
    }
    if (n === Math.floor(leads / 2)) await midday(reps[2] as RaceRep);
    await race.after(Math.floor(chance.between(1, 12)) * MINUTE);
  }
}

async function work(leadId: string, owner: RaceRep, chance: Chance): Promise<void> {
  await race.done('POST', `/v1/leads/${leadId}/activities`, { kind: 'call' }, owner);
  await race.after(10 * SECOND);
  if (chance.happens(0.3)) await race.done('POST', `/v1/leads/${leadId}/releases`, { reason: 'not mine' }, owner);
  else if (chance.happens(0.4))
    await race.done('POST', `/v1/leads/${leadId}/stages`, { stage: chance.oneOf(['opportunity', 'lost']) }, owner);
}

/** One goes to lunch while offers are up and comes back, and the cap is lowered. */
async function midday(rep: RaceRep): Promise<void> {
  await race.patch(rep, { status: 'break' });
  await race.after(7 * MINUTE);
  await race.changeCompetition({ dailyCap: 2 });
  await race.after(MINUTE);
  await race.patch(rep, { status: 'ready' });
}

function order(more: Partial<Parameters<typeof runWhatIf>[0]> = {}): Parameters<typeof runWhatIf>[0] {
  const { databaseFile: file } = race.app;
  return { file, policy: null, fromMs, untilMs: race.nowMs, seed: 'test', generatedPerDay: null, ...more };
}

const quiet = () => undefined;

describe('sambar what-if', () => {
  it('decides a recorded day again as it was: every offer alike, every winner the same', async () => {
    const reps = await team();
    await race.after(MINUTE);
    fromMs = race.nowMs;
    await playDay(reps, 26, createChance('a day'));
    await race.after(3 * HOUR);
    const { reproduced, inForce } = await runWhatIf(order(), quiet);
    expect(reproduced?.offers).toBeGreaterThan(15);
    expect(reproduced?.winners).toBeGreaterThan(3);
    expect(reproduced).toMatchObject({ sameOffers: reproduced?.offers, sameWinners: reproduced?.winners });
    // Rules have acted: some were refused, newcomers raced among themselves, lanes opened one after the other.
    expect(Object.keys(inForce.refusals)).not.toEqual([]);
    const { file } = race;
    expect(file.count("SELECT count(*) FROM offers WHERE pool = 'cohort'")).toBeGreaterThan(0);
    expect(file.count('SELECT count(*) FROM offer_lanes WHERE lane > 1')).toBeGreaterThan(5);
    expect(file.count("SELECT count(*) FROM ownerships WHERE end_reason = 'released'")).toBeGreaterThan(0);
    expect(file.count("SELECT count(*) FROM ownerships WHERE via = 'rotation'")).toBeGreaterThan(0);
    expect(file.count("SELECT count(*) FROM ownerships WHERE via = 'manager'")).toBeGreaterThan(0);
    // From the middle of it too, with offers up and leads owned.
    const later = await runWhatIf(order({ fromMs: fromMs + 50 * MINUTE }), quiet);
    expect(later.reproduced?.offers).toBeGreaterThan(5);
    expect(later.reproduced).toMatchObject({
      sameOffers: later.reproduced?.offers,
      sameWinners: later.reproduced?.winners,
    });
  });

  it('time off that was entered afterwards keeps nobody out of the record; what is not rewound is in the notes', async () => {
    const reps = [await race.rep('Ani', { tier: 1 }), await race.rep('Bram', { tier: 1 })] as const;
    await race.after(MINUTE);
    fromMs = race.nowMs;
    const timeOff = { from: new Date(fromMs).toISOString(), until: new Date(fromMs + DAY).toISOString() };
    for (const [at, rep] of [reps[0], reps[0], reps[1]].entries()) {
      const leadId = await race.lead({ type: 'demo request', company: { name: `PT ${at}` } });
      await race.after(MINUTE);
      expect(await rep.claim(leadId)).toMatchObject({ verdict: 'won' });
      // From here on Ani is away, in the record and when it is decided again.
      if (at === 1) await race.done('POST', `/v1/reps/${reps[0].id}/time-off`, timeOff);
      await race.after(MINUTE);
    }
    const { reproduced, notes } = await runWhatIf(order(), quiet);
    expect(reproduced).toMatchObject({ offers: 3, sameOffers: 3, winners: 3, sameWinners: 3 });
    expect(notes.join()).toMatch(/account owners of today/);
    expect(notes.join()).not.toMatch(/territories/);
  });

  it('what was changed of reps, and a pause, come again at their instants: every offer alike, whatever reps are today', async () => {
    const ani = await race.rep('Ani', { tier: 1, team: 'East' });
    const bram = await race.rep('Bram', { tier: 1, team: 'West' });
    const citra = await race.rep('Citra', { tier: 2, team: 'West', territories: ['Papua'] });
    await race.after(MINUTE);
    fromMs = race.nowMs;
    const papua = async () => {
      const leadId = await race.lead({ type: 'demo request', company: { name: 'PT Papua', region: 'Papua' } });
      await race.after(MINUTE);
      for (const rep of [ani, bram, citra]) await rep.claim(leadId);
      await race.after(MINUTE);
    };
    await papua();
    await race.patch(ani, { territories: ['Bali'] });
    await papua();
    await race.patch(ani, { territories: [], team: 'West', tier: 2, seniority: 'senior' });
    await race.patch(bram, { quota: 20, team: 'East', territories: ['Jawa Barat'] });
    await papua();
    await race.done('POST', '/v1/teams/West/pause', { days: 1, reason: 'too hot' });
    await race.after(SECOND);
    await papua();
    await race.done('POST', '/v1/teams/West/resume');
    await papua();
    for (const rep of [ani, bram, citra]) await race.patch(rep, { team: 'North', tier: 3, territories: ['Aceh'] });
    expect(race.file.count("SELECT count(*) FROM ownerships WHERE method = 'roundRobin'")).toBe(1);
    const { reproduced, notes } = await runWhatIf(order(), quiet);
    expect(reproduced).toEqual({ offers: 4, sameOffers: 4, winners: 4, sameWinners: 4 });
    expect(notes.join()).not.toMatch(/territories/);
    const later = await runWhatIf(order({ fromMs: fromMs + 5 * MINUTE }), quiet);
    expect(later.reproduced).toEqual({ offers: 1, sameOffers: 1, winners: 1, sameWinners: 1 });
  });

  it('shows who gains and who loses under another policy, the same for the same seed, beside the running server', async () => {
    const reps = await team();
    await race.after(MINUTE);
    fromMs = race.nowMs;
    await playDay(reps, 10, createChance('another day'));
    const span = ['--from', new Date(fromMs).toISOString(), '--to', race.nowIso, '--file', race.app.databaseFile];
    const said = await sambar('what-if', '--preset', 'open', ...span, '--json');
    expect([said.code, said.err]).toEqual([0, '']);
    expect((await sambar('what-if', '--preset', 'open', ...span, '--json')).out).toBe(said.out);
    const { inForce, tried, reps: changes } = objectOf(said) as unknown as Awaited<ReturnType<typeof runWhatIf>>;
    expect(tried?.tiers.reduce((sum, { leads }) => sum + leads, 0)).toBe(10 - (tried?.unowned ?? 0));
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
    expect(sum(changes.map((change) => change.inForce))).toBe(10 - inForce.unowned);
    expect(tried?.refusals).toEqual({});
    const table = await sambar('what-if', '--preset', 'open', ...span);
    expect(table.out).toMatch(/Gini of all leads +0\.\d\d +0\.\d\d/);
    expect(table.out).toMatch(/decided again as it was in force: (\d+) of \1 offers alike/);
  });

  it('tries made-up leads on the team of the file', async () => {
    await team();
    await race.after(MINUTE);
    fromMs = race.nowMs;
    const made = order({ untilMs: fromMs + DAY, generatedPerDay: 15, policy: { preset: 'tiered' } });
    const result = await runWhatIf(made, quiet);
    expect(result.reproduced).toBeNull();
    expect(result.leads).toBeGreaterThan(3);
    expect(await runWhatIf(made, quiet)).toEqual(result);
  });

  it('refuses a policy that is none with its path, and a span that is none', async () => {
    const from = ['--file', race.app.databaseFile, '--from', '2026-11-23'];
    const bad = await sambar('what-if', '--preset', 'opn', ...from, '--to', '2026-11-24', '--json');
    expect([bad.code, objectOf(bad)]).toMatchObject([2, { error: { message: expect.stringContaining('preset') } }]);
    const none = await sambar('what-if', '--preset', 'open', ...from, '--to', '2026-11-23', '--json');
    expect([none.code, objectOf(none)]).toMatchObject([2, { error: { code: 'wrongUse' } }]);
  });
});
