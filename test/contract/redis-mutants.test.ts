/**
 * The scripts, wrong on purpose in one place at a time: the probe of the rule that the mutant breaks must
 * catch it, and the classic ones must be found by random schedules too.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type ScriptName, scripts } from '../../server/claims/redis-scripts.ts';
import { connect, patientClock, redisBench, type TestConnection } from '../support/arbiter-benches.ts';
import { edited } from '../support/mutated-source.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { contractProbes } from './arbiter-contract-probes.ts';
import { expectFoundBySchedules, expectKilledBy } from './mutants.ts';
import { redisProbes } from './redis-probes.ts';

interface Mutant {
  script: ScriptName;
  rule: string;
  title: string;
  from: string;
  to: string;
}

function mutant(script: ScriptName, rule: string, title: string, from: string, to: string): Mutant {
  return { script, rule, title, from, to };
}

const mutants: readonly Mutant[] = [
  mutant(
    'claim',
    'AR18',
    'no opensAt check',
    "if early then return answer('early'",
    "if false then return answer('early'",
  ),
  mutant('claim', 'AR18', 'opensAt one millisecond late', 'local early = now < ', 'local early = now <= '),
  mutant(
    'claim',
    'AR18',
    'early remembered for the request',
    "if early then return answer('early', opens) end",
    "if early or (known and not tried) then return answer('early', opens) end",
  ),
  mutant('claim', 'AR12', 'no check of the winner', 'if winner then', 'if false then'),
  mutant('claim', 'AR20', 'no limit check', 'if broken then', 'if false then'),
  mutant('claim', 'AR20', 'a limit off by one', 'sum > limit[2]', 'sum > limit[2] + 1'),
  mutant('claim', 'AR22', 'counters never added', "call('HINCRBY', counters, gain[1], gain[2])", ''),
  mutant(
    'claim',
    'AR21',
    'increments out of their time',
    'in_force(gain[3], gain[4], gain[5])',
    'in_force(0, 1e300, gain[5])',
  ),
  mutant(
    'claim',
    'AR21',
    'limits out of their time',
    'in_force(limit[3], limit[4], limit[5])',
    'in_force(0, 1e300, limit[5])',
  ),
  mutant(
    'claim',
    'AR21',
    'limits and increments of other lanes',
    "(lanes == '' or string.find(lanes, lane, 1, true))",
    'true',
  ),
  mutant('claim', 'AR16', 'closesAt still inside', 'if now >= tonumber(closes)', 'if now > tonumber(closes)'),
  mutant('claim', 'AR16', 'no closesAt check', 'if now >= tonumber(closes)', 'if false'),
  mutant('claim', 'AR7', 'no deadline', 'if now > tonumber(ARGV[5]) then', 'if false then'),
  mutant('claim', 'AR5', 'the own win not recognized', 'if winner == rep then', 'if false then'),
  mutant('claim', 'AR5', 'the own claim forgotten', "if state == 'claimed' then return answer('owned', '') end", ''),
  mutant(
    'claim',
    'AR10',
    'no membership',
    "if not member then return answer('refused', 'notInOffer') end",
    "if not member then member = '0 0 0' end",
  ),
  mutant('claim', 'AR11', 'no rep gate', 'if tonumber(generation) > tonumber(stamp) then', 'if false then'),
  mutant('claim', 'AR17', 'no team gate', 'if tonumber(generation) > team[2] then', 'if false then'),
  mutant('claim', 'AR6', 'no cell gate', 'tonumber(generation) > tonumber(cell_stamp)', 'false'),
  mutant(
    'claim',
    'AR2',
    'a repeat judged on a later offer',
    '== 1 then id = known_offer',
    '== 2 then id = known_offer',
  ),
  mutant('claim', 'AR4', 'request ids not remembered', "if not known then call('SET'", "if false then call('SET'"),
  mutant('claim', 'AR13', 'byMs counted from the last try', 'met = tonumber(known_at)', 'met = now'),
  mutant('claim', 'AR19', 'every first claim counted', 'if (early or tried) and beyond_rate()', 'if beyond_rate()'),
  mutant('claim', 'AR19', 'repeats not counted', 'if (early or tried) and beyond_rate()', 'if early and beyond_rate()'),
  mutant('claim', 'AR1', 'an offer of any lead', 'if of_lead ~= lead then', 'if false then'),
  mutant('claim', 'AR6', 'no epoch', 'if not epoch or epoch ~= ARGV[7] then', 'if false then'),
  mutant('claim', 'AR18', 'a clock of its own', 'local now = tonumber(standing)', 'local now = nil'),
  mutant(
    'claim',
    'AR22',
    'the offer marked before the stream',
    "local won = call('XADD'",
    "call('HSET', key, 'state', 'pending', 'winner', rep)\nlocal won = call('XADD'",
  ),
  mutant('claim', 'AR8', 'no check of the clocks', 'math.abs(now - tonumber(ARGV[6])) > 500', 'false'),
  mutant(
    'claim',
    'AR8',
    'only one way of the clocks',
    'math.abs(now - tonumber(ARGV[6])) > 500',
    'now - ARGV[6] > 500',
  ),
  mutant('claim', 'AR40', 'a stream with an end', "'wins', '*'", "'wins', 'MAXLEN', 1, '*'"),
  mutant(
    'settle',
    'AR32',
    'given back by the lane of today',
    "'increments', 'lane')",
    "'increments', 'm:' .. ARGV[3])",
  ),
  mutant('settle', 'AR40', 'the stream trimmed to nothing', "'MINID', ARGV[8]", "'MAXLEN', 0"),
  mutant(
    'renew',
    'AR39',
    'an emptied Redis renewed',
    "if not highest then return 'emptied' end",
    'highest = highest or ARGV[1] + 0',
  ),
  mutant('renew', 'AR39', 'an older ledger renewed', 'if highest > tonumber(ARGV[1])', 'if false'),
  mutant('renew', 'AR39', 'an older snapshot renewed', 'if highest < tonumber(ARGV[1])', 'if false'),
  mutant('renew', 'AR39', 'a lost settlement overlooked', '< tonumber(ARGV[3])', '< 0'),
  mutant('takeOver', 'AR39', 'an older ledger takes over', '> tonumber(ARGV[1])', '> 1e15'),
  mutant('takeOver', 'AR39', 'the gate left open', "call('DEL', KEYS[1])", ''),
  mutant('takeOver', 'AR39', 'the stream begins anew', "if ARGV[2] ~= '0' then", 'if false then'),
  mutant('raise', 'AR37', 'a late raise raises', 'if tonumber(ARGV[1]) <= stands then return stands end', ''),
  mutant('settle', 'AR32', 'reopened without giving back', "call('HINCRBY', KEYS[3], gain[1], -gain[2])", ''),
  mutant('settle', 'AR34', 'any settlement settles', ' and order == ARGV[2]', ''),
  mutant('settle', 'AR34', 'an offer put up anew never claimed', "(its_own or state == 'open')", 'its_own'),
  mutant(
    'open',
    'AR24',
    'opened twice is opened anew',
    "if stamped and cell <= tonumber(stamped) then return 'stands' end",
    '',
  ),
  mutant('admit', 'AR28', 'a lane later', 'stands = math.min(stands, opens)', 'stands = opens'),
  mutant(
    'extend',
    'AR29',
    'closesAt earlier',
    'if tonumber(ARGV[1]) <= tonumber(closes) then return tonumber(closes) end',
    '',
  ),
  mutant('close', 'AR30', 'a pending offer closed', "if state == 'pending' then return { 'pending' } end", ''),
  mutant('hold', 'AR44', 'a hold over a pending win', "order == ARGV[4] and 'held' or 'pending'", "'held'"),
  mutant('hold', 'AR44', 'the same hold is another', "order == ARGV[4] and 'held' or 'pending'", "'pending'"),
  mutant('hold', 'AR44', 'held after the deadline', 'if now > tonumber(ARGV[5])', 'if false'),
  mutant('hold', 'AR44', 'a clock of its own', "tonumber(redis.call('GET', KEYS[2]))", 'nil'),
  mutant(
    'settle',
    'AR44',
    'a hold given back as a win',
    'lane and cjson.decode(increments) or {}',
    'cjson.decode(increments)',
  ),
  mutant('settle', 'AR44', 'a lane left behind', "'order', 'lane')\n  call('HSET'", "'order')\n  call('HSET'"),
  mutant('settle', 'AR44', 'closed as claimed', "if outcome == 'closed' then", 'if false then'),
  mutant('count', 'AR35', 'a cause counted twice', "'NX', 'EX'", "'EX'"),
];

/** The classic ones; the embedded arbiter's mutants are all found so, at a tenth of the time. */
const FOUND_BY_SCHEDULES = [
  'no opensAt check',
  'opensAt one millisecond late',
  'early remembered for the request',
  'no check of the winner',
  'no limit check',
  'a limit off by one',
  'counters never added',
  'request ids not remembered',
  'no deadline',
  'no rep gate',
];

describe('redis: mutants of the scripts', () => {
  let server: TestRedis;
  let redis: TestConnection;

  beforeAll(async () => {
    server = await startRedis();
    redis = await connect(server.url, 'plain');
  });

  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  const patient = (texts: typeof scripts) => () => redisBench(redis, { scripts: texts, clock: patientClock() });

  test.for(mutants)('$rule $script: $title', async ({ script, rule, from, to }) => {
    const text = edited(scripts[script], { file: `${script}.lua`, from, to });
    // A text that does not compile would be caught by anything, and prove nothing.
    await redis.script('LOAD', text);
    await expectKilledBy(rule, patient({ ...scripts, [script]: text }), [...contractProbes, ...redisProbes]);
  });

  test.for(mutants.filter(({ title }) => FOUND_BY_SCHEDULES.includes(title)))(
    '$rule $script: $title, found without looking for it',
    async ({ script, from, to }) => {
      const text = edited(scripts[script], { file: `${script}.lua`, from, to });
      await expectFoundBySchedules(patient({ ...scripts, [script]: text }));
    },
  );

  test('the scripts as they are pass every probe', async () => {
    for (const probe of [...contractProbes, ...redisProbes]) {
      const bench = await patient(scripts)();
      await probe.run(bench);
      await bench.end();
    }
  });
});
