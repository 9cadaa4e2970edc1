/**
 * What the deciding process can have behind it before the file is its own: half of the work of a start, which
 * a standby does while it waits (the code of the ledger's thread, and HTTP with its description).
 */
import type { Worker } from 'node:worker_threads';
import { startLedgerThread } from './ledger/ledger.ts';
import type { Door } from './platform/door.ts';
import { createHttp, describeHttp, type Http, type Speaker } from './platform/http.ts';
import { createHttpClosing, type HttpClosing } from './platform/http-closing.ts';
import { type Base, openDoor, VERSION } from './serving.ts';

export interface Prepared {
  /** Not told its file yet; ended by whoever does not get the file. */
  thread: Worker;
  front: Front;
}

/** HTTP before anybody can come in: it listens to nothing, and its routes are still to be bound. */
export interface Front {
  app: Http;
  closing: HttpClosing;
  door: Door;
  /** What gateways show to be believed. */
  secret: string;
  /** Set once there is a directory to ask; nobody is known before. */
  authenticate(token: string): Speaker | null;
}

const LEDGER_THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './ledger-thread.ts' : './ledger-thread.js',
  import.meta.url,
);

export async function prepare(base: Base, ledgerThread = LEDGER_THREAD): Promise<Prepared> {
  const thread = startLedgerThread(ledgerThread);
  const { log, metrics, machineClock, random } = base;
  const secret = Buffer.from(random.bytes(32)).toString('base64url');
  const { door } = openDoor(base, secret);
  const authenticate = (token: string) => front.authenticate(token);
  const app = createHttp({ log, metrics, authenticate, door, version: VERSION });
  const front: Front = {
    app,
    closing: createHttpClosing(app, machineClock),
    door,
    secret,
    authenticate: () => null,
  };
  await describeHttp(app, VERSION);
  return { thread, front };
}
