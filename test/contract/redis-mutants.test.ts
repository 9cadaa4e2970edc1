/**
 * The contract's probes against scripts that are wrong on purpose: each mutant must be caught by at
 * least one probe, or the probes prove less than they seem to.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScriptName, scripts } from '../../server/claims/redis-scripts.ts';
import { connect, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { contractProbes } from './arbiter-contract-probes.ts';
import { redisProbes } from './redis-probes.ts';

interface Mutant {
  title: string;
  script: ScriptName;
  from: string;
  to: string;
}

function mutant(script: ScriptName, title: string, from: string, to: string): Mutant {
  return { title, script, from, to };
}

const mutants: readonly Mutant[] = [
  mutant('claim', 'no opensAt check', "if early then return answer('early'", "if false then return answer('early'"),
  mutant('claim', 'opensAt one millisecond late', 'local early = now < ', 'local early = now <= '),
  mutant('claim', 'no check of the winner', 'if winner then', 'if false then'),
  mutant('claim', 'no limit check', 'if broken then', 'if false then'),
  mutant('claim', 'a limit off by one', 'sum > limit[2]', 'sum > limit[2] + 1'),
  mutant('claim', 'counters never added', "call('HINCRBY', counters, gain[1], gain[2])", ''),
  mutant('claim', 'increments out of their time', 'in_force(gain[3], gain[4], gain[5])', 'in_force(0, 1e300, gain[5])'),
  mutant('claim', 'limits out of their time', 'in_force(limit[3], limit[4], limit[5])', 'in_force(0, 1e300, limit[5])'),
  mutant('claim', 'limits and increments of other lanes', "(lanes == '' or string.find(lanes, lane, 1, true))", 'true'),
  mutant('claim', 'closesAt still inside', 'if now >= tonumber(closes)', 'if now > tonumber(closes)'),
  mutant('claim', 'no deadline', 'if now > tonumber(ARGV[5]) then', 'if false then'),
  mutant('claim', 'the own win not recognized', 'if winner == rep then', 'if false then'),
  mutant('claim', 'the own claim forgotten', "if state == 'claimed' then return answer('owned', '') end", ''),
  mutant(
    'claim',
    'no membership',
    "if not member then return answer('refused', 'notInOffer') end",
    "if not member then member = '0 0 0' end",
  ),
  mutant('claim', 'no rep gate', 'if tonumber(generation) > tonumber(stamp) then', 'if false then'),
  mutant('claim', 'no team gate', 'if tonumber(generation) > team[2] then', 'if false then'),
  mutant('claim', 'no cell gate', 'tonumber(generation) > tonumber(cell_stamp)', 'false'),
  mutant('claim', 'request ids not remembered', "if not known then call('SET'", "if false then call('SET'"),
  mutant('claim', 'byMs counted from the last try', 'met = tonumber(known_at)', 'met = now'),
  mutant('claim', 'every first claim counted', 'if (early or tried) and beyond_rate()', 'if beyond_rate()'),
  mutant('claim', 'repeats not counted', 'if (early or tried) and beyond_rate()', 'if early and beyond_rate()'),
  mutant('claim', 'an offer of any lead', 'if of_lead ~= lead then', 'if false then'),
  mutant('claim', 'no epoch', 'if not epoch or epoch ~= ARGV[7] then', 'if false then'),
  mutant('claim', 'a clock of its own', 'local now = tonumber(standing)', 'local now = nil'),
  mutant(
    'claim',
    'the offer marked before the stream',
    "local won = call('XADD'",
    "call('HSET', key, 'state', 'pending', 'winner', rep)\nlocal won = call('XADD'",
  ),
  mutant('settle', 'reopened without giving back', "call('HINCRBY', KEYS[3], gain[1], -gain[2])", ''),
  mutant('settle', 'any settlement settles', ' and order == ARGV[2]', ''),
  mutant('settle', 'an offer put up anew never claimed', "(its_own or state == 'open')", 'its_own'),
  mutant(
    'open',
    'opened twice is opened anew',
    "if stamped and cell <= tonumber(stamped) then return 'stands' end",
    '',
  ),
  mutant('admit', 'a lane later', 'stands = math.min(stands, opens)', 'stands = opens'),
  mutant('extend', 'closesAt earlier', 'if tonumber(ARGV[1]) <= tonumber(closes) then return tonumber(closes) end', ''),
  mutant('close', 'a pending offer closed', "if state == 'pending' then return { 'pending' } end", ''),
  mutant('count', 'a cause counted twice', "'NX', 'EX'", "'EX'"),
];

describe('redis: mutants of the scripts', () => {
  let server: TestRedis;
  let redis: TestConnection;

  beforeAll(async () => {
    server = await startRedis();
    redis = await connect(server.url, 'claims');
  });

  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  test.for(mutants)('$script: $title', async ({ script, from, to }) => {
    const text = scripts[script].replace(from, to);
    expect(text).not.toBe(scripts[script]);
    // A text that does not compile would be caught by anything, and prove nothing.
    await redis.script('LOAD', text);
    expect(await probesThatFail({ ...scripts, [script]: text })).not.toEqual([]);
  });

  test('the scripts as they are pass every probe', async () => {
    expect(await probesThatFail(scripts)).toEqual([]);
  });

  /** The title of the first probe that fails, which is enough. */
  async function probesThatFail(texts: typeof scripts): Promise<string[]> {
    for (const probe of [...contractProbes, ...redisProbes]) {
      const bench = await redisBench(redis, { scripts: texts });
      try {
        await probe.run(bench);
      } catch {
        return [probe.title];
      } finally {
        await bench.end();
      }
    }
    return [];
  }
});
