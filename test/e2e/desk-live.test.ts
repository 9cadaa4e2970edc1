/** The manager's live view and leads: an alert in flight, a contact that is awaited, a lead handed over, in a real browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { sidewaysScroll } from '../support/browser.ts';
import { cardOf, isLive, Premises, type Rep, TELEVISION } from '../support/premises.ts';

let premises: Premises;

beforeAll(async () => {
  premises = await Premises.open();
});

afterAll(() => premises.close());

const HOSTILE = '<img src=x onerror="document.title = 1"> شركة \u202e PT';

const row = (page: Page, kind: string, leadId: string) =>
  page.locator(`[data-testid=${kind}][data-lead-id="${leadId}"]`);

/** Tab by tab, as who has no mouse: until what is sought has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let press = 0; press < 80; press++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((sought) => document.activeElement?.matches(sought) === true, selector)) return;
  }
  throw new Error(`the keyboard does not come to ${selector}`);
}

it('an alert in flight, whom it reached, the contact that is awaited, and the lead in other hands', async () => {
  const ani = await premises.addRep('Ani');
  const budi = await premises.post<Rep>('/reps', { name: `Budi ${HOSTILE}`, email: 'budi@example.com' });
  const phone = await premises.phoneOf(ani);
  const desk = await premises.visit(`${premises.url}/manage/#token=${ADMIN_KEY}`, TELEVISION);
  const { page } = desk;
  await isLive(page);
  await page.locator(`[data-testid=duty-row][data-rep-id="${ani.id}"]`).waitFor();

  const { id: leadId } = await premises.post<{ id: string }>('/leads', leadBody({ company: { name: HOSTILE } }));
  await cardOf(phone.page, leadId).waitFor();
  const offer = row(page, 'offer-in-flight', leadId);
  await offer.getByText('2 dari 2 dialarm · 1 diterima · 1 dilihat').waitFor();
  expect(await offer.locator('h3').textContent()).toBe(HOSTILE);
  await offer.getByText('Siapa', { exact: true }).click();
  await offer.locator(`[data-rep-id="${ani.id}"]`).getByText('dilihat', { exact: true }).waitFor();
  await offer.locator(`[data-rep-id="${budi.id}"]`).getByText('dialarm', { exact: true }).waitFor();

  await cardOf(phone.page, leadId).getByTestId('claim-button').tap();
  const waiting = row(page, 'uncontacted-row', leadId);
  await waiting.getByText(/^. ?Sisa /).waitFor();
  expect(await waiting.textContent()).toContain('Ani');
  expect(await offer.count()).toBe(0);
  await page.getByTestId('count-uncontacted').filter({ hasText: 'Menunggu kontak pertama' }).getByText('1').waitFor();

  // By the keyboard alone: two presses of Enter.
  await page.getByTestId('count-on-duty').focus();
  await tabTo(page, `[data-lead-id="${leadId}"] [data-testid=hand-over-button]`);
  await page.keyboard.press('Enter');
  const choice = page.getByTestId('hand-over');
  await choice.getByTestId('what-happens').getByText('Ani kehilangan lead ini', { exact: false }).waitFor();
  expect(await choice.locator('h2').textContent()).toBe(`Serahkan ${HOSTILE}`);
  await tabTo(page, `[data-testid=give-to][data-rep-id="${budi.id}"]`);
  await page.keyboard.press('Enter');
  await page.getByTestId('handed-over').getByText(`${HOSTILE} sekarang milik Budi ${HOSTILE}.`).waitFor();
  expect(await choice.isVisible()).toBe(false);
  await waiting.getByText('Budi', { exact: false }).waitFor();
  const { claim } = await premises.call<{ claim: { repId: string } }>('GET', `/leads/${leadId}`);
  expect(claim.repId).toBe(budi.id);

  const called = await fetch(`${premises.url}/v1/leads/${leadId}/activities`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await premises.tokenOf(budi)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'call' }),
  });
  expect(called.status).toBe(201);
  await page.getByText('Semua lead sudah dihubungi.').waitFor();

  // The same in English, on the narrowest phone: the list, the race on its axes, and why.
  await page.setViewportSize({ width: 320, height: 640 });
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('Every lead has been contacted.').waitFor();
  expect(await sidewaysScroll(page)).toBe(0);
  await page.getByRole('link', { name: 'Leads', exact: true }).click();
  await page.getByLabel('Find a company').fill('شركة');
  await page.keyboard.press('Enter');
  await row(page, 'lead-row', leadId).getByText('Owned').waitFor();
  await row(page, 'lead-row', leadId).getByTestId('race-button').click();
  const race = row(page, 'race', leadId);
  await race.getByText('Won by Ani', { exact: false }).waitFor();
  expect(await race.getByTestId('axis-line').getByRole('img').first().getAttribute('aria-label')).toMatch(
    /^Alert sent 0 ms, .*Seen .*, Won /,
  );
  await race.getByText('Who was offered it, who was not, and why').click();
  await race.getByText('Offered at once: everybody starts together.', { exact: false }).waitFor();
  expect(await sidewaysScroll(page)).toBe(0);
  expect(await page.locator('[onerror]').count()).toBe(0);
  expect([...desk.troubles, ...phone.troubles]).toEqual([]);
});
