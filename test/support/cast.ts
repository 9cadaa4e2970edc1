/** The people of the contract's tables: one of every role, two teams, on one server. */
import { ADMIN_KEY, startApp, type TestApp, type TestAppOptions, type TestRep } from './app.ts';

export interface TestManager {
  id: string;
  token: string;
}

export interface Cast extends AsyncDisposable {
  app: TestApp;
  /** Two reps of team A and one of team B. */
  a1: TestRep;
  a2: TestRep;
  b1: TestRep;
  managerA: TestManager;
  managerB: TestManager;
  source: { id: string; key: string };
  screen: { id: string; token: string };
}

export async function addManager(app: TestApp, name: string, teams: string[]): Promise<TestManager> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
  const manager = await app.call<{ id: string }>('POST', '/v1/managers', {
    body: { name, email, teams },
  });
  const token = await app.call<{ token: string }>('POST', `/v1/managers/${manager.body.id}/tokens`);
  return { id: manager.body.id, token: token.body.token };
}

export async function startCast(options: TestAppOptions = {}): Promise<Cast> {
  const app = await startApp(options);
  const [a1, a2, b1] = await Promise.all([
    app.addRep('Ayu', { team: 'A', languages: ['en'] }),
    app.addRep('Agus', { team: 'A' }),
    app.addRep('Bima', { team: 'B' }),
  ]);
  const [managerA, managerB] = await Promise.all([
    addManager(app, 'Manager A', ['A']),
    addManager(app, 'Manager B', ['B']),
  ]);
  const source = await app.call<{ id: string; key: string }>('POST', '/v1/sources', {
    body: { name: 'web' },
  });
  const screen = await app.call<{ id: string; token: string }>('POST', '/v1/screens', {
    body: { name: 'lobby' },
  });
  return {
    app,
    a1,
    a2,
    b1,
    managerA,
    managerB,
    source: source.body,
    screen: screen.body,
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** Every role's credential, by a name that says whose it is. */
export function tokensOf(cast: Cast): Record<string, string> {
  return {
    admin: ADMIN_KEY,
    managerA: cast.managerA.token,
    managerB: cast.managerB.token,
    a1: cast.a1.token,
    a2: cast.a2.token,
    b1: cast.b1.token,
    source: cast.source.key,
    screen: cast.screen.token,
  };
}

/** A lead that this rep owns. */
export async function ownedLead(app: TestApp, owner: TestRep, more: Record<string, unknown> = {}): Promise<string> {
  const leadId = await app.addLead(more);
  const claim = await app.claimOverHttp(owner.token, leadId, `own-${leadId}`);
  if (claim.status !== 201) throw new Error(`not won: ${JSON.stringify(claim.body)}`);
  return leadId;
}
