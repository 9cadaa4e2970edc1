/**
 * Canaries: what names a person goes in through every door, and must come out of none but its owner's.
 * The log's allow-list is what makes it so for logs: with `allowListed` answering all fields it was
 * given (the mutation), "a careless line" below fails.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog, type LogFields } from '../../server/platform/log.ts';
import { openWriter } from '../../server/platform/sqlite.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { type Cast, ownedLead, startCast, tokensOf } from '../support/cast.ts';
import { ask, closeSockets, heardWhere, refusalOf, signedIn } from '../support/raw-socket.ts';
import { allRows } from '../support/tables.ts';

/** Of the person behind the lead: in `lead_private`, and the title in `leads`, and nowhere else. */
const PERSON = {
  name: 'Kenari Satu',
  phone: '+62 899 7777 1234',
  email: 'kenari.dua@secret.example',
  interest: 'kenari-tiga wants a quote',
  attribute: 'kenari-empat',
  attributeName: 'kenari_lima',
  note: 'kenari-enam is on holiday',
  outcome: 'kenari-tujuh',
  nextStep: 'kenari-delapan',
  stageReason: 'kenari-sembilan',
  releaseReason: 'kenari-sepuluh',
  assignReason: 'kenari-sebelas',
  assistNote: 'kenari-duabelas',
};
const TITLE = 'Kepala Kenari';
const STAFF = ['ayu@example.com', 'agus@example.com', 'manager.a@example.com', 'rep.canary@example.com'];

const lines: string[] = [];
const log = createLog('debug', { write: (line) => void lines.push(line) });
/** Everything that came out of a door where no person may be seen. */
const outside: Record<string, string> = {};
let cast: Cast;
let secrets: string[];
let leadId: string;

const leadOf = (more: Record<string, unknown> = {}) => ({
  source: 'web form',
  company: { name: 'PT Terbuka' },
  contact: { name: PERSON.name, title: TITLE, email: PERSON.email, phone: PERSON.phone },
  interest: PERSON.interest,
  attributes: { [PERSON.attributeName]: PERSON.attribute },
  ...more,
});

const send = (path: string, body: unknown, token: string = cast.a1.token) =>
  cast.app.call('POST', path, { token, body, headers: { 'idempotency-key': `k-${path}-${lines.length}` } });

async function work(): Promise<void> {
  const { app, a1, a2, managerA, source } = cast;
  const { note, outcome, nextStep } = PERSON;
  leadId = (await send('/v1/leads', leadOf({ externalId: 'crm-1' }), source.key)).body.id as string;
  await app.claimOverHttp(a1.token, leadId, 'tap-1');
  await app.claimOverHttp(a2.token, leadId, 'tap-2');
  const to = (what: string) => `/v1/leads/${leadId}/${what}`;
  await send(to('activities'), { kind: 'call', note, outcome, nextStep });
  await send(to('stages'), { stage: 'opportunity', reason: PERSON.stageReason });
  await send('/v1/assists', { colleagueId: a2.id, leadId, note: PERSON.assistNote });
  await send(to('releases'), { reason: PERSON.releaseReason });
  await send(to('assignments'), { repId: a2.id, reason: PERSON.assignReason }, managerA.token);
  await send('/v1/reps', { name: 'Rep Canary', email: 'rep.canary@example.com' }, ADMIN_KEY);
  await send('/v1/screens', { name: 'hall' }, ADMIN_KEY);
  await send(`/v1/reps/${a1.id}/tokens`, { ttlSeconds: 60 }, ADMIN_KEY);
}

/** The same through doors that refuse it. */
async function mistakes(): Promise<void> {
  const { app, a2, b1, source, screen } = cast;
  const whole = JSON.stringify(leadOf());
  const wrong: [string, unknown][] = [
    ['a text for a number', leadOf({ dealValue: PERSON.phone })],
    ['an unknown field', leadOf({ [PERSON.attributeName]: PERSON.email })],
    ['cut short', whole.slice(0, -5)],
  ];
  for (const [, body] of wrong) await send('/v1/leads', body, source.key);
  const strangers: Record<string, string | null> = {
    nobody: null,
    garbage: 'garbage',
    source: source.key,
    screen: screen.token,
    other: b1.token,
  };
  for (const [who, token] of Object.entries(strangers)) {
    for (const path of [`/v1/leads/${leadId}`, `/v1/races/${leadId}`, '/v1/leads', '/v1/me', '/v1/reps']) {
      const answer = await app.call('GET', path, { token });
      outside[`GET ${path} by ${who}`] = JSON.stringify(answer.body);
    }
    const answer = await app.call('POST', `/v1/leads/${leadId}/activities`, { token, body: { kind: 'call' } });
    outside[`an activity by ${who}`] = JSON.stringify(answer.body);
  }
  const socket = await signedIn(app.app.url, a2.token);
  await ask(socket, 'lead:claim', { leadId, requestId: 'x', phone: PERSON.phone });
  await ask(socket, PERSON.note, { email: PERSON.email });
  await refusalOf(app.app.url, { auth: { token: PERSON.email } });
  await app.call('GET', `/v1/leads/${encodeURIComponent(PERSON.email)}?phone=${encodeURIComponent(PERSON.phone)}`);
}

async function watch(): Promise<void> {
  const { app, a1, a2, screen, source } = cast;
  const wall = await signedIn(app.app.url, screen.token);
  const loser = await signedIn(app.app.url, a2.token);
  const heard: unknown[] = [];
  loser.onAny((event: string, payload: unknown) => heard.push([event, payload]));
  outside['board:watch'] = JSON.stringify(await ask(wall, 'board:watch', { board: 'points', period: 'all' }));
  const first = await ask(wall, 'wall:watch', {});
  const delta = heardWhere(wall, 'board:delta', () => true);
  const feed = heardWhere<{ claimsToday: number }>(
    wall,
    'wall:feed',
    (one) => one.claimsToday > Number(first.claimsToday),
  );
  const taken = heardWhere(loser, 'lead:taken', () => true);
  const second = await send('/v1/leads', leadOf(), source.key);
  await app.claimOverHttp(a1.token, second.body.id as string, 'tap-3');
  await Promise.all([delta, feed, taken]);
  outside['the wall'] = JSON.stringify([first, await feed, await delta]);
  // An alert shows the title before the claim; nothing else of the person.
  outside['alerts to a loser'] = JSON.stringify(heard).replaceAll(TITLE, '');
  for (const token of [screen.token, a2.token]) {
    const board = await app.call('GET', '/v1/leaderboards/claims?period=all', { token });
    outside[`a board ${token.slice(0, 8)}`] = JSON.stringify(board.body);
  }
  const events = await app.call('GET', '/v1/events?limit=1000', { token: source.key });
  expect((events.body.items as unknown[]).length).toBeGreaterThan(5);
  outside['/v1/events'] = JSON.stringify(events.body);
  outside['/metrics'] = (await app.call<string>('GET', '/metrics', { token: null })).body;
}

beforeAll(async () => {
  cast = await startCast({ log });
  await work();
  await mistakes();
  await watch();
  const invite = await cast.app.call('POST', `/v1/reps/${cast.a1.id}/invites`);
  const session = new URL(invite.body.url as string).hash.replace('#invite=', '');
  secrets = [...Object.values(tokensOf(cast)), ADMIN_KEY, session];
  await cast.app.app.house?.idle();
});

afterAll(async () => {
  closeSockets();
  await cast[Symbol.asyncDispose]();
});

/** As it would stand in JSON too. */
const forms = (words: string[]) => words.flatMap((word) => [word, JSON.stringify(word).slice(1, -1)]);
const hits = (text: string, words: string[]) => forms(words).filter((word) => text.includes(word));

describe('a busy day', () => {
  const person = Object.values(PERSON);

  it('leaves nobody in the log, at its most talkative', () => {
    const text = lines.join('');
    expect(lines.length).toBeGreaterThan(60);
    expect(text).toContain('/v1/leads/:leadId/activities');
    expect(hits(text, [...person, TITLE, ...STAFF, ...secrets, 'PT Terbuka', 'Rep Canary'])).toEqual([]);
  });

  it('leaves nobody in what strangers, screens, sources and losers are told', () => {
    expect(Object.keys(outside).length).toBeGreaterThan(30);
    const found = Object.entries(outside).map(([where, text]) => [
      where,
      hits(text, [...person, TITLE, ...STAFF, ...secrets]),
    ]);
    expect(found.filter(([, words]) => words?.length !== 0)).toEqual([]);
  });

  it('keeps the person in lead_private alone, staff in the tables of people, secrets nowhere', () => {
    const rows = allRows(cast.app.databaseFile);
    const tablesWith = (words: string[]) =>
      [...rows].filter(([, all]) => hits(JSON.stringify(all), words).length > 0).map(([table]) => table);
    expect(tablesWith(person)).toEqual(['lead_private']);
    for (const word of person) expect([word, tablesWith([word])]).toEqual([word, ['lead_private']]);
    expect(tablesWith([TITLE])).toEqual(['leads']);
    expect(tablesWith(STAFF)).toEqual(['managers', 'reps']);
    expect(tablesWith(secrets)).toEqual([]);
  });
});

describe('a careless line', () => {
  const written = (write: () => void): string => {
    const from = lines.length;
    write();
    expect(lines.length).toBe(from + 1);
    return lines.slice(from).join('');
  };

  it('that logs a whole body, headers or an error that quotes input says nothing of them', () => {
    const body = leadOf() as LogFields;
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, cookie: secrets[0] } as LogFields;
    const error = Object.assign(new Error(`UNIQUE failed: ${PERSON.email}\n    at ${PERSON.name} (a.ts:1:1)`), {
      detail: PERSON.phone,
    });
    const text = [
      written(() => log.debug('a lead', body)),
      written(() => log.info('a lead', { ...body, leadId: 'lead_1' } as LogFields)),
      written(() => log.warn('headers', headers)),
      written(() => log.error('it failed', {}, error)),
      written(() => log.info('nested', { reason: { phone: PERSON.phone } } as unknown as LogFields)),
    ].join('');
    expect(hits(text, [...Object.values(PERSON), TITLE, 'PT Terbuka', ...secrets])).toEqual([]);
    expect(text).toContain('"leadId":"lead_1"');
  });

  it('that puts words where a code belongs is cut to what can be a code', () => {
    const text = written(() =>
      log.warn('refused', { reason: `${PERSON.releaseReason} and so on`, code: PERSON.email, repId: 'rep_1', ms: 5 }),
    );
    expect(hits(text, [PERSON.releaseReason, PERSON.email])).toEqual([]);
    expect(text).toContain('"repId":"rep_1"');
    expect(text).toContain('"ms":5');
  });
});

describe('forgetting', () => {
  it('leaves nothing of the person in the whole file, and the race record whole', async () => {
    const { app, a1, a2 } = cast;
    const race = await app.call('GET', `/v1/races/${leadId}`);
    const alone = await ownedLead(app, a1, { interest: 'kept' });
    const ids = [...(allRows(app.databaseFile).get('leads') ?? [])].map(({ id }) => id as string);
    for (const id of ids.filter((one) => one !== alone)) {
      expect((await app.call('DELETE', `/v1/leads/${id}/contact`)).status).toBe(204);
    }
    const copy = join(app.folder, 'copy.db');
    const { sqlite } = openWriter(app.databaseFile);
    sqlite.prepare('VACUUM INTO ?').run(copy);
    sqlite.close();
    const text = readFileSync(copy).toString('latin1');
    expect(hits(text, [...Object.values(PERSON), TITLE])).toEqual([]);
    expect(text).toContain('PT Terbuka');
    const after = await app.call('GET', `/v1/races/${leadId}`);
    expect(after.body).toEqual(race.body);
    expect(after.body).toMatchObject({ owners: [{ repId: a1.id }, { repId: a2.id }] });
    const kept = await app.call('GET', `/v1/leads/${alone}`, { token: a1.token });
    expect(kept.body).toMatchObject({ interest: 'kept', contact: { name: 'Dewi Lestari' } });
  });
});
