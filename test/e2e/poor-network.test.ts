/**
 * The rep's phone behind a poor network: 400 ms there and back, every twentieth piece lost (TCP sends it again, so loss
 * comes as delay), and cuts in the middle of a claim. What the page says is held against the server's own record.
 */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createChance } from '../../server/kernel/chance.ts';
import { TcpProxy } from '../../tools/faults/proxy.ts';
import { leadBody } from '../support/app.ts';
import { cardOf, isLive, PHONE, Premises, type Rep } from '../support/premises.ts';

const ONE_WAY_MS = 200;
const LOSS = 0.05;

let premises: Premises;
let network: TcpProxy;
let ani: Rep;
/** Ani's, all the time: to load the page takes longest of all here. */
let page: Page;
/** The socket is up, and claims vanish on their way through it. */
let isDeaf = false;

beforeAll(async () => {
  premises = await Premises.open();
  network = await TcpProxy.to(Number(new URL(premises.url).port));
  const chance = createChance('poor network');
  network.delayMs = ONE_WAY_MS;
  network.isLost = () => chance.unit() < LOSS;
  ani = await premises.addRep('Ani');
  page = await phoneBehind(ani);
});

afterEach(() => network.set('pass'));

afterAll(async () => {
  await premises.close();
  await network[Symbol.asyncDispose]();
});

async function phoneBehind(rep: Rep): Promise<Page> {
  const phone = await premises.device(PHONE);
  await phone.page.routeWebSocket(/socket\.io/, (socket) => {
    const behind = socket.connectToServer();
    socket.onMessage((message) => {
      if (!isDeaf || !String(message).includes('lead:claim')) behind.send(message);
    });
  });
  await phone.page.goto(`http://127.0.0.1:${network.port}/rep/#token=${await premises.tokenOf(rep)}`);
  await isLive(phone.page);
  await phone.page.evaluate(() => {
    const said: Record<string, number> = {};
    Object.assign(globalThis, { said });
    new MutationObserver(() => {
      for (const verdict of document.querySelectorAll('[data-verdict=won]')) {
        const leadId = verdict.closest<HTMLElement>('[data-lead-id]')?.dataset.leadId ?? '';
        said[leadId] ??= Date.now();
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  return phone.page;
}

/** Lead → when the page first said that it is won. */
const saidWon = (): Promise<Record<string, number>> =>
  page.evaluate(() => (globalThis as unknown as { said: Record<string, number> }).said);
const lead = async () => (await premises.post<{ id: string }>('/leads', leadBody())).id;
const button = (leadId: string): Locator => cardOf(page, leadId).getByTestId('claim-button');
const verdict = (leadId: string, name: string): Locator => cardOf(page, leadId).locator(`[data-verdict=${name}]`);

interface Claimed {
  repId: string;
  claimedAt: string;
}

/** Who has the lead, as the server has it on file. */
async function ownerOf(leadId: string): Promise<Claimed | null> {
  return (await premises.call<{ claim: Claimed | null }>('GET', `/leads/${leadId}`)).claim;
}

/** As a colleague with a good network. */
async function actAs(rep: Rep, path: string, body: object = {}): Promise<void> {
  const headers = { authorization: `Bearer ${await premises.tokenOf(rep)}` };
  await premises.call('POST', path, body, headers);
}

describe('a claim on a poor network', () => {
  it('is never said to be won before the server has it on file, and "Belum pasti" ends in the truth', async () => {
    const [slow, cut] = [await lead(), await lead()];
    await button(slow).tap();
    await verdict(slow, 'won').waitFor();

    // Nothing comes back any more, while the claim is on its way.
    await button(cut).and(page.locator(':enabled')).waitFor();
    network.set('holdReplies');
    await button(cut).tap();
    await vi.waitFor(async () => expect((await ownerOf(cut))?.repId).toBe(ani.id), { timeout: 60_000 });
    await cardOf(page, cut).getByText('Belum pasti, kami cek dulu').waitFor();
    expect(await saidWon()).not.toHaveProperty(cut);
    // Ten seconds after the tap nothing is asked any more; the network comes back, and it is found out.
    await verdict(cut, 'unanswered').waitFor();
    expect(await saidWon()).not.toHaveProperty(cut);
    network.set('pass');
    await verdict(cut, 'won').waitFor();
    for (const [leadId, saidAtMs] of Object.entries(await saidWon())) {
      const claim = await ownerOf(leadId);
      expect(claim?.repId).toBe(ani.id);
      expect(saidAtMs).toBeGreaterThanOrEqual(Date.parse(claim?.claimedAt ?? ''));
    }
    expect(Object.keys(await saidWon()).sort()).toEqual([slow, cut].sort());
  });

  it('that was held back is judged on the offer it was meant for, and on no later one', async () => {
    const budi = await premises.addRep('Budi');
    const leadId = await lead();
    const offerId = await cardOf(page, leadId).getAttribute('data-offer-id');
    await button(leadId).and(page.locator(':enabled')).waitFor();
    network.set('holdAll');
    await button(leadId).tap();
    await verdict(leadId, 'unsure').waitFor();
    expect(await ownerOf(leadId)).toBeNull();
    // Meanwhile it is won by another, who gives it back: it is up again, for a race of its own.
    await actAs(budi, `/leads/${leadId}/claims`);
    await actAs(budi, `/leads/${leadId}/releases`, { reason: 'Sudah penuh' });
    network.set('pass');
    const first = cardOf(page, leadId).and(page.locator(`[data-offer-id="${offerId}"]`));
    await first
      .locator('[data-verdict=lost]')
      .getByText(/dari Budi$/)
      .waitFor();
    const again = cardOf(page, leadId).and(page.locator('[data-ended=false]'));
    await again.getByTestId('claim-button').waitFor();
    expect(await saidWon()).not.toHaveProperty(leadId);
    const race = await premises.call<{ offers: { attempts: { repId: string }[] }[] }>('GET', `/races/${leadId}`);
    expect(race.offers.map(({ attempts }) => attempts.some(({ repId }) => repId === ani.id))).toEqual([true, false]);
  });

  it('goes over HTTP where the socket is deaf; back from a cut, the page has lost nothing', async () => {
    const budi = await premises.addRep('Budi');
    const [own, taken] = [await lead(), await lead()];
    await button(own).and(page.locator(':enabled')).waitFor();
    isDeaf = true;
    await button(own).tap();
    await verdict(own, 'won').waitFor();
    isDeaf = false;
    expect((await ownerOf(own))?.repId).toBe(ani.id);

    await cardOf(page, taken).waitFor();
    network.set('refuse');
    await page.getByTestId('stale').waitFor();
    await actAs(budi, `/leads/${taken}/claims`);
    const missed = [await lead(), await lead(), await lead()];
    network.set('pass');
    await isLive(page);
    for (const leadId of missed) await button(leadId).waitFor();
    await cardOf(page, taken).and(page.locator('[data-ended=true]')).waitFor();
  });
});
