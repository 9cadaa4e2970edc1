/**
 * `npm run docs:screens`: what each page looks like, in both languages, into docs/screens. A throw-away server plays a
 * small morning with the demo's people; every picture is taken of the built pages, in the system's own Chromium.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createChance } from '../server/kernel/chance.ts';
import { inventLead, MANAGER, REPS, TEAM } from '../tools/demo/cast.ts';
import { launchBrowser } from '../tools/faults/browser.ts';
import { spawnServer } from '../tools/faults/spawned-server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'docs/screens');
const ADMIN_KEY = 'admin-key-of-the-pictures-0123456789';
/** A page with pictures that weigh more is read by nobody on a phone. */
const BYTES_MAX = 150_000;

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5 };
const DESK = { viewport: { width: 1920, height: 1080 } };

interface Person {
  id: string;
  token: string;
}

/** What the pictures are taken of: people, leads that were won, and leads that stand open. */
class Morning {
  readonly url: string;
  readonly #chance = createChance('screens');
  readonly reps: Person[] = [];
  managerToken = '';
  #leads = 0;

  constructor(url: string) {
    this.url = url;
  }

  async call<T>(method: string, path: string, body: unknown = {}, token = ADMIN_KEY): Promise<T> {
    const response = await fetch(`${this.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async lead(): Promise<string> {
    const { id } = await this.call<{ id: string }>('POST', '/leads', inventLead(this.#chance, this.#leads++));
    return id;
  }

  async won(by: Person, revenue?: number): Promise<string> {
    const id = await this.lead();
    await this.call('POST', `/leads/${id}/claims`, {}, by.token);
    await this.call('POST', `/leads/${id}/activities`, { kind: 'call', outcome: 'connected' }, by.token);
    if (revenue === undefined) return id;
    await this.call('POST', `/leads/${id}/stages`, { stage: 'opportunity' }, by.token);
    await this.call('POST', `/leads/${id}/stages`, { stage: 'won', revenue }, by.token);
    return id;
  }

  async play(): Promise<void> {
    for (const { name, mailbox } of REPS) {
      const { id } = await this.call<{ id: string }>('POST', '/reps', {
        name,
        email: `${mailbox}@sambar.example`,
        team: TEAM,
      });
      const { token } = await this.call<{ token: string }>('POST', `/reps/${id}/tokens`);
      this.reps.push({ id, token });
    }
    const manager = await this.call<{ id: string }>('POST', '/managers', {
      name: MANAGER.name,
      email: `${MANAGER.mailbox}@sambar.example`,
      teams: [TEAM],
    });
    this.managerToken = (await this.call<{ token: string }>('POST', `/managers/${manager.id}/tokens`)).token;
    await this.call('POST', '/sources', { name: 'Formulir web' });
    for (const [place, rep] of this.reps.entries()) {
      for (let n = 0; n < REPS.length - place; n++) await this.won(rep, n === 0 ? (9 - place) * 12_500_000 : undefined);
    }
  }
}

type Language = 'id' | 'en';

interface Scene {
  name: string;
  device: BrowserContextOptions;
  /** Leaves the page as it is to be seen. */
  show(page: Page, morning: Morning): Promise<void>;
}

const live = (page: Page) => page.locator('[data-testid=connection-state][data-state=live]').waitFor();

async function asRep(page: Page, { url, reps }: Morning, place: number): Promise<void> {
  await page.goto(`${url}/rep/#token=${reps[place]?.token}`);
  await live(page);
  await page.getByTestId('points').waitFor();
}

async function desk(page: Page, { url, managerToken }: Morning, section: string): Promise<void> {
  await page.goto(`${url}/manage/#token=${managerToken}`);
  await live(page);
  await page.locator(`nav.sections a[href="#${section}"]`).click();
  await page.getByTestId('data-age').waitFor();
  await page.waitForLoadState('networkidle');
}

const SCENES: readonly Scene[] = [
  { name: 'rep-sign-in', device: PHONE, show: (page, { url }) => page.goto(`${url}/rep/`).then(() => undefined) },
  {
    name: 'rep-offer',
    device: PHONE,
    async show(page, morning) {
      await asRep(page, morning, 3);
      await page.getByTestId('claim-button').and(page.locator(':enabled')).first().waitFor();
    },
  },
  {
    name: 'rep-won',
    device: PHONE,
    async show(page, morning) {
      const leadId = await morning.lead();
      await asRep(page, morning, 6);
      const card = page.locator(`[data-testid=offer-card][data-lead-id="${leadId}"]`);
      await card.getByTestId('claim-button').tap();
      await card.locator('[data-verdict=won]').waitFor();
    },
  },
  {
    name: 'rep-lead',
    device: PHONE,
    async show(page, morning) {
      const leadId = await morning.lead();
      await asRep(page, morning, 7);
      const card = page.locator(`[data-testid=offer-card][data-lead-id="${leadId}"]`);
      await card.getByTestId('claim-button').tap();
      await card.locator('[data-verdict=won]').waitFor();
      await card.getByRole('button').tap();
      await page.locator('[data-testid=my-lead]:focus').waitFor();
    },
  },
  {
    name: 'rep-board',
    device: PHONE,
    async show(page, morning) {
      await asRep(page, morning, 3);
      await page.getByTestId('board-panel').locator('summary').click();
      await page.getByTestId('board-rows').waitFor();
      await page.evaluate(() => document.querySelector('[data-testid=board-panel]')?.scrollIntoView());
    },
  },
  {
    name: 'rep-link',
    device: PHONE,
    async show(page, morning) {
      const leadId = await morning.lead();
      const repId = morning.reps[5]?.id;
      const link = await morning.call<{ url: string }>('POST', `/leads/${leadId}/claim-links`, { repId });
      await page.goto(link.url);
      await page.getByTestId('claim-button').and(page.locator(':enabled')).waitFor();
    },
  },
  {
    name: 'wall-pairing',
    device: DESK,
    async show(page, { url }) {
      await page.goto(`${url}/wall/`);
      await page.getByTestId('pairing-code').getByText(/^\d/).waitFor();
    },
  },
  {
    name: 'wall-board',
    device: DESK,
    async show(page, morning) {
      const { token } = await morning.call<{ token: string }>('POST', '/screens', { name: 'Lobi' });
      await page.goto(`${morning.url}/wall/#token=${token}`);
      await live(page);
      await page.getByTestId('board-row').first().waitFor();
      await page.getByTestId('latest-claim').first().waitFor();
    },
  },
  ...['live', 'leads', 'people', 'rules', 'setup'].map((section) => ({
    name: `desk-${section}`,
    device: DESK,
    show: (page: Page, morning: Morning) => desk(page, morning, section),
  })),
];

async function picture(browser: Browser, morning: Morning, scene: Scene, language: Language): Promise<void> {
  const locale = language === 'id' ? 'id-ID' : 'en-GB';
  const context = await browser.newContext({ ...scene.device, locale, timezoneId: 'Asia/Jakarta' });
  try {
    const page = await context.newPage();
    await scene.show(page, morning);
    const path = join(FOLDER, `${scene.name}.${language}.png`);
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    const { size } = statSync(path);
    console.log(`${scene.name}.${language}.png ${size} bytes`);
    if (size > BYTES_MAX) throw new Error(`${path} has ${size} bytes, more than ${BYTES_MAX}`);
  } finally {
    await context.close();
  }
}

const only = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'sambar-screens-'));
const server = spawnServer(
  { DATABASE_FILE: join(folder, 'sambar.db'), ADMIN_API_KEY: ADMIN_KEY },
  { args: ['dist/server/main.js'], folder: ROOT },
);
const browser = await launchBrowser();
try {
  mkdirSync(FOLDER, { recursive: true });
  const morning = new Morning(await server.listening);
  await morning.play();
  for (let n = 0; n < 2; n++) await morning.lead();
  for (const scene of SCENES.filter(({ name }) => only === undefined || name.startsWith(only))) {
    for (const language of ['id', 'en'] as const) await picture(browser, morning, scene, language);
  }
} finally {
  await browser.close();
  await server.end();
  rmSync(folder, { recursive: true, force: true });
}
