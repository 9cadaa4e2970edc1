/** Sockets alone on an HTTP server of their own, without a house behind them: whatever a test registers is served. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import type { Door } from '../../server/platform/door.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics, type Metrics } from '../../server/platform/metrics.ts';
import { OVERLOAD_LIMITS, type OverloadLimits } from '../../server/platform/overload.ts';
import { createSockets, type Sockets, type SocketsDeps } from '../../server/platform/sockets.ts';

/** A door that lets everybody in. */
export const OPEN_DOOR: Door = {
  failed: () => 0,
  mayTry: () => undefined,
  pairing: () => undefined,
  lead: () => undefined,
  hasRoom: () => true,
  enter: () => ({ leave: () => undefined }),
};

export interface BareSockets extends AsyncDisposable {
  url: string;
  sockets: Sockets;
  metrics: Metrics;
}

/** Every token is good and is its subject's name; what is given replaces that. */
export async function bareSockets({
  limits,
  ...given
}: Partial<Omit<SocketsDeps, 'limits'>> & { limits?: Partial<OverloadLimits> } = {}): Promise<BareSockets> {
  const clock = createSystemClock();
  const metrics = createMetrics({ processMetrics: false });
  const http = createServer();
  const sockets = createSockets(http, {
    clock,
    machineClock: clock,
    random: createSystemRandom(),
    log: createLog('silent'),
    metrics,
    limits: { ...OVERLOAD_LIMITS, ...limits },
    latestOnly: {},
    authenticate: (token) => ({ role: 'rep', subjectId: token, tokenId: token, expiresAt: null, renewsForMs: null }),
    expiryOf: () => null,
    publicUrl: null,
    door: OPEN_DOOR,
    ...given,
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    sockets,
    metrics,
    async [Symbol.asyncDispose]() {
      await sockets.close();
      http.close();
    },
  };
}
