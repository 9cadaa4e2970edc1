/** A whole server for a test: own file, port 0, closed with the test; and the people who talk to it. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSambarClient, type SambarClient } from '../../client-sdk/src/sambar-client.ts';
import { compose, type Overrides } from '../../server/compose.ts';
import { readConfig } from '../../server/config.ts';
import { migrateFile } from '../../server/platform/migrate.ts';
import type { App } from '../../server/serving.ts';

export const ADMIN_KEY = 'admin-key-of-the-tests-0123456789';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
  headers: Headers;
}

export interface TestRep {
  id: string;
  token: string;
  tokenId: string;
  name: string;
}

export class TestApp implements AsyncDisposable {
  readonly app: App;
  readonly folder: string;
  readonly #clients: SambarClient[] = [];

  constructor(app: App, folder: string) {
    this.app = app;
    this.folder = folder;
  }

  get databaseFile(): string {
    return join(this.folder, 'sambar.db');
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    options: { token?: string | null; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const { token = ADMIN_KEY, body, headers = {} } = options;
    const response = await fetch(`${this.app.url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    return { status: response.status, body: json as T, headers: response.headers };
  }

  async addRep(name: string, more: Record<string, unknown> = {}): Promise<TestRep> {
    const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@example.com`;
    const rep = await this.call<{ id: string }>('POST', '/v1/reps', { body: { name, email, ...more } });
    if (rep.status !== 201) throw new Error(`rep not made: ${JSON.stringify(rep.body)}`);
    const token = await this.call<{ token: string; tokenId: string }>('POST', `/v1/reps/${rep.body.id}/tokens`);
    return { id: rep.body.id, name, token: token.body.token, tokenId: token.body.tokenId };
  }

  /** Posts a lead and answers its id. */
  async addLead(more: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.call<{ id: string }>('POST', '/v1/leads', { body: leadBody(more) });
    if (answer.status !== 201) throw new Error(`lead not taken: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  setPolicy(body: unknown): Promise<Answer> {
    return this.call('PUT', '/v1/policy', { body, headers: { 'if-match': '*' } });
  }

  claimOverHttp(token: string, leadId: string, requestId: string, body?: unknown): Promise<Answer> {
    return this.call('POST', `/v1/leads/${leadId}/claims`, {
      token,
      body: body ?? {},
      headers: { 'idempotency-key': requestId },
    });
  }

  /** A connected client of the SDK, closed with the app. */
  async client(token: string): Promise<SambarClient> {
    const client = createSambarClient({ url: this.app.url, token });
    this.#clients.push(client);
    const live = new Promise<void>((resolve, reject) => {
      client.onState((state) => {
        if (state.kind === 'live') resolve();
        if (state.kind === 'refused') reject(new Error(`refused: ${state.reason}`));
      });
    });
    client.connect();
    await live;
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.app.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function leadBody(more: Record<string, unknown> = {}) {
  return {
    source: 'web form',
    company: { name: 'PT Maju Jaya', size: 120, region: 'Jawa Barat' },
    contact: { name: 'Dewi Lestari', title: 'IT Manager', email: 'dewi@maju.example', phone: '+62 811 0000 0001' },
    ...more,
  };
}

export interface TestAppOptions extends Overrides {
  env?: Record<string, string>;
  /** An existing folder with a database of an earlier run; removed at the end all the same. */
  folder?: string;
}

/** As `npm test` has just built it: a server starts in half the time. Alone, a test runs what is in the editor. */
const BUILT: Overrides =
  process.env.SAMBAR_TEST_BUILT === '1'
    ? { ledgerThread: new URL('../../dist/server/ledger-thread.js', import.meta.url) }
    : {};

let migrated: string | null = null;

/** Every empty file is migrated the same: this process does it once, and a test that looks at migrating does it itself. */
function migratedFile(): string {
  if (migrated !== null) return migrated;
  const folder = mkdtempSync(join(tmpdir(), 'sambar-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  migrated = join(folder, 'empty.db');
  migrateFile(migrated);
  return migrated;
}

export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { env = {}, folder = mkdtempSync(join(tmpdir(), 'sambar-test-')), ...overrides } = options;
  const file = join(folder, 'sambar.db');
  if (!existsSync(file)) copyFileSync(migratedFile(), file);
  const config = readConfig({
    PORT: '0',
    DATABASE_FILE: file,
    ADMIN_API_KEY: ADMIN_KEY,
    LOG_LEVEL: 'error',
    ...env,
  });
  return new TestApp(await compose(config, { ...BUILT, ...overrides }), folder);
}
