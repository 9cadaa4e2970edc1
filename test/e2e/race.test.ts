/**
 * The race as people see it: two reps' phones, a wallboard and a manager's desk, in a real browser on
 * the built pages of a real server.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { sidewaysScroll } from '../support/browser.ts';
import { cardOf as card, isLive, PHONE, Premises, TELEVISION } from '../support/premises.ts';

let premises: Premises;

beforeAll(async () => {
  premises = await Premises.open();
});

afterAll(() => premises.close());
afterEach(() => premises.clear());

/** A phone on a slow way down: that an offer ended reaches it after its own claim has left. */
async function hearsOfEndsAfterItsTap(page: Page): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const behind = socket.connectToServer();
    let held: (string | Buffer)[] | null = [];
    behind.onMessage((message) => {
      if (held !== null && String(message).includes('lead:taken')) held.push(message);
      else socket.send(message);
    });
    socket.onMessage((message) => {
      behind.send(message);
      if (held === null || !String(message).includes('lead:claim')) return;
      for (const late of held) socket.send(late);
      held = null;
    });
  });
}

/** Resolves when the card is seen to have ended, in these words and with nothing to press: it leaves again by itself, so wait before it ends. */
const ended = (page: Page, leadId: string, words: string) =>
  card(page, leadId)
    .and(page.locator('.ended[data-ended=true]'))
    .filter({ hasText: words, hasNot: page.getByTestId('claim-button') })
    .waitFor();

describe('a race in the browser', () => {
  // The first of the file: on this wall nobody else has points, and the pool is empty.
  it('the winner sees the contact, the loser the name, the wall the points, the manager the race', async () => {
    const [ani, budi] = [await premises.addRep('Ani'), await premises.addRep('Budi')];
    const invite = await premises.post<{ url: string }>(`/reps/${ani.id}/invites`);
    const first = await premises.visit(invite.url, PHONE);
    await isLive(first.page);
    const second = await premises.phoneOf(budi);
    const screen = await premises.post<{ token: string }>('/screens', { name: 'Lobby' });
    const wall = await premises.visit(`${premises.url}/wall/#token=${screen.token}`, TELEVISION);
    await isLive(wall.page);
    const desk = await premises.visit(`${premises.url}/manage/#token=${ADMIN_KEY}`, TELEVISION);
    await isLive(desk.page);
    await desk.page.getByRole('link', { name: 'Lead', exact: true }).click();

    const { id: leadId } = await premises.post<{ id: string }>('/leads', leadBody());
    await card(second.page, leadId).waitFor();
    await card(first.page, leadId).waitFor();
    expect(await first.page.content()).not.toContain('dewi@maju.example');
    expect(await first.page.content()).not.toContain('0000 0001');
    const lost = ended(second.page, leadId, 'Sudah diambil Ani');
    await card(first.page, leadId).getByTestId('claim-button').tap();
    await lost;

    const contact = first.page.locator(`[data-testid=lead-contact][data-lead-id="${leadId}"]`);
    await contact.getByText('Dewi Lestari').waitFor();
    expect(await contact.locator('a[href="tel:+6281100000001"]').count()).toBe(1);
    expect(await card(first.page, leadId).getByTestId('verdict').getAttribute('data-verdict')).toBe('won');
    await first.page.getByTestId('points').getByText('10', { exact: true }).waitFor();

    expect(await second.page.content()).not.toContain('dewi@maju.example');

    const row = wall.page.getByTestId('board-points').locator(`[data-rep-id="${ani.id}"]`);
    await row.getByText('10', { exact: true }).waitFor();
    await wall.page.getByTestId('latest-claim').getByText('Ani').waitFor();
    expect(await wall.page.getByTestId('pool-size').textContent()).toBe('0');

    await desk.page
      .locator(`[data-testid=lead-row][data-lead-id="${leadId}"][data-status=owned]`)
      .getByTestId('race-button')
      .click();
    const race = desk.page.locator(`[data-testid=race][data-lead-id="${leadId}"]`);
    await race
      .locator(`[data-testid=axis-line][data-rep-id="${ani.id}"]`)
      .getByText('Menang', { exact: true })
      .waitFor();
    expect(await race.getByTestId('race-line').count()).toBe(2);
    expect(await race.textContent()).toContain('Dimenangkan Ani');
    expect(await race.textContent()).not.toContain('NaN');
    expect([...first.troubles, ...second.troubles, ...wall.troubles, ...desk.troubles]).toEqual([]);
  });

  it("a loser who tapped is told by how much; the winner's other phone lets go of the card", async () => {
    const [ani, budi] = [await premises.addRep('Ani'), await premises.addRep('Budi')];
    const [first, other] = [await premises.phoneOf(ani), await premises.phoneOf(ani)];
    const second = await premises.device(PHONE);
    await hearsOfEndsAfterItsTap(second.page);
    await second.page.goto(`${premises.url}/rep/#token=${await premises.tokenOf(budi)}`);
    await isLive(second.page);
    const { id: leadId } = await premises.post<{ id: string }>('/leads', leadBody());
    for (const { page } of [other, second]) await card(page, leadId).waitFor();
    const dropped = ended(other.page, leadId, 'Anda sudah mendapatkannya di perangkat lain');
    await card(first.page, leadId).getByTestId('claim-button').tap();
    await card(first.page, leadId).and(first.page.locator(':not(.ended)')).getByText('Anda dapat!').waitFor();
    const lost = card(second.page, leadId).locator('[data-verdict=lost]');
    const [words] = await Promise.all([
      lost.textContent(),
      dropped,
      card(second.page, leadId).getByTestId('claim-button').tap(),
    ]);
    expect(words).toMatch(/^Kalah [\d.]+ md dari Ani$/);
    expect([...first.troubles, ...second.troubles, ...other.troubles]).toEqual([]);
  });

  it('what a lead says is shown as text, in every direction of writing', async () => {
    const rep = await premises.addRep('Ani');
    const phone = await premises.phoneOf(rep);
    const names = [
      '<script>document.title = "owned"</script>',
      '<img src=x onerror="document.title = 1">',
      'شركة المستقبل \u202e PT abc',
    ];
    for (const name of names) {
      const { id } = await premises.post<{ id: string }>(
        '/leads',
        leadBody({ company: { name }, contact: { name, title: name } }),
      );
      const shown = card(phone.page, id).locator('h3');
      await shown.waitFor();
      expect(await shown.textContent()).toBe(name);
      expect(await shown.locator('*').count()).toBe(0);
    }
    const { id: leadId } = await premises.post<{ id: string }>(
      '/leads',
      leadBody({ company: { name: names[0] }, contact: { name: names[1] } }),
    );
    await card(phone.page, leadId).getByTestId('claim-button').tap();
    const contact = phone.page.locator(`[data-testid=lead-contact][data-lead-id="${leadId}"]`);
    expect(await contact.locator('strong').textContent()).toBe(names[1]);
    expect(await phone.page.title()).toBe('Sambar');
    expect(phone.troubles).toEqual([]);
  });

  it('a phone of 320 or 360 px never scrolls sideways', async () => {
    const phone = await premises.phoneOf(await premises.addRep('Ani'));
    const fits = async (): Promise<void> => {
      for (const width of [320, 360]) {
        await phone.page.setViewportSize({ width, height: 640 });
        expect([width, await sidewaysScroll(phone.page)]).toEqual([width, 0]);
      }
    };
    const long = 'Perusahaansangatpanjangtanpaspasisamasekali'.repeat(3);
    await fits();
    const company = { name: `PT ${long}`, size: 12_000_000 };
    const contact = {
      name: long,
      title: long,
      email: `${'a'.repeat(60)}@${'b'.repeat(60)}.example`,
      phone: '+62 811 0000 0000 0000 0001',
    };
    const { id: leadId } = await premises.post<{ id: string }>(
      '/leads',
      leadBody({ company, contact, interest: long, source: long }),
    );
    await card(phone.page, leadId).waitFor();
    await fits();
    await card(phone.page, leadId).getByTestId('claim-button').tap();
    await phone.page.locator(`[data-testid=lead-contact][data-lead-id="${leadId}"]`).waitFor();
    await fits();
    await phone.page.getByRole('button', { name: 'English' }).tap();
    await phone.page.getByText('Settings').tap();
    await phone.page.getByRole('button', { name: 'Sign out' }).waitFor();
    await fits();
    // The rep's own break, and back.
    for (const [name, status] of [
      ['On a break', 'break'],
      ['Ready', 'ready'],
    ] as const) {
      const choice = phone.page.getByRole('button', { name, exact: true });
      expect((await choice.boundingBox())?.height).toBeGreaterThanOrEqual(56);
      await choice.tap();
      await phone.page.locator(`[data-testid=status-${status}][aria-pressed=true]`).waitFor();
    }
    expect(phone.troubles).toEqual([]);
  });
});
