/** autocannon, as a process of its own beside the generator. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Bench, GENERATOR_CORE, ROOT, type Subject } from '../bench.ts';

export interface Cannonade {
  answered: number;
  /** Answered otherwise than with 2xx, or not at all. */
  failed: number;
}

interface CannonReport {
  '2xx': number;
  non2xx: number;
  errors: number;
  timeouts: number;
}

const CONNECTIONS = 20;

/** Posts the same body so many times, as fast as the answers come. */
export async function cannonade(
  bench: Bench,
  { subject, path, body, amount }: { subject: Subject; path: string; body: unknown; amount: number },
): Promise<Cannonade> {
  const args = [
    ...['--json', '--no-progress', '--connections', String(Math.min(CONNECTIONS, amount)), '--amount', String(amount)],
    ...['--method', 'POST', '--headers', 'content-type: application/json'],
    ...['--headers', `authorization: Bearer ${subject.key}`, '--body', JSON.stringify(body), `${subject.url}${path}`],
  ];
  const shot = promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/autocannon/autocannon.js'), ...args]);
  bench.pin(shot.child.pid as number, GENERATOR_CORE);
  const report = JSON.parse((await shot).stdout) as CannonReport;
  return { answered: report['2xx'], failed: report.non2xx + report.errors + report.timeouts };
}
