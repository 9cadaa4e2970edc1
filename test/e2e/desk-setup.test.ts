/** From an empty file to a won lead, as an admin walks it on a phone and at a desk; then a lost phone, and a leaver. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { nextStep, type Setup, stepsOf } from '../../web/manage/setup/steps.ts';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { type Device, sidewaysScroll } from '../support/browser.ts';
import { isLive, PHONE, Premises, TELEVISION } from '../support/premises.ts';
import { tempFolder } from '../support/temp-database.ts';

let premises: Premises;
let relay: ChildProcess | undefined;

beforeAll(async () => {
  premises = await Premises.open();
});
afterEach(async () => {
  relay?.kill();
  await premises.clear();
});
afterAll(() => premises.close());

const stepOf = (page: Page, name: string) => page.locator(`[data-testid=step][data-step=${name}]`);
const isDone = (page: Page, name: string) =>
  page.locator(`[data-testid=step][data-step=${name}][data-done=true]`).waitFor();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** As the words beside it say: the relay runs with the key, and the page's form posts to it. */
async function postThroughRelay(program: string, key: string): Promise<number> {
  const file = join(tempFolder(), 'relay.mjs');
  writeFileSync(file, program);
  const port = await freePort();
  const env = { PATH: process.env.PATH ?? '', SAMBAR_KEY: key, THANKS: '/terima-kasih', PORT: String(port) };
  relay = spawn(process.execPath, [file], { env, stdio: 'inherit' });
  const body = new URLSearchParams({
    name: 'Dewi <b>',
    company: 'PT "Maju"',
    phone: '+62 811',
    email: '',
    website: '',
  });
  const post = () => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, redirect: 'manual' }).catch(() => null);
  await expect.poll(async () => (await post())?.status ?? 0, { timeout: 30_000 }).toBe(303);
  return port;
}

/** A source; its form and relay, as they are copied, bring a lead. */
async function connectForm(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Lanjut: Sumber lead: formulir Anda' }).press('Enter');
  await page.getByLabel('Nama sumber, misalnya Website').fill('Website');
  await page.keyboard.press('Enter');
  const source = page.getByTestId('source-key');
  await source.waitFor();
  const [key = '', , form = '', program = ''] = await source
    .locator('textarea')
    .evaluateAll((texts) => texts.map((text) => (text as HTMLTextAreaElement).value));
  expect([form.includes(key), program.includes(key)]).toEqual([false, false]);
  await postThroughRelay(program, key);
  const leads = await premises.call<{ items: { source: string; company: { name: string } }[] }>('GET', '/leads');
  expect(leads.items).toMatchObject([{ source: 'Website', company: { name: 'PT "Maju"' } }]);
}

/** A television by its code. */
async function connectScreen(page: Page): Promise<Device> {
  await page.getByRole('button', { name: 'Lanjut: Layar di kantor' }).press('Enter');
  const wall = await premises.visit(`${premises.url}/wall/`, TELEVISION);
  const code = wall.page.getByTestId('pairing-code');
  await code.getByText(/^\d{3} \d{3}$/).waitFor();
  await page.getByLabel('Kode di layar').fill((await code.textContent()) ?? '');
  await page.getByLabel('Nama layar').fill('Lobi');
  await page.keyboard.press('Enter');
  await isLive(wall.page);
  await isDone(page, 'screen');
  return wall;
}

describe('an empty house', () => {
  it('leads the admin through: team, reps, invites, a form, a screen, and a test lead that a rep wins', async () => {
    const desk = await premises.visit(`${premises.url}/manage/#token=${ADMIN_KEY}`, {
      viewport: { width: 320, height: 740 },
    });
    const { page } = desk;
    const button = (name: string | RegExp) => page.getByRole('button', { name });

    // It opens by itself on what comes first.
    await stepOf(page, 'team').getByLabel('Tim', { exact: true }).fill('Jakarta');
    await page.keyboard.press('Enter');
    await isDone(page, 'team');
    await button('Lanjut: Daftar sales').press('Enter');

    await page.getByLabel('Atau tempel di sini').fill('nama;email\nAni;ani@x.example\nBudi;budi');
    await button('Periksa dulu').press('Enter');
    await page.getByText('Baris 3, email: tidak terbaca').waitFor();
    expect(await button(/^Tambahkan/).count()).toBe(0);
    await page.getByLabel('Berkas CSV').setInputFiles({
      name: 'sales.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('\uFEFFNama;Email;Tim\r\nAni;ani@x.example;Jakarta\r\nBudi;budi@x.example;\r\n'),
    });
    await button('Periksa dulu').press('Enter');
    await button('Tambahkan 2 sales').press('Enter');
    await page.getByText('2 sales ditambahkan.').waitFor();
    await isDone(page, 'reps');
    await button('Lanjut: Undangan untuk HP sales').press('Enter');

    await button('Buat 2 undangan').press('Enter');
    const printed = page.getByTestId('printed-invite');
    await printed.nth(1).waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    const invites = await printed.evaluateAll((items) => items.map((item) => item.dataset.url ?? ''));
    const phones = [await premises.visit(invites[0] ?? '', PHONE), await premises.visit(invites[1] ?? '', PHONE)];
    for (const phone of phones) await isLive(phone.page);
    await button('Muat ulang').click();
    await isDone(page, 'invites');
    // Once is once: who finds the paper gets nowhere.
    const finder = await premises.visit(invites[0] ?? '', PHONE);
    await finder.page.locator('.trouble').waitFor();
    await printsOnOnePage(page);

    await connectForm(page);
    expect(await sidewaysScroll(page)).toBe(0);
    const wall = await connectScreen(page);

    await button('Lanjut: Satu lead uji').press('Enter');
    await button('Kirim lead uji').press('Enter');
    await page.getByTestId('test-lead').getByText('Terkirim').waitFor();
    const [ani] = phones;
    const card = ani?.page.getByTestId('offer-card').filter({ hasText: 'PT Lead Uji' });
    await card?.getByRole('button', { name: /KLAIM/ }).click();
    await page
      .getByTestId('test-lead')
      .getByText(/mendapatkannya/)
      .waitFor();
    await button('Muat ulang').click();
    await isDone(page, 'test');
    await page.getByText('6 dari 6 selesai').waitFor();
    await button('English').click();
    await page.getByText('6 of 6 done').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    expect([...desk.troubles, ...wall.troubles, ...(ani?.troubles ?? [])]).toEqual([]);
  });
});

describe('a desk with reps', () => {
  it('a lost phone is out after two taps and a new one in; a leaver hands the open leads on; all by keyboard', async () => {
    const [sari, tono] = [await premises.addRep('Sari'), await premises.addRep('Tono')];
    const { id } = await premises.post<{ id: string }>('/leads', leadBody());
    await premises.post(`/leads/${id}/assignments`, { repId: sari.id, reason: 'hers' });
    const lost = await premises.phoneOf(sari);
    const desk = await premises.visit(`${premises.url}/manage/#token=${ADMIN_KEY}`, { ...TELEVISION, locale: 'en-GB' });
    const { page } = desk;
    const button = (name: string | RegExp) => page.getByRole('button', { name });
    await page.getByRole('link', { name: 'Reps' }).press('Enter');
    await page.getByLabel('Find a name or e-mail').fill('sari');
    await page.getByTestId('rep-row').filter({ hasText: 'Tono' }).waitFor({ state: 'detached' });
    await button('Sari').press('Enter');
    const panel = page.getByTestId('rep-panel');

    await button('Lost phone').press('Enter');
    await panel.getByText('Every device of Sari is signed out').waitFor();
    await page.keyboard.press('Enter');
    await lost.page.getByLabel('Token').waitFor();
    const link = page.locator('.invite-link');
    const found = await premises.visit((await link.textContent()) ?? '', PHONE);
    await isLive(found.page);

    await panel.getByLabel('Tier').fill('1');
    await button('Save').press('Enter');
    await panel.getByText('Saved.').waitFor();
    await button('Send on a break').press('Enter');
    await page
      .getByTestId('rep-row')
      .getByText(/On a break/)
      .waitFor();

    await button('Has left').press('Enter');
    await panel.getByLabel('Open leads go to').selectOption({ label: tono.name });
    await button('Yes, hand on 1 open leads').press('Enter');
    await panel.getByText('Handed on: 1.').waitFor();
    await page.getByTestId('rep-row').getByText('Inactive').waitFor();
    const lead = await premises.call<{ claim: { repId: string } }>('GET', `/leads/${id}`);
    expect(lead.claim.repId).toBe(tono.id);
    await found.page.getByLabel('Token').waitFor();
    expect([await sidewaysScroll(page), desk.troubles]).toEqual([0, []]);
  });
});

/** Eight fit on a sheet of A4 and a ninth begins the next. */
async function printsOnOnePage(page: Page): Promise<void> {
  await page.emulateMedia({ media: 'print' });
  const item = page.getByTestId('printed-invite').first();
  const height = (await item.boundingBox())?.height ?? 0;
  const mmAPixel = 25.4 / 96;
  expect(height * mmAPixel * 4).toBeLessThanOrEqual(297 - 20);
  expect(height * mmAPixel * 5).toBeGreaterThan(297 - 20);
  await page.emulateMedia({ media: 'screen' });
}

describe('what a checklist makes of it', () => {
  const empty: Setup = {
    role: 'admin',
    teams: [],
    reps: { active: 0, signedIn: 0 },
    managers: 0,
    sources: 0,
    screens: 0,
    leads: { posted: false, won: false },
  };

  test('the first that is not done comes next, and a manager has no sources', () => {
    expect(nextStep(empty)).toBe('team');
    const some: Setup = { ...empty, teams: [{ name: 'A', timeZone: null, reps: 1 }], reps: { active: 1, signedIn: 0 } };
    expect(nextStep(some)).toBe('invites');
    const all: Setup = {
      ...some,
      reps: { active: 1, signedIn: 1 },
      sources: 1,
      screens: 1,
      leads: { posted: true, won: true },
    };
    expect(nextStep(all)).toBeNull();
    expect(stepsOf({ ...empty, role: 'manager', sources: null }).map(({ name }) => name)).toEqual([
      'team',
      'reps',
      'invites',
      'screen',
    ]);
  });
});
