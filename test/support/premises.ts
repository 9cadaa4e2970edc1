/** One server with its built pages, and the browsers of people who work with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchBrowser } from '../../tools/faults/browser.ts';
import { ADMIN_KEY } from './app.ts';
import { type Device, openDevice } from './browser.ts';
import { type ServerProcess, startServer } from './server-process.ts';

export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
export const TELEVISION = { viewport: { width: 1920, height: 1080 } };

export interface Rep {
  id: string;
  name: string;
}

/** A file of tests opens one and shares it: a start costs more than what most of them do with it. */
export class Premises {
  readonly browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'sambar-test-'));
  #server: ServerProcess | null = null;
  #starts = 0;
  #reps = 0;
  readonly #devices: Device[] = [];

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  /** With a server on an empty file. */
  static async open(): Promise<Premises> {
    const premises = new Premises(await launchBrowser());
    await premises.startServer();
    return premises;
  }

  get url(): string {
    if (this.#server === null) throw new Error('no server was started');
    return this.#server.url;
  }

  /** A new server with an empty file in place of the one before: for who must be alone with what it does. */
  async startServer(): Promise<void> {
    await this.#server?.end('SIGKILL');
    const file = join(this.#folder, `sambar-${++this.#starts}.db`);
    this.#server = await startServer({ DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY });
  }

  /** After each test: everybody leaves; the server and what is on file stay. */
  async clear(): Promise<void> {
    await Promise.all(this.#devices.splice(0).map(({ context }) => context.close()));
  }

  async close(): Promise<void> {
    await this.clear();
    await Promise.all([this.browser.close(), this.#server?.end('SIGKILL')]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`${this.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect([path, response.ok]).toEqual([path, true]);
    return (await response.json()) as T;
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.call<T>('POST', path, body);
  }

  /** Changes keys of the rules in force; the rest stays. */
  async setPolicy(change: Record<string, unknown>): Promise<void> {
    const { version, scheduled, ...policy } = await this.call<Record<string, unknown>>('GET', '/policy');
    await this.call('PUT', '/policy', { ...policy, ...change }, { 'if-match': '*' });
  }

  /** Of one name there may be many: each has an address of its own. */
  addRep(name: string): Promise<Rep> {
    return this.post<Rep>('/reps', { name, email: `${name.toLowerCase()}.${++this.#reps}@example.com` });
  }

  async tokenOf({ id }: Rep): Promise<string> {
    return (await this.post<{ token: string }>(`/reps/${id}/tokens`)).token;
  }

  /** A device that shows nothing yet; it goes with the test. */
  async device(options: BrowserContextOptions): Promise<Device> {
    const device = await openDevice(this.browser, options);
    this.#devices.push(device);
    return device;
  }

  async visit(address: string, options: BrowserContextOptions): Promise<Device> {
    const device = await this.device(options);
    await device.page.goto(address);
    return device;
  }

  /** A rep's phone, signed in and connected. */
  async phoneOf(rep: Rep, options: BrowserContextOptions = PHONE): Promise<Device> {
    const device = await this.visit(`${this.url}/rep/#token=${await this.tokenOf(rep)}`, options);
    await isLive(device.page);
    return device;
  }
}

export async function isLive(page: Page): Promise<void> {
  await page.locator('[data-testid=connection-state][data-state=live]').waitFor();
}

export const cardOf = (page: Page, leadId: string) =>
  page.locator(`[data-testid=offer-card][data-lead-id="${leadId}"]`);
