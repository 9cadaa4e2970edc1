/**
 * The names of one cell's keys in Redis. The braces make them one hash slot, so that a script may
 * touch them all; the claim's script, and some others, make the same names from the prefix.
 */
export interface RedisKeys {
  prefix: string;
  epoch: string;
  /** The highest epoch this Redis has seen: an older ledger finds itself superseded. */
  highestEpoch: string;
  wins: string;
  /** Counts settlements, so that a Redis that went back in time is found out. */
  settlements: string;
  testClock: string;
  cellGate: string;
  leads: string;
  teamGate(team: string): string;
  repGate(repId: string): string;
  offer(offerId: string): string;
  lead(leadId: string): string;
  counters(repId: string): string;
  attempts(repId: string): string;
  request(repId: string, requestId: string): string;
  cause(repId: string, counter: string, causeId: string): string;
}

export function redisKeys(cell: string): RedisKeys {
  const prefix = `{${cell}}:`;
  return {
    prefix,
    epoch: `${prefix}epoch`,
    highestEpoch: `${prefix}highest-epoch`,
    wins: `${prefix}wins`,
    settlements: `${prefix}settlements`,
    testClock: testClockKey(cell),
    cellGate: `${prefix}gate:cell`,
    leads: `${prefix}lead:`,
    teamGate: (team) => `${prefix}gate:team:${team}`,
    repGate: (repId) => `${prefix}gate:rep:${repId}`,
    offer: (offerId) => `${prefix}offer:${offerId}`,
    lead: (leadId) => `${prefix}lead:${leadId}`,
    counters: (repId) => `${prefix}counters:${repId}`,
    attempts: (repId) => `${prefix}attempts:${repId}`,
    request: (repId, requestId) => `${prefix}request:${repId}:${requestId}`,
    cause: (repId, counter, causeId) => `${prefix}cause:${repId}:${counter}:${causeId}`,
  };
}

/**
 * While this key exists its value (milliseconds since 1970) is the arbiter's time, so that tests can
 * stand still. A live cell must refuse to start when it exists.
 */
export function testClockKey(cell: string): string {
  return `{${cell}}:test-clock`;
}
