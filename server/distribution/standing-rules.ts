/** FAIR-21: how a rep stands against each cap, ratio and minimum, in the figures the limits are made of. Pure. */
import { type Day, localDay } from '../kernel/calendar.ts';
import { policyOf } from '../policy/policy-rules.ts';
import { proRata } from './cold-minimum-rules.ts';
import { claimsInWeek, claimsOnDay, OPEN_LEADS, returnedInWeek, weekOf } from './counter-rules.ts';
import {
  autoOwed,
  type CounterOf,
  claimsPerAutoRule,
  excessOf,
  type Rule,
  type RuledRep,
  type RuleInput,
  weeklyAllowanceRule,
  weeklyRules,
} from './fairness-rules.ts';

export interface Standing {
  rule: 'dailyCap' | 'maxOpenLeads' | 'hotPerWarm' | 'claimsPerAuto' | 'coldPerWeek' | 'weeklyAllowance';
  /** The policy's number. */
  limit: number;
  /** Counted so far: today, now, or this week; of `coldPerWeek`: without those that made up for last week. */
  used: number;
  /**
   * How many more before the rule stops the next; of `coldPerWeek`: how many are still to be claimed for this week, of its
   * minimum pro rata of the days worked, after those owed.
   */
  left: number;
  /** Weekly rules: leads to claim or take first (warm, assigned, or cold ones missed last week). */
  owed?: number;
  /** Weekly rules: a debt would not stop a claim on a lead that comes now, since nothing suitable was on offer. */
  waived?: boolean;
}

/** How many leads lift a ratio or a minimum, of those that it counts against the claims; 0: it is not in the way. */
export function owedBy(rule: Rule, repId: string, counterOf: CounterOf): number {
  const each = Math.max(1, ...rule.terms.map(({ coefficient }) => -coefficient));
  return Math.max(0, Math.ceil(excessOf(rule, repId, counterOf) / each));
}

/** Only of the rules that are on. */
export function standingOf(input: Omit<RuleInput, 'temperature'>, rep: RuledRep, nowMs: number): Standing[] {
  const { policy, counterOf } = input;
  const { dailyCap, maxOpenLeads } = policyOf(policy, rep.team).competition;
  const day = localDay(nowMs, rep.timeZone);
  const cap = (rule: Standing['rule'], limit: number | null, counter: string): Standing[] => {
    if (limit === null) return [];
    const used = counterOf(rep.id, counter);
    return [{ rule, limit, used, left: Math.max(0, limit - used) }];
  };
  return [
    ...cap('dailyCap', dailyCap, claimsOnDay(day)),
    ...cap('maxOpenLeads', maxOpenLeads, OPEN_LEADS),
    ...weeklyStanding(input, rep, day),
    ...allowanceStanding(rep, day, counterOf),
  ];
}

function allowanceStanding(rep: RuledRep, day: Day, counterOf: CounterOf): Standing[] {
  const limit = rep.weeklyAllowance ?? null;
  if (limit === null) return [];
  const excess = excessOf(weeklyAllowanceRule(limit, weekOf(day)), rep.id, counterOf);
  return [{ rule: 'weeklyAllowance', limit, used: excess + limit - 1, left: Math.max(0, 1 - excess) }];
}

function weeklyStanding(input: Omit<RuleInput, 'temperature'>, rep: RuledRep, day: Day): Standing[] {
  const { policy, counterOf } = input;
  const { hotPerWarm, claimsPerAuto, coldPerWeek } = policyOf(policy, rep.team).fairness;
  const week = weekOf(day);
  // A hot lead is under every weekly rule.
  const inForce = weeklyRules({ ...input, temperature: 'hot' }).on(rep, day);
  const ruleOf = (rule: Rule['rule']) => inForce.find((other) => other.rule === rule);
  const of = (counter: string) => counterOf(rep.id, counter);
  const claims = (temperature: 'hot' | 'warm' | 'cold') => of(claimsInWeek(temperature, week));
  const standing: Standing[] = [];
  if (hotPerWarm !== null) {
    const warm = claims('warm') - of(returnedInWeek('warm', week));
    const missing = claims('hot') - hotPerWarm * (warm + 1) + 1;
    standing.push({
      rule: 'hotPerWarm',
      limit: hotPerWarm,
      used: claims('hot'),
      left: Math.max(0, 1 - missing),
      owed: Math.max(0, Math.ceil(missing / hotPerWarm)),
      waived: ruleOf('hotPerWarm') === undefined,
    });
  }
  if (claimsPerAuto !== null) {
    standing.push({
      rule: 'claimsPerAuto',
      limit: claimsPerAuto,
      used: claims('hot') + claims('warm') + claims('cold'),
      left: Math.max(0, 1 - excessOf(claimsPerAutoRule(claimsPerAuto, week), rep.id, counterOf)),
      owed: autoOwed(policy, rep, day, counterOf),
      waived: ruleOf('claimsPerAuto') === undefined,
    });
  }
  if (coldPerWeek !== null)
    standing.push(coldStanding(input, rep, { week, minimum: coldPerWeek, rule: ruleOf('coldPerWeek') }));
  return standing;
}

/** FAIR-03: of this week's cold claims the first pay for what was missed last week, and no claim pays twice. */
function coldStanding(
  { counterOf, past }: Omit<RuleInput, 'temperature'>,
  rep: RuledRep,
  { week, minimum, rule }: { week: Day; minimum: number; rule: Rule | undefined },
): Standing {
  const claimed = counterOf(rep.id, claimsInWeek('cold', week)) - counterOf(rep.id, returnedInWeek('cold', week));
  const excess = rule === undefined ? -claimed : excessOf(rule, rep.id, counterOf);
  const used = claimed - Math.min(claimed, Math.max(0, excess + claimed));
  const own = past === undefined ? minimum : proRata(minimum, past.workedIn(rep.id, week));
  return {
    rule: 'coldPerWeek',
    limit: minimum,
    used,
    left: Math.max(0, own - used),
    owed: Math.max(0, excess),
    waived: rule === undefined,
  };
}
