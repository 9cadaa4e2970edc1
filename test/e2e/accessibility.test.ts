/**
 * Every page in both languages under axe's rules, the rep's card in both colour schemes; what the rules cannot tell is
 * measured: contrast in the sun, nothing that scrolls sideways at 320 px, and a whole claim by keyboard alone.
 */
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { sidewaysScroll } from '../support/browser.ts';
import { cardOf, isLive, PHONE, Premises, type Rep } from '../support/premises.ts';

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
/** WCAG AAA: what is read outdoors. */
const CONTRAST_MIN = 7;

let premises: Premises;
let ani: Rep;

beforeAll(async () => {
  premises = await Premises.open();
  ani = await premises.addRep('Ani');
});

afterEach(() => premises.clear());
afterAll(() => premises.close());

const lead = async () => (await premises.post<{ id: string }>('/leads', leadBody())).id;

/** Rules that are broken so that somebody cannot use the page, with where. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    return axe.run({ resultTypes: ['violations'], preload: false, iframes: false });
  });
  expect(passes.length).toBeGreaterThan(0);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`),
    );
}

/** The page as it stands, in both languages: its rules, and at 320 px. Ends in Indonesian, as it began. */
async function holds(page: Page, what: string): Promise<void> {
  const size = page.viewportSize() ?? PHONE.viewport;
  for (const other of ['English', 'Bahasa']) {
    expect.soft([what, await findings(page)]).toEqual([what, []]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect.soft([what, await sidewaysScroll(page)]).toEqual([what, 0]);
    await page.setViewportSize(size);
    await page.getByRole('button', { name: other, exact: true }).click();
  }
}

/** The least contrast of any text below the element against what it stands on. */
function contrastOf(page: Page, selector: string): Promise<{ text: string; ratio: number }> {
  return page.evaluate((selected) => {
    const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string): number => {
      const [r = 0, g = 0, b = 0] = channels(color).map((channel) => {
        const share = channel / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element: Element | null): string => {
      for (let at = element; at !== null; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor;
        if ((channels(color)[3] ?? 1) === 1) return color;
      }
      return 'rgb(255, 255, 255)';
    };
    const worst = { text: '', ratio: Number.POSITIVE_INFINITY };
    for (const root of document.querySelectorAll(selected)) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const holder = node.parentElement;
        if (holder === null || node.textContent?.trim() === '') continue;
        const [one, other] = [luminance(getComputedStyle(holder).color), luminance(ground(holder))];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (ratio < worst.ratio) Object.assign(worst, { ratio, text: node.textContent });
      }
    }
    return worst;
  }, selector);
}

async function isReadInTheSun(page: Page): Promise<void> {
  const { text, ratio } = await contrastOf(page, '[data-testid=offer-card], [data-testid=my-lead]');
  expect([text, ratio >= CONTRAST_MIN]).toEqual([text, true]);
}

/** Axe is put in by the test, which the pages' own policy forbids. */
const device = (more: BrowserContextOptions = {}) => premises.device({ ...PHONE, bypassCSP: true, ...more });

describe('in both languages', () => {
  it("the rep's page: signed out, an offer, a win, everything open; its card in the sun and in the dark", async () => {
    const { page } = await device();
    await page.goto(`${premises.url}/rep/`);
    await page.getByRole('button', { name: 'English' }).waitFor();
    await holds(page, 'signed out');

    const leadId = await lead();
    await page.goto(`${premises.url}/rep/#token=${await premises.tokenOf(ani)}`);
    await isLive(page);
    await cardOf(page, leadId).getByTestId('claim-button').and(page.locator(':enabled')).waitFor();
    await holds(page, 'an open offer');
    await isReadInTheSun(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(['an open offer, dark', await findings(page)]).toEqual(['an open offer, dark', []]);
    await isReadInTheSun(page);

    await cardOf(page, leadId).getByTestId('claim-button').tap();
    await page.locator(`[data-testid=lead-contact][data-lead-id="${leadId}"]`).waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.getByTestId('board-rows').waitFor();
    await page.locator(`[data-testid=my-lead][data-lead-id="${leadId}"]`).getByTestId('to-log-contact').click();
    expect(['a win, dark', await findings(page)]).toEqual(['a win, dark', []]);
    await isReadInTheSun(page);
    await page.emulateMedia({ colorScheme: 'light' });
    await holds(page, 'a win, everything open');
    await isReadInTheSun(page);
  });

  it('a claim link, and the wall', async () => {
    const link = await premises.post<{ url: string }>(`/leads/${await lead()}/claim-links`, { repId: ani.id });
    const { page } = await device();
    await page.goto(link.url);
    await page.getByTestId('claim-button').waitFor();
    await holds(page, 'a claim link');

    await page.goto(`${premises.url}/wall/`);
    await page.getByTestId('pairing-code').getByText(/^\d/).waitFor();
    await holds(page, 'a code to connect');
    const screen = await premises.post<{ token: string }>('/screens', { name: 'Lobi' });
    await page.goto(`${premises.url}/wall/#token=${screen.token}`);
    await isLive(page);
    await page.getByTestId('board-row').first().waitFor();
    await holds(page, 'the wall');
  });

  it('every section of the desk', { timeout: 300_000 }, async () => {
    const { page } = await device();
    await page.goto(`${premises.url}/manage/`);
    await page.getByRole('button', { name: 'English' }).waitFor();
    await holds(page, 'the desk, signed out');
    await page.goto(`${premises.url}/manage/#token=${ADMIN_KEY}`);
    await isLive(page);
    for (const section of ['live', 'leads', 'people', 'rules', 'setup']) {
      await page.locator(`nav a[href="#${section}"]`).click();
      await page.locator(`nav a[href="#${section}"][aria-current=page]`).waitFor();
      await page.getByTestId('data-age').waitFor();
      await holds(page, `the desk: ${section}`);
    }
  });
});

it('a keyboard alone signs in, claims, logs a contact with its next step, and takes a break', async () => {
  const { page } = await premises.device({ viewport: { width: 1280, height: 900 } });
  const { keyboard } = page;
  const leadId = await lead();
  /** Goes on by Tab until it stands on it. */
  const reach = async (selector: string): Promise<void> => {
    for (let steps = 0; steps < 120; steps++) {
      await keyboard.press('Tab');
      if ((await page.locator(`:focus`).and(page.locator(selector)).count()) > 0) return;
    }
    throw new Error(`no Tab leads to ${selector}`);
  };
  await page.goto(`${premises.url}/rep/`);
  await page.getByRole('button', { name: 'English' }).waitFor();
  await reach('input');
  await keyboard.type(await premises.tokenOf(ani));
  await keyboard.press('Enter');
  await isLive(page);
  const own = `[data-lead-id="${leadId}"]`;
  await cardOf(page, leadId).getByTestId('claim-button').and(page.locator(':enabled')).waitFor();
  await reach(`${own} [data-testid=claim-button]`);
  await keyboard.press('Enter');
  await cardOf(page, leadId).locator('[data-verdict=won]').waitFor();
  // From the win to the lead's own form, without a detour.
  await reach(`${own} .primary`);
  await keyboard.press('Enter');
  await page.locator(`[data-testid=my-lead]${own}:focus`).waitFor();
  await reach(`${own} [data-testid=to-log-contact]`);
  await keyboard.press('Enter');
  await reach(`${own} [name=nextStep]`);
  await keyboard.type('Kirim penawaran');
  await keyboard.press('Enter');
  await page.locator(`[data-testid=my-lead]${own}`).getByText('Tersimpan: Catat kontak').waitFor();
  const told = page.waitForResponse((response) => response.url().endsWith('/me/status'));
  await reach('[data-testid=status-break]');
  await keyboard.press('Space');
  expect((await told).status()).toBe(201);
  await page.locator('[data-testid=status-break][aria-pressed=true]').waitFor();
});
