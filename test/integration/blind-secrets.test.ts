/**
 * FAIR-04, FAIR-05, FAIR-07: nothing of a blind offer depends on what it hides. The same half day is lived three times,
 * with a hot, a warm and a cold lead whose hidden fields all differ: what reps hear, read and are told must be the same
 * bytes, and must hold none of the secrets.
 */
import { expect, it } from 'vitest';
import { DAY, MINUTE, onBothArbiters, type Race, SECOND } from '../support/race.ts';
import type { RaceRep } from '../support/race-rep.ts';

const SHOWN = { source: 'web form', company: { industry: 'retail', region: 'Bali', country: 'ID' } };
const secret = (kind: string, size: number, type: string, signals: string[]) => ({
  ...{ source: SHOWN.source, externalId: `secret-${kind}-external`, type, signals, dealValue: size * 1_000_000 + 77 },
  company: { ...SHOWN.company, name: `secret-${kind}-company`, size },
  contact: {
    ...{ name: `secret-${kind}-person`, title: `secret-${kind}-title` },
    ...{ email: `secret-${kind}@example.com`, phone: '+62 812 5550 199' },
  },
  interest: `secret-${kind}-interest`,
  attributes: { note: `secret-${kind}-attribute` },
});
const TRUTHS = {
  hot: secret('hot', 90_210, 'demo request', ['pricing page']),
  warm: secret('warm', 731, 'whitepaper download', []),
  cold: secret('cold', 3, 'newsletter signup', ['careers page']),
};
const OF_NO_REP = /secret-|5550|90210|000077/;

/** Rules that look at everything a blind lead hides; by what it shows, all reps race for it. */
const ROUTING = {
  rules: [
    { name: 'big', when: { field: 'companySize', from: 500 }, target: { teams: ['Alfa'] }, method: 'race' },
    { name: 'hot', when: { field: 'temperature', in: ['hot'] }, target: { teams: ['Beta'] }, method: 'race' },
    { name: 'intent', when: { field: 'signals', in: ['pricing page'] }, target: { teams: ['Alfa'] }, method: 'queue' },
    { name: 'low', when: { field: 'score', below: 20 }, target: { teams: ['Beta'] }, method: 'race' },
    { name: 'premium', when: { field: 'pool', in: ['premium'] }, target: { teams: ['Alfa'] }, method: 'race' },
    { name: 'all', method: 'race' },
  ],
  criteria: { premium: ['territory', 'vertical', 'product'], standard: ['territory', 'vertical', 'product'] },
};

/** Ids are told apart by the order in which they come; a board's epoch and a problem's number are drawn. */
function nameless(heard: unknown[]): string[] {
  const names = new Map<string, string>();
  return heard.map((one) =>
    JSON.stringify(one)
      .replaceAll(/"(epoch|instance)":"[^"]+"/g, '')
      .replaceAll(/\b(?:[a-z]+_[0-9A-Za-z]{20,}|[0-9A-HJKMNP-TV-Z]{26})\b/g, (id) => {
        const name = names.get(id) ?? `id ${names.size}`;
        names.set(id, name);
        return name;
      }),
  );
}

/** The words around it, in both; null: none. */
function firstDifference(these: string[], those: string[]): [string, string] | null {
  const [a, b] = [these.join('\n'), those.join('\n')];
  if (a === b) return null;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return [a.slice(Math.max(0, at - 200), at + 100), b.slice(Math.max(0, at - 200), at + 100)];
}

async function readAll(race: Race, rep: RaceRep, leadId: string): Promise<unknown[]> {
  const paths = [
    ...['/v1/me', '/v1/leads', '/v1/leads?status=offered', `/v1/leads/${leadId}`, `/v1/races/${leadId}`],
    ...[`/v1/leads/${leadId}/explanation`],
    ...['/v1/leaderboards/points', '/v1/leaderboards/conversion'],
  ];
  const answers: unknown[] = [];
  for (const path of paths) {
    const { status, body } = await race.call<{ offers?: { alerts: { repName: string }[] }[] }>(
      'GET',
      path,
      undefined,
      rep,
    );
    // A lane is told in an order of chance (NOTIF-18).
    for (const { alerts } of body.offers ?? []) alerts.sort((a, b) => (a.repName < b.repName ? -1 : 1));
    answers.push({ path, status, body });
  }
  const link = await race.call<{ url?: string }>('POST', `/v1/leads/${leadId}/claim-links`, { repId: rep.id });
  if (link.body.url !== undefined) {
    const { body } = await race.call('GET', new URL(link.body.url).pathname);
    answers.push(body);
  }
  answers.push(await rep.pool());
  return answers;
}

/** Everything that reps hear and read of one blind lead, from its release until the house has given it to somebody. */
async function lived(race: Race, truth: Record<string, unknown>): Promise<string[]> {
  const policy = await race.done<{ fairness: object }>('GET', '/v1/policy');
  const indebted = await race.rep('Sari', { tier: 1, team: 'Alfa' });
  // Lists are in the order in which leads came.
  for (const type of ['demo request', 'demo request', 'whitepaper download', 'newsletter signup']) {
    const leadId = await race.lead({ type });
    if (type === 'demo request') await indebted.claim(leadId);
    await race.after(SECOND);
  }
  await race.after(7 * DAY);
  await race.lead({ type: 'whitepaper download' });
  await race.after(SECOND);
  const reps = [
    indebted,
    await race.rep('Dewi', { tier: 1, team: 'Beta', products: ['newsletter signup'] }),
    await race.rep('Budi', { tier: 2, team: 'Beta', products: ['pricing page'] }),
    await race.rep('Joko', { tier: 3, team: 'Alfa' }),
  ];
  await race.setPolicy({
    ...policy,
    routing: ROUTING,
    mix: { standard: 70, low: 20, high: 10, window: 100, tolerance: 100 },
    blind: { shareOfStandard: 1, shareOfPremium: 1, show: ['industry', 'region', 'source', 'age'] },
  });
  for (const rep of reps) rep.forget();
  const leadId = await race.lead(truth);
  const told: unknown[] = [];
  const look = async () => {
    for (const rep of reps) told.push(...(await readAll(race, rep, leadId)));
  };
  await look();
  told.push(await (reps[2] as RaceRep).claim(leadId, { requestId: 'early' }));
  await race.patch(reps[3] as RaceRep, { status: 'break' });
  await race.after(14 * MINUTE + 59 * SECOND);
  await race.patch(reps[3] as RaceRep, { status: 'ready' });
  reps.push(await race.rep('Rina', { tier: 2, team: 'Gama' }));
  await race.after(SECOND);
  await race.restart();
  await race.after(46 * MINUTE);
  await look();
  const heldFrames = () => reps.map(({ frames }) => frames.map(({ event, payload }) => [event, payload]));
  // Nobody claims it: by rotation it is somebody's.
  await race.after(120 * MINUTE);
  const assigned = reps.filter((rep) => rep.heard('lead:assigned', leadId).length > 0);
  expect(assigned).toHaveLength(1);
  told.push(heldFrames());
  for (const rep of reps.filter((one) => !assigned.includes(one))) told.push(await readAll(race, rep, leadId));
  return nameless(told);
}

onBothArbiters('what a blind offer hides', (start, arbiter) => {
  it('a hot, a warm and a cold lead are the same bytes to every rep, over sockets and HTTP, and no secret is among them', async () => {
    const lives: string[][] = [];
    // A warm one differs by what the rules think of it, which is the same code on both arbiters.
    const truths = arbiter === 'embedded' ? Object.values(TRUTHS) : [TRUTHS.hot, TRUTHS.cold];
    for (const truth of truths) {
      lives.push(await lived(await start({ policy: 'tiered' }), truth));
    }
    const [hot = [], ...others] = lives;
    for (const other of others) expect(firstDifference(hot, other)).toBeNull();
    expect(hot.join('\n')).toContain('"blind":true');
    expect(lives.flat().join('\n')).not.toMatch(OF_NO_REP);
  }, 240_000);
});
