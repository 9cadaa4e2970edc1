/**
 * The fault matrix: what is done to real servers, what is promised meanwhile, and the parts that a whole
 * run must have reported. A row that is missing in a run shows, because it stands here.
 */
export interface Row {
  /** How tests and `npm run test:faults -- --row` call it. */
  name: string;
  fault: string;
  promise: string;
  /**
   * Each is reported by a test of its own, and not held unless its histories let the oracle judge these rules; one
   * that did not report was not run. Of the rules, those that any history of claims can be judged by are left out.
   */
  parts: Readonly<Record<string, readonly string[]>>;
  /** False: the fault is not one that strikes a claim in flight (a start, a malformed frame). */
  needsHits: boolean;
}

const row = (
  name: string,
  fault: string,
  promise: string,
  parts: Row['parts'],
  options: { needsHits: boolean } = { needsHits: true },
): Row => ({ name, fault, promise, parts, ...options });

/** Nobody is owed anything any more, and everybody shows what the file says. */
const ENDED = ['L1', 'L2'];
/** Redis was held against the file, offer by offer, counter by counter, key by key. */
const ON_REDIS = [...ENDED, 'L3', 'L4', 'S14'];
/** Marks of the record were taken on the way: facts stayed, generation and epoch only grew. */
const MARKED = 'S12';

export const ROWS: readonly Row[] = [
  row(
    'kill-server',
    'kill -9 of the server in the middle of races',
    'no heard win lost or doubled, every accepted lead there, no timer lost or doubled',
    { embedded: [...ENDED, MARKED], redis: [...ON_REDIS, MARKED] },
  ),
  row(
    'kill-process',
    'kill -9 of one of three gateways; of the ledger',
    'the others go on, claims in flight get the same verdict, take-over under 5 s',
    { gateway: [...ON_REDIS, MARKED], ledger: [...ON_REDIS, MARKED] },
  ),
  row(
    'redis-loss',
    'Redis killed; back empty; back with an old snapshot; FLUSHALL; failover to a lagging replica',
    'claims hear retry meanwhile; no second winner, no lost winner, counters right',
    {
      killed: [...ON_REDIS, MARKED],
      empty: [...ON_REDIS, MARKED],
      'old-snapshot': [...ON_REDIS, MARKED],
      flushall: [...ON_REDIS, MARKED],
      'lagging-replica': [...ON_REDIS, MARKED],
    },
  ),
  row(
    'links',
    'gateway cut from Redis; from the ledger; half-open link; 2 s of added delay',
    'no wrong verdict, recovery without a restart',
    { 'gateway-redis': ON_REDIS, 'gateway-ledger': ON_REDIS, 'half-open': ON_REDIS, delay: ON_REDIS },
  ),
  row(
    'frozen-ledger',
    'the ledger frozen inside a transaction, and between two',
    'its standby ends it and serves in 5 s; an old generation commits nothing',
    { 'in-transaction': [...ENDED, MARKED], between: [...ON_REDIS, MARKED] },
  ),
  row('power-loss', 'power loss: only what was synced stays', 'every heard win is on the disk', {
    image: [],
  }),
  row(
    'disk',
    'disk full; read-only file; slow disk of 5 to 500 ms',
    'no unbacked win, retry, recovery when there is room; the loop stays free',
    { full: ON_REDIS, 'read-only': ON_REDIS, slow: ON_REDIS },
  ),
  row(
    'commit-fault',
    'I/O error under a commit',
    'nobody is answered, the process ends, the file decides at the restart',
    { fsync: ON_REDIS, write: ON_REDIS },
  ),
  row(
    'clock-jump',
    'wall clock of Redis, a gateway, the one process jumps by +120 s, -300 s, 1 h; daylight saving',
    'no window opens early, no timer fires twice',
    { redis: ENDED, gateway: ENDED, embedded: ENDED, 'daylight-saving': ENDED },
  ),
  row(
    'redis-odd',
    'SCRIPT FLUSH every 100 ms; Redis at maxmemory; a master that was replaced and lives on',
    'the next claim is judged, nothing evicted, the old epoch refused',
    { 'script-flush': ON_REDIS, maxmemory: ON_REDIS, 'zombie-master': [...ON_REDIS, MARKED] },
  ),
  row(
    'four-at-once',
    'four processes start at once on an empty file',
    'one migration, one ledger',
    { start: [] },
    {
      needsHits: false,
    },
  ),
  row(
    'messages',
    'every message twice, late and out of order; clients try again at another gateway',
    'the same verdicts',
    { disorder: ON_REDIS, 'another-gateway': ON_REDIS },
  ),
  row(
    'overload',
    '2,000 clients come back at once; 200 wallboards that read one byte a second',
    'claims within 3 times calm, memory bounded',
    { reconnects: ENDED, 'slow-walls': ENDED },
  ),
  row(
    'bad-input',
    '10,000 malformed frames and bodies, huge headers, prototype keys, wrong encodings',
    'an error each, the process lives, nothing is stored',
    { frames: [], bodies: [] },
    { needsHits: false },
  ),
  row('sigterm', 'SIGTERM in the middle of races', 'every claim answered, exit 0 in time', {
    embedded: [],
    redis: [],
  }),
];
