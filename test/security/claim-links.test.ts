/** Threat: a link that claims more than it was made for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyFor } from '../../server/app-secret.ts';
import { readLink, signLink } from '../../server/claims/claim-links.ts';
import { type Cast, startCast } from '../support/cast.ts';
import { SimClock } from '../support/sim-clock.ts';
import { rowCounts } from '../support/tables.ts';

const clock = new SimClock();
const APP_SECRET = 'app-secret-of-the-tests-0123456789abcdef';
let cast: Cast;

beforeAll(async () => {
  cast = await startCast({ clock, env: { APP_SECRET } });
});

afterAll(async () => {
  await cast[Symbol.asyncDispose]();
});

interface Made {
  url: string;
  token: string;
  offerId: string;
  expiresAt: string;
}

const mint = (leadId: string, repId: string, token?: string) =>
  cast.app.call<Made & { code: string }>('POST', `/v1/leads/${leadId}/claim-links`, {
    body: { repId },
    ...(token === undefined ? {} : { token }),
  });
const look = (token: string) => cast.app.call('GET', `/v1/claim-links/${token}`, { token: null });
const claim = (token: string, key: string) =>
  cast.app.call('POST', `/v1/claim-links/${token}/claims`, { token: null, headers: { 'idempotency-key': key } });

describe('a claim link', () => {
  it('shows the card as often as a phone previews it, and changes nothing', async () => {
    const leadId = await cast.app.addLead();
    const { body } = await mint(leadId, cast.a1.id);
    expect(body.url).toBe(`${cast.app.app.url}/v1/claim-links/${body.token}`);
    const rows = rowCounts(cast.app.databaseFile);
    for (let n = 0; n < 50; n++) {
      const shown = await look(body.token);
      expect(shown.status).toBe(200);
      expect(shown.headers.get('cache-control')).toBe('no-store');
      expect(shown.body).toMatchObject({
        state: 'open',
        leadId,
        offerId: body.offerId,
        contact: { title: 'IT Manager' },
      });
      expect(JSON.stringify(shown.body)).not.toMatch(/dewi|0811|\+62/i);
    }
    expect((await fetch(body.url, { method: 'HEAD' })).status).toBe(200);
    expect(rowCounts(cast.app.databaseFile)).toEqual(rows);
  });

  it('leads a browser to the page, with the token behind # where no log and no referrer has it', async () => {
    const { body } = await mint(await cast.app.addLead(), cast.a1.id);
    const answer = await fetch(body.url, { redirect: 'manual', headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/rep/#claim=${body.token}`]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('claims by the path of every claim: won once, the same again, lost for the other', async () => {
    const leadId = await cast.app.addLead();
    const [one, two] = [(await mint(leadId, cast.a1.id)).body, (await mint(leadId, cast.a2.id)).body];
    const won = await claim(one.token, 'tap');
    expect([won.status, won.body.verdict]).toEqual([201, 'won']);
    expect((won.body.lead as { contact: { email: string } }).contact.email).toBe('dewi@maju.example');
    expect((await claim(one.token, 'tap')).body.verdict).toBe('won');
    expect((await claim(one.token, 'other-tap')).body.verdict).toBe('won');
    const lost = await claim(two.token, 'tap');
    expect([lost.status, lost.body.verdict, (lost.body.winner as { id: string }).id]).toEqual([
      409,
      'lost',
      cast.a1.id,
    ]);
    expect((await look(two.token)).body).toMatchObject({ state: 'ended' });
  });

  it('is for one offer: after a release the lead is up again, and the old link is not', async () => {
    const leadId = await cast.app.addLead();
    const { token } = (await mint(leadId, cast.a2.id)).body;
    await cast.app.claimOverHttp(cast.a1.token, leadId, 'first');
    await cast.app.call('POST', `/v1/leads/${leadId}/releases`, { token: cast.a1.token, body: { reason: 'busy' } });
    const again = await mint(leadId, cast.a2.id);
    expect(again.body.token).not.toBe(token);
    expect((await claim(token, 'old')).status).toBe(409);
    expect((await claim(again.body.token, 'new')).body.verdict).toBe('won');
  });

  it('lives as long as its offer, and ends to the millisecond', async () => {
    const leadId = await cast.app.addLead();
    const { expiresAt, offerId } = (await mint(leadId, cast.a1.id)).body;
    expect(Date.parse(expiresAt)).toBe(cast.app.app.house?.world.offers.get(offerId)?.closesAtMs);
    const expiresAtMs = clock.nowMs() + 1_000;
    const token = signLink(keyFor(APP_SECRET, 'claim-links'), { offerId, repId: cast.a1.id, expiresAtMs });
    clock.advanceTo(expiresAtMs - 1);
    expect((await look(token)).status).toBe(200);
    clock.advance(1);
    expect([(await look(token)).status, (await claim(token, 'late')).status]).toEqual([410, 410]);
  });

  it('is worth nothing to a rep who has left', async () => {
    const leaver = await cast.app.addRep('Leaver', { team: 'A' });
    const leadId = await cast.app.addLead();
    const { token } = (await mint(leadId, leaver.id)).body;
    await cast.app.call('PATCH', `/v1/reps/${leaver.id}`, { body: { active: false } });
    expect([(await look(token)).status, (await claim(token, 'x')).status]).toEqual([401, 401]);
    expect((await mint(leadId, leaver.id)).status).toBe(404);
  });

  it('is made by the manager of the rep, for a lead that is offered to the rep', async () => {
    const leadId = await cast.app.addLead();
    expect((await mint(leadId, cast.a1.id, cast.managerA.token)).status).toBe(201);
    expect((await mint(leadId, cast.a1.id, cast.managerB.token)).body.code).toBe('unknownRep');
    expect((await mint(leadId, cast.a1.id, cast.a1.token)).status).toBe(403);
    await cast.app.claimOverHttp(cast.a1.token, leadId, 'gone');
    expect((await mint(leadId, cast.a2.id)).body.code).toBe('notInOffer');
    expect((await mint('lead_0', cast.a2.id)).body.code).toBe('unknownLead');
  });

  it('10,000 forged ones: not one is read', () => {
    const key = keyFor(APP_SECRET, 'claim-links');
    const nowMs = clock.nowMs();
    const link = { offerId: 'offer_1', repId: 'rep_1', expiresAtMs: nowMs + 1_000 };
    const good = signLink(key, link);
    expect(readLink(key, good, nowMs)).toEqual(link);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    let forged = 0;
    for (let n = 0; forged < 10_000; n++) {
      const at = n % good.length;
      const letter = letters[(n * 7) % letters.length] ?? 'A';
      const text = good.slice(0, at) + letter + good.slice(at + 1);
      // The last letter of base64url has two bits that say nothing.
      if (text === good || at === good.length - 1) continue;
      forged++;
      expect([text, readLink(key, text, nowMs)]).toEqual([text, 'bad']);
    }
    for (const purpose of ['intake'] as const) expect(readLink(keyFor(APP_SECRET, purpose), good, nowMs)).toBe('bad');
  });

  it('that is forged has one answer, whoever it names', async () => {
    const leadId = await cast.app.addLead();
    const { token } = (await mint(leadId, cast.a1.id)).body;
    const [offerId, , expires, signature] = token.split('.') as [string, string, string, string];
    const forged = [
      [offerId, cast.a2.id, expires, signature].join('.'),
      [`offer_${'0'.repeat(26)}`, cast.a1.id, expires, signature].join('.'),
      [offerId, cast.a1.id, 'zzzzzzzz', signature].join('.'),
      `${token.slice(0, -5)}AAAAA`,
      'garbage',
      '__proto__',
    ];
    const shapes = new Set<string>();
    for (const text of forged) {
      const { status, body } = await look(text);
      shapes.add(JSON.stringify([status, body.code, body.detail]));
    }
    expect(shapes.size).toBe(1);
  });
});
