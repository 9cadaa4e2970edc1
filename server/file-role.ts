/** How the deciding process gets its file, says that it is alive, and learns that the file is not its own any more. */
import type { Transactions } from './flow/transactions/transactions.ts';
import type { Timer } from './kernel/clock.ts';
import type { Ledger } from './ledger/ledger.ts';
import { LedgerError } from './ledger/ledger-error.ts';
import { acquireRole, type Holder, type Role } from './ledger/role-lock.ts';
import { waitForRole } from './ledger/standby.ts';
import type { Base } from './serving.ts';

/** Written beside the file, so that whoever waits for it can tell a holder that works from one that hangs. */
const BEAT_EVERY_MS = 500;

/** At once or not at all; `STANDBY=true` waits, and says for whom each time that changes. */
export async function takeFile(
  { config, clock, log }: Base,
  onStandby: (holder: Holder | null) => void,
): Promise<Role> {
  const { databaseFile } = config;
  if (!config.standby) return acquireRole(databaseFile, { nowMs: clock.nowMs() });
  const role = await waitForRole(databaseFile, {
    clock,
    note(note) {
      if (note.kind === 'waiting') onStandby(note.holder);
      else if (note.kind === 'ended') log.warn('the holder of the file was silent: ended', { pid: note.pid });
      else log.warn('the holder of the file is silent, and left alone', { pid: note.pid, reason: note.because });
    },
  });
  log.info('the file is taken', { generation: role.generation });
  return role;
}

/**
 * From the event loop, and from when the process serves: a start that takes long must not pass for a
 * process that hangs. A full disk refuses a beat as it refuses a claim: the process lives on, and says so once.
 */
export function keepBeating(role: Role, { clock, log }: Base): { stop(): void } {
  let timer: Timer;
  let isRefused = false;
  const beat = () => {
    try {
      role.beat(clock.nowMs());
      isRefused = false;
    } catch (error) {
      if (!isRefused) log.error('the heartbeat beside the file could not be written', {}, error);
      isRefused = true;
    }
    timer = clock.after(BEAT_EVERY_MS, beat);
  };
  beat();
  return { stop: () => timer.cancel() };
}

/** A commit under an old generation was refused: somebody else holds the file, so this process must end. */
export function endWhenStale(ledger: Ledger<Transactions>, end: (error: Error) => void): Ledger<Transactions> {
  return {
    ...ledger,
    async write(name, args, idempotency) {
      try {
        return await ledger.write(name, args, idempotency);
      } catch (error) {
        if (error instanceof LedgerError && error.code === 'staleGeneration') end(error);
        throw error;
      }
    },
  };
}
