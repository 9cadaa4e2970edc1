/** The rep's phone where it is harder: a thumb that slips, a link without a sign-in, a network that goes. */
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leadBody } from '../support/app.ts';
import { cardOf, isLive, PHONE, Premises } from '../support/premises.ts';

/** What Chromium may fetch until KLAIM can be pressed, service worker and its files included. */
const BYTES_MAX = 60_000;

let premises: Premises;

beforeAll(async () => {
  premises = await Premises.open();
});

afterAll(() => premises.close());
afterEach(() => premises.clear());

interface Tried {
  id: string;
  button: Locator;
  won(): Promise<void>;
}

const lead = () => premises.post<{ id: string }>('/leads', leadBody());

describe('KLAIM, where the rule asks for more than a touch (CLAIM-04)', () => {
  const withMode = (confirmMode: string) => premises.setPolicy({ claim: { confirmMode } });
  beforeAll(() => withMode('hold'));
  afterAll(() => withMode('tap'));

  it('a touch asks for a second one; held, it claims once; a keyboard presses it twice', async () => {
    const { page, troubles } = await premises.phoneOf(await premises.addRep('Ani'));
    const [touched, held, pressed] = [await lead(), await lead(), await lead()].map(({ id }) => ({
      id,
      button: cardOf(page, id).getByTestId('claim-button'),
      won: () => cardOf(page, id).getByText('Anda dapat!').waitFor(),
    })) as [Tried, Tried, Tried];

    await touched.button.tap();
    await touched.button.getByText('Ketuk sekali lagi').waitFor();
    expect(await cardOf(page, touched.id).getByTestId('verdict').textContent()).toBe('');
    await touched.button.tap();
    await touched.won();

    await held.button.hover();
    await page.mouse.down();
    await held.won();
    // Letting go is no second tap.
    await page.mouse.up();
    const race = await premises.call<{ offers: { attempts: unknown[] }[] }>('GET', `/races/${held.id}`);
    expect(race.offers.map(({ attempts }) => attempts.length)).toEqual([1]);

    await pressed.button.and(page.locator(':enabled')).waitFor();
    await pressed.button.focus();
    await page.keyboard.press('Enter');
    await pressed.button.getByText('Ketuk sekali lagi').waitFor();
    await page.keyboard.press('Enter');
    await pressed.won();
    expect(troubles).toEqual([]);
  });
});

describe('a link that claims (CLAIM-03)', () => {
  const linkFor = async (leadId: string, { id }: { id: string }) =>
    (await premises.post<{ url: string }>(`/leads/${leadId}/claim-links`, { repId: id })).url;

  it('shows the card to who is not signed in, claims at the tap, and tells the other who came first', async () => {
    const [ani, budi] = [await premises.addRep('Ani'), await premises.addRep('Budi')];
    const { id } = await lead();
    const first = await premises.visit(await linkFor(id, ani), PHONE);
    const second = await premises.visit(await linkFor(id, budi), PHONE);
    for (const { page } of [first, second]) {
      await page.getByTestId('claim-button').and(page.locator(':enabled')).waitFor();
      // No history, screenshot or log of a proxy has it.
      expect(new URL(page.url()).hash).toBe('');
      expect(await page.content()).not.toContain('dewi@maju.example');
    }
    await first.page.getByTestId('claim-button').tap();
    await first.page.getByTestId('link-won').getByText('Dewi Lestari').waitFor();
    await second.page.getByTestId('claim-button').tap();
    const lost = second.page.locator('[data-verdict=lost]');
    expect(await lost.textContent()).toMatch(/dari Ani$/);
    expect(first.troubles).toEqual([]);
  });

  it('says in words that it is over, or none', async () => {
    const ani = await premises.addRep('Ani');
    const { id } = await lead();
    const url = await linkFor(id, ani);
    const phone = await premises.phoneOf(ani);
    await cardOf(phone.page, id).getByTestId('claim-button').tap();
    await cardOf(phone.page, id).getByText('Anda dapat!').waitFor();
    const late = await premises.visit(url, PHONE);
    await late.page.getByText('Lead ini sudah tidak tersedia').waitFor();
    expect(await late.page.getByTestId('claim-button').count()).toBe(0);
    const none = await premises.visit(`${premises.url}/rep/#claim=nothing`, PHONE);
    await none.page.getByRole('alert').waitFor();
    expect(await none.page.getByRole('alert').textContent()).toContain('Tautan ini tidak berlaku');
  });
});

describe('a poor network', () => {
  it('what stays on the page says how old it is and cannot be claimed; the page opens without one, and is whole with it', async () => {
    const { page, context } = await premises.phoneOf(await premises.addRep('Ani'));
    const [shown, later] = [await lead(), await lead()];
    await cardOf(page, shown.id).waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await context.setOffline(true);
    await page.getByTestId('stale').waitFor();
    await page.getByText('Tidak ada jaringan. Klaim menunggu').waitFor();
    expect(await cardOf(page, shown.id).getByTestId('claim-button').isDisabled()).toBe(true);
    await context.setOffline(false);
    await isLive(page);
    await cardOf(page, shown.id).getByTestId('claim-button').tap();
    await cardOf(page, shown.id).getByText('Anda dapat!').waitFor();

    await context.setOffline(true);
    await page.reload();
    await page.getByText('Tanpa sambungan tidak diketahui lead mana yang terbuka.').waitFor();
    await context.setOffline(false);
    await isLive(page);
    await cardOf(page, later.id).getByTestId('claim-button').tap();
    await cardOf(page, later.id).getByText('Anda dapat!').waitFor();
  });

  it(`fetches at most ${BYTES_MAX} bytes until KLAIM can be pressed, with all that it keeps for later`, async () => {
    const ani = await premises.addRep('Ani');
    const { page, context } = await premises.device(PHONE);
    const session = await context.newCDPSession(page);
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await session.send('Network.enable');
    const { id } = await lead();
    await page.goto(`${premises.url}/rep/#token=${await premises.tokenOf(ani)}`);
    await cardOf(page, id).getByTestId('claim-button').and(page.locator(':enabled')).waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    const worker = await fetch(`${premises.url}/rep/sw.js`, { headers: { 'accept-encoding': 'br' } });
    expect(worker.headers.get('content-encoding')).toBe('br');
    const workerBytes = Number(worker.headers.get('content-length'));
    expect(workerBytes).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes + workerBytes).toBeLessThanOrEqual(BYTES_MAX);
  });
});
