/**
 * The rules on the manager's desk: a value is changed in the form, read in words, tried on what has happened, switched
 * on, and acts on a rep's phone; a change of somebody else's costs nothing; back to how it was; a pause.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { type Device, sidewaysScroll } from '../support/browser.ts';
import { cardOf, isLive, PHONE, Premises, type Rep, TELEVISION } from '../support/premises.ts';

const TEAM = 'Barat';
/** More than there are places to go with the tab key. */
const TABS_MAX = 200;

let premises: Premises;
let ani: Rep;

beforeAll(async () => {
  premises = await Premises.open();
  ani = await premises.post<Rep>('/reps', { name: 'Ani', email: 'ani@barat.example', team: TEAM });
  await premises.post('/reps', { name: 'Budi', email: 'budi@barat.example', team: TEAM });
});

afterAll(() => premises.close());
afterEach(() => premises.clear());

type PolicyBody = Record<string, unknown> & {
  version: number;
  claim: { confirmMode: string };
  competition: { dailyCap: number | null };
  fairness: { coldPerWeek: number | null };
};
const policy = () => premises.call<PolicyBody>('GET', '/policy');

async function rulesDesk(options: Parameters<Premises['device']>[0]): Promise<Device> {
  const desk = await premises.visit(`${premises.url}/manage/#token=${ADMIN_KEY}`, options);
  await isLive(desk.page);
  await desk.page.getByRole('link', { name: 'Aturan', exact: true }).click();
  await desk.page.getByTestId('words-claim').waitFor();
  return desk;
}

const open = (page: Page, group: string) => page.getByTestId(`group-${group}`).locator('summary').first().click();
const field = (page: Page, name: string) => page.getByTestId(`field-${name}`);
const added = (page: Page, text: string) => page.getByTestId('draft-text').getByTestId('line-added').getByText(text);

/** With the tab key alone, as far as it takes. */
async function tabTo(page: Page, testId: string, selector = '*'): Promise<void> {
  const isThere = () =>
    page.evaluate(
      ([id, kind]) => {
        const at = document.activeElement;
        return at?.matches(kind as string) === true && at.closest(`[data-testid="${id}"]`) !== null;
      },
      [testId, selector],
    );
  for (let tabs = 0; !(await isThere()); tabs++) {
    expect([testId, tabs < TABS_MAX]).toEqual([testId, true]);
    await page.keyboard.press('Tab');
  }
}

async function claimButtonOf(page: Page): Promise<string | null> {
  const { id } = await premises.post<{ id: string }>('/leads', leadBody());
  const button = cardOf(page, id).getByTestId('claim-button');
  await button.waitFor();
  return button.textContent();
}

describe('the rules on the desk', () => {
  it('a value is changed, read, tried, switched on and acts on a phone; rolled back, it acts no more', async () => {
    await premises.post('/leads', leadBody());
    const { page, troubles } = await rulesDesk(TELEVISION);
    expect(await page.getByTestId('mode-OPEN').textContent()).toContain('dipakai');
    await open(page, 'race');
    await field(page, 'claim.confirmMode').getByRole('combobox').selectOption('hold');
    await added(page, 'KLAIM ditahan 0,4 detik').waitFor();
    const gone = page.getByTestId('draft-text').getByTestId('line-removed');
    expect(await gone.textContent()).toContain('KLAIM berlaku pada ketukan pertama.');
    expect((await policy()).claim.confirmMode).toBe('tap');

    // A reload costs nothing.
    await page.reload();
    await page.getByTestId('draft').and(page.locator('[data-changes="1"][data-version="0"]')).waitFor();
    await added(page, 'KLAIM ditahan 0,4 detik').waitFor();

    await page.getByTestId('what-if-run').click();
    await page.getByTestId('what-if').and(page.locator('[data-state=done]')).waitFor();
    // Whose the one lead would have been is drawn.
    expect(await page.getByTestId('what-if-moved').textContent()).toMatch(/^[01] dari 1 lead akan jatuh ke orang lain/);
    expect(await page.getByTestId('what-if-limits').textContent()).toContain('Orang bereaksi seperti yang tercatat');

    await page.getByTestId('switch-on-open').click();
    const act = page.getByTestId('switch-on');
    await act.getByTestId('line-added').getByText('KLAIM ditahan 0,4 detik').waitFor();
    expect((await policy()).claim.confirmMode).toBe('tap');
    await act.getByLabel('Mengapa').fill('Terlalu banyak klaim tak sengaja');
    await page.getByTestId('switch-on-sure').click();
    await page.getByTestId('switched-on').getByText('Versi 1 berlaku.').waitFor();
    expect((await policy()).claim.confirmMode).toBe('hold');
    const phone = await premises.phoneOf(ani);
    expect(await claimButtonOf(phone.page)).toBe('KLAIM (tahan)');

    const versions = page.getByTestId('history').getByTestId('version');
    const [first, newest] = [versions.and(page.locator('[data-version="0"]')), versions.first()];
    await newest.and(page.locator('[data-in-force=true]')).getByText('Terlalu banyak klaim tak sengaja').waitFor();
    await newest.locator('summary').click();
    await newest.getByTestId('line-added').getByText('KLAIM ditahan 0,4 detik').waitFor();
    await first.getByTestId('roll-back').click();
    await first.getByTestId('roll-back-act').getByTestId('line-removed').getByText('KLAIM ditahan').waitFor();
    await first.getByLabel('Mengapa dikembalikan').fill('Sales lebih suka satu ketukan');
    await first.getByTestId('roll-back-sure').click();
    await versions.and(page.locator('[data-version="2"][data-in-force=true]')).waitFor();
    expect((await policy()).claim.confirmMode).toBe('tap');
    await phone.page.reload();
    await isLive(phone.page);
    expect(await claimButtonOf(phone.page)).toBe('KLAIM');
    expect([...troubles, ...phone.troubles]).toEqual([]);
  });

  it("by keyboard alone, past another manager's change: it is told, and neither change is lost", async () => {
    const { page, troubles } = await rulesDesk(TELEVISION);
    await tabTo(page, 'group-caps', 'summary');
    await page.keyboard.press('Enter');
    await tabTo(page, 'field-competition.dailyCap', 'input[type=checkbox]');
    await page.keyboard.press('Space');
    await tabTo(page, 'field-competition.dailyCap', 'input[type=number]');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('3');
    await added(page, 'Sehari boleh 3 klaim').waitFor();
    await tabTo(page, 'switch-on-open');
    await page.keyboard.press('Enter');

    const teams = { name: 'Rina', email: 'rina@example.com', teams: [TEAM] };
    const rina = await premises.post<{ id: string }>('/managers', teams);
    const { token } = await premises.post<{ token: string }>(`/managers/${rina.id}/tokens`);
    const { version: base, warnings, ...rules } = await policy();
    const theirs = { ...rules, fairness: { ...rules.fairness, coldPerWeek: 2 }, reason: 'cold terbengkalai' };
    await premises.call('PUT', '/policy', theirs, { 'if-match': '*', authorization: `Bearer ${token}` });

    await tabTo(page, 'switch-on-sure');
    await page.keyboard.press('Enter');
    const conflict = page.getByTestId('conflict');
    await conflict.getByText('cold terbengkalai').waitFor();
    expect(await conflict.textContent()).toContain(`Rancangan Anda dari versi ${base}`);
    expect(await conflict.textContent()).toContain('Oleh Rina: cold terbengkalai');
    expect((await policy()).competition.dailyCap).toBe(null);
    expect(await field(page, 'competition.dailyCap').getByRole('spinbutton').inputValue()).toBe('3');

    await tabTo(page, 'rebase');
    await page.keyboard.press('Enter');
    await conflict.waitFor({ state: 'detached' });
    await page
      .getByTestId('draft')
      .and(page.locator(`[data-changes="1"][data-version="${base + 1}"]`))
      .waitFor();
    await tabTo(page, 'switch-on-sure');
    await page.keyboard.press('Enter');
    await page
      .getByTestId('switched-on')
      .getByText(`Versi ${base + 2} berlaku.`)
      .waitFor();
    expect(await policy()).toMatchObject({ competition: { dailyCap: 3 }, fairness: { coldPerWeek: 2 } });
    // All that went wrong is what was to go wrong.
    expect(troubles.filter((trouble) => !trouble.includes('412'))).toEqual([]);
  });

  it('a team is paused and resumed in two taps each, and its open race ends', async () => {
    const phone = await premises.phoneOf(ani);
    const { id: leadId } = await premises.post<{ id: string }>('/leads', leadBody());
    await cardOf(phone.page, leadId).getByTestId('claim-button').waitFor();
    const { page, troubles } = await rulesDesk(PHONE);
    const team = page.getByTestId('team').and(page.locator(`[data-team="${TEAM}"]`));
    await team.getByTestId('pause').tap();
    const act = team.getByTestId('pause-act');
    await act.getByLabel('Berapa hari').fill('3');
    await act.getByLabel('Apa yang dibenahi').fill('Rebutan terlalu panas');
    await act.getByTestId('pause-sure').tap();
    await team.and(page.locator('[data-paused=true]')).getByText('Admin: Rebutan terlalu panas').waitFor();
    await cardOf(phone.page, leadId).getByTestId('claim-button').waitFor({ state: 'detached' });
    await team.getByTestId('resume').tap();
    expect(await team.textContent()).toContain('Lead baru langsung diperebutkan lagi.');
    await team.getByTestId('resume').tap();
    await team.and(page.locator('[data-paused=false]')).waitFor();
    expect([...troubles, ...phone.troubles]).toEqual([]);
  });

  it('in English at 320 px: no sideways scroll with all of it open; what the server refuses is said at its field', async () => {
    const { page, troubles } = await rulesDesk({ ...PHONE, viewport: { width: 320, height: 640 } });
    await page.getByRole('button', { name: 'English' }).tap();
    await page.getByTestId('words-claim').getByText('CLAIM acts at the first tap.').waitFor();
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    const tiers = field(page, 'competition.tiers.t1Pct').getByRole('spinbutton');
    await tiers.fill('30');
    const wrong = field(page, 'competition.tiers.t2Pct').getByTestId('field-error');
    await wrong.getByText('the three shares are not 100 together').waitFor();
    expect(await page.getByTestId('switch-on-open').isDisabled()).toBe(true);
    const teams = field(page, 'teams');
    await teams.getByLabel('Name of the team').fill('Timur');
    await teams.getByRole('button', { name: 'Give it rules of its own' }).tap();
    await teams.getByTestId('team-rules').and(page.locator('[data-team=Timur]')).waitFor();
    await tiers.fill('25');
    await teams.getByTestId('field-error').getByText('no rep is in this team').waitFor();
    await tiers.fill('101');
    await field(page, 'competition.tiers.t1Pct').getByText('Must be 0 to 100.').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    const whole = page.getByTestId('group-whole').getByRole('textbox');
    await whole.fill('{ "mode": ');
    await page.getByTestId('group-whole').getByText('Not whole JSON').waitFor();
    await page.getByRole('button', { name: 'Throw the draft away' }).tap();
    await page.getByRole('button', { name: 'Yes, throw it away' }).tap();
    await page.getByTestId('draft').waitFor({ state: 'detached' });
    expect(await tiers.inputValue()).toBe('25');
    expect(await sidewaysScroll(page)).toBe(0);
    expect(troubles).toEqual([]);
  });
});
