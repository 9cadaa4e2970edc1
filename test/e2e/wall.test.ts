/** The television: connected by a code, showing who leads and never who is last, still there when the link is not. */

import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import type { BoardRow } from '../../client-sdk/src/sambar-client.ts';
import { nextScene, publicRows, SCENE_NAMES } from '../../web/wall/scenes.ts';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { sidewaysScroll } from '../support/browser.ts';
import { isLive, Premises, TELEVISION } from '../support/premises.ts';

let premises: Premises;

beforeAll(async () => {
  premises = await Premises.open();
});

afterAll(() => premises.close());
afterEach(() => premises.clear());

async function claims(token: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const { id } = await premises.post<{ id: string }>('/leads', leadBody());
    const answer = await fetch(`${premises.url}/v1/leads/${id}/claims`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(201);
  }
}

describe('the wallboard', () => {
  it('shows a code, which a manager types; then who leads, and what is new; without the link it stays and says so', async () => {
    const [ani, budi] = [await premises.addRep('Ani'), await premises.addRep('Budi')];
    await claims(await premises.tokenOf(ani), 2);
    const budiToken = await premises.tokenOf(budi);
    await claims(budiToken, 1);
    const wall = await premises.visit(`${premises.url}/wall/`, TELEVISION);
    const shown = wall.page.getByTestId('pairing-code');
    await shown.getByText(/^\d{3} \d{3}$/).waitFor();

    const desk = await premises.visit(`${premises.url}/manage/#token=${ADMIN_KEY}`, TELEVISION);
    await desk.page.getByRole('link', { name: 'Pemasangan' }).click();
    await desk.page.getByRole('button', { name: 'Layar di kantor' }).click();
    const form = desk.page.locator('form').filter({ hasText: 'Hubungkan layar' });
    await form.getByLabel('Kode di layar').fill('000000');
    await form.getByLabel('Nama layar').fill('Lobi');
    // As it is read off the wall, space and all.
    await form.getByLabel('Kode di layar').fill((await shown.textContent()) as string);
    await form.getByRole('button').click();
    await desk.page.getByText('Lobi sudah terhubung.').waitFor();

    await isLive(wall.page);
    const rows = wall.page.getByTestId('board-points').getByTestId('board-row');
    await rows.getByText('Ani', { exact: true }).waitFor();
    // Two have points: the second would be the last of all.
    expect(await rows.count()).toBe(1);
    await claims(budiToken, 2);
    await rows.getByText('Budi', { exact: true }).waitFor();
    await wall.page.locator('[data-testid=celebration].shown').getByText('Budi').waitFor();
    expect(await sidewaysScroll(wall.page)).toBe(0);
    await wall.page.getByRole('button', { name: 'Sembunyikan nama' }).click();
    await wall.page.getByText('Budi').first().waitFor({ state: 'detached' });
    expect([...wall.troubles, ...desk.troubles]).toEqual([]);

    await wall.context.setOffline(true);
    await wall.page.locator('.wall.stale').waitFor();
    expect(await rows.count()).toBe(1);
    await wall.context.setOffline(false);
    await isLive(wall.page);
    await wall.page.locator('.wall:not(.stale)').waitFor();
  });
});

describe('what a wall shows', () => {
  const rows = (count: number): BoardRow[] =>
    Array.from({ length: count }, (_, n) => ({ rank: n + 1, repId: `rep_${n}`, name: null, value: 100 - n }));

  test.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [10, 9],
    [11, 10],
  ])('GAME-33: of %s rows it shows %s, so that nobody is named last', (all, shown) => {
    expect(publicRows(rows(all))).toEqual(rows(shown));
  });

  test('boards take turns, those without rows are passed over', () => {
    const hasRows = new Set(['points', 'revenue']);
    expect(nextScene('points', (board) => hasRows.has(board))).toBe('revenue');
    expect(nextScene('revenue', (board) => hasRows.has(board))).toBe('points');
    expect(nextScene('points', () => false)).toBe('points');
    let board = nextScene('points', () => true);
    const seen = [board];
    while (board !== 'points') {
      board = nextScene(board, () => true);
      seen.push(board);
    }
    expect(new Set(seen)).toEqual(new Set(SCENE_NAMES));
  });
});
