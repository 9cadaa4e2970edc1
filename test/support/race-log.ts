/** What the server of a race under simulated time logs: its errors are kept, and a pause after a fault of Redis takes no time. */
import type { Log } from '../../server/platform/log.ts';
import type { RaceClock } from './race-clock.ts';

export function raceLog(errors: string[], clock: RaceClock): Log {
  return {
    debug: () => undefined,
    info: () => undefined,
    // Said just before the pause that a fault of Redis is followed by.
    warn: (message) => {
      if (message === 'Redis') setImmediate(() => clock.retryNow());
    },
    error: (message, fields, error) => {
      errors.push(`${message} ${JSON.stringify(fields ?? {})} ${String(error)}`);
    },
  };
}
