/**
 * The fault matrix: what is done to real servers, what is promised meanwhile, and the parts that a whole
 * run must have reported. A row that is missing in a run shows, because it stands here.
 */
export interface Row {
  /** How tests and `npm run test:faults -- --row` call it. */
  name: string;
  fault: string;
  promise: string;
  /** Each is reported by a test of its own; one that did not report was not run. */
  parts: readonly string[];
  /** False: the fault is not one that strikes a claim in flight (a start, a malformed frame). */
  needsHits: boolean;
}

const row = (
  name: string,
  fault: string,
  promise: string,
  parts: readonly string[],
  options: { needsHits: boolean } = { needsHits: true },
): Row => ({ name, fault, promise, parts, ...options });

export const ROWS: readonly Row[] = [
  row(
    'kill-server',
    'kill -9 of the server in the middle of races',
    'no heard win lost or doubled, every accepted lead there, no timer lost or doubled',
    ['embedded', 'redis'],
  ),
  row(
    'kill-process',
    'kill -9 of one of three gateways; of the ledger',
    'the others go on, claims in flight get the same verdict, take-over under 5 s',
    ['gateway', 'ledger'],
  ),
  row(
    'redis-loss',
    'Redis killed; back empty; back with an old snapshot; FLUSHALL; failover to a lagging replica',
    'claims hear retry meanwhile; no second winner, no lost winner, counters right',
    ['killed', 'empty', 'old-snapshot', 'flushall', 'lagging-replica'],
  ),
  row(
    'links',
    'gateway cut from Redis; from the ledger; half-open link; 2 s of added delay',
    'no wrong verdict, recovery without a restart',
    ['gateway-redis', 'gateway-ledger', 'half-open', 'delay'],
  ),
  row(
    'frozen-ledger',
    'the ledger frozen inside a transaction, and between two',
    'its standby ends it and serves in 5 s; an old generation commits nothing',
    ['in-transaction', 'between'],
  ),
  row('power-loss', 'power loss: only what was synced stays', 'every heard win is on the disk', ['image']),
  row(
    'disk',
    'disk full; read-only file; slow disk of 5 to 500 ms',
    'no unbacked win, retry, recovery when there is room; the loop stays free',
    ['full', 'read-only', 'slow'],
  ),
  row(
    'commit-fault',
    'I/O error under a commit',
    'nobody is answered, the process ends, the file decides at the restart',
    ['fsync', 'write'],
  ),
  row(
    'clock-jump',
    'wall clock of Redis, a gateway, the one process jumps by +120 s, -300 s, 1 h; daylight saving',
    'no window opens early, no timer fires twice',
    ['redis', 'gateway', 'embedded', 'daylight-saving'],
  ),
  row(
    'redis-odd',
    'SCRIPT FLUSH every 100 ms; Redis at maxmemory; a master that was replaced and lives on',
    'the next claim is judged, nothing evicted, the old epoch refused',
    ['script-flush', 'maxmemory', 'zombie-master'],
  ),
  row('four-at-once', 'four processes start at once on an empty file', 'one migration, one ledger', ['start'], {
    needsHits: false,
  }),
  row(
    'messages',
    'every message twice, late and out of order; clients try again at another gateway',
    'the same verdicts',
    ['disorder', 'another-gateway'],
  ),
  row(
    'overload',
    '2,000 clients come back at once; 200 wallboards that read one byte a second',
    'claims within 3 times calm, memory bounded',
    ['reconnects', 'slow-walls'],
  ),
  row(
    'bad-input',
    '10,000 malformed frames and bodies, huge headers, prototype keys, wrong encodings',
    'an error each, the process lives, nothing is stored',
    ['frames', 'bodies'],
    { needsHits: false },
  ),
  row('sigterm', 'SIGTERM in the middle of races', 'every claim answered, exit 0 in time', ['embedded', 'redis']),
];
