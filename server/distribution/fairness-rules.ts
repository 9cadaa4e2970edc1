/**
 * Caps, ratios and minimums as inequalities over one rep's counters, and when one of them is waived. Pure.
 * Counters are read before the claim, so "may claim while n < 10" is `n <= 9`.
 *
 * - FAIR-11 `dailyCap`: claims of the day <= n - 1. A release gives nothing back.
 * - ROUTE-11 `maxOpenLeads`: leads held <= n - 1; assigned ones too, and one that is given back or finished
 *   makes room. A manager's word is not bound by it.
 * - FAIR-01 `hotPerWarm`, hot leads: hot - n × warm <= n - 1. Waived for a rep who was shown no warm lead
 *   this week.
 * - FAIR-02 `claimsPerAuto`, all leads: claims - n × accepted <= n - 1. Accepted: given by rotation and not
 *   given back. Waived for a rep who could have had none this week that it has not accepted: none went round
 *   in a rotation that the rep was in, or missed on a break. Who owes is served next.
 * - FAIR-03 `coldPerWeek`, hot and warm leads: what was missed last week is made up first
 *   (cold-minimum-rules.ts). n is pro rata of the days worked, no more than was shown to the rep in that week, and
 *   0 for a rep in the first 12 weeks, and for a week that ended under rules without this one.
 *
 * - COMP-35 `weeklyAllowance`: leads received this week, claimed, by rotation or by a manager, given back or not
 *   <= n - 1, where n is the rep's own. Bands are another's business (server/quota): here it is a number.
 *
 * A warm, cold or assigned lead that is given back pays for nothing any more; a hot one stays counted.
 * Waivers are decided when the offer opens: what comes later never tightens them.
 */
import type { Increment, Limit } from '../claims/arbiter.ts';
import { addDays, type Day, dayBounds, localDay } from '../kernel/calendar.ts';
import { remembered } from '../kernel/recent-map.ts';
import { type Policy, policyOf, type Temperature } from '../policy/policy-rules.ts';
import {
  COLD_WEEKS,
  type ColdWeek,
  coldAsked,
  coldPerWeekRule,
  type DaysWorked,
  proRata,
} from './cold-minimum-rules.ts';
import {
  autoInWeek,
  claimsInWeek,
  claimsOnDay,
  managerInWeek,
  OPEN_LEADS,
  returnedInWeek,
  weekOf,
} from './counter-rules.ts';

/** The value of one rep's counter, 0 when it never moved. */
export type CounterOf = (repId: string, counter: string) => number;

/** A limit without its window. */
export type Rule = Pick<Limit, 'rule' | 'terms' | 'max'>;

/** Of a temperature: alerted to; `assigned`: given to another while this one was in the rotation too. */
export type ShownKind = Temperature | 'assigned';

/** What waivers are decided by; where it is absent, nothing was ever on offer. */
export interface Past {
  /** Leads of a kind that this rep had its chance of in a week (its Monday). */
  shownOf(repId: string, kind: ShownKind, week: Day): number;
  /** The rules in force at an instant. */
  policyAt(ms: number): Policy;
  /** FAIR-03: how much of a week the rep was not away. */
  workedIn(repId: string, week: Day): DaysWorked;
}

export interface RuleInput {
  policy: Policy;
  /** Null: hidden (FAIR-05), so no rule of a temperature holds: a refusal would tell it. */
  temperature: Temperature | null;
  counterOf: CounterOf;
  past?: Past | undefined;
}

/** Of whom the rules are asked. */
export interface RuledRep {
  id: string;
  /** Whose rules the rep goes by; absent or null: the company's. */
  team?: string | null;
  timeZone: string;
  /** A local day; null: long ago. */
  hiredOn?: string | null;
  /** Leads a week that the rep may receive (COMP-33); null: any number. */
  weeklyAllowance?: number | null;
}

/** FAIR-16: from week 13 on a rep is no newcomer. */
const NEWCOMER_DAYS = 12 * 7;

const TEMPERATURES: readonly Temperature[] = ['hot', 'warm', 'cold'];
const plus = (counter: string) => ({ counter, coefficient: 1 });
const times = (coefficient: number, counter: string) => ({ counter, coefficient });

/** What holds on a local day for everybody alike who goes by this policy: `policyOf` the rep's team. */
export function rulesForAll(policy: Policy, day: Day): Rule[] {
  const { dailyCap, maxOpenLeads } = policy.competition;
  const rules: Rule[] = [];
  if (dailyCap !== null) rules.push({ rule: 'dailyCap', terms: [plus(claimsOnDay(day))], max: dailyCap - 1 });
  if (maxOpenLeads !== null) rules.push(maxOpenLeadsRule(maxOpenLeads));
  return rules;
}

function maxOpenLeadsRule(maxOpenLeads: number) {
  return { rule: 'maxOpenLeads' as const, terms: [plus(OPEN_LEADS)], max: maxOpenLeads - 1 };
}

/** What a win counts by day and week. Every offer counts, ruled or not: a rule of noon knows the morning. */
export function countersMoved(temperature: Temperature, day: Day): Pick<Increment, 'counter' | 'by'>[] {
  return [
    { counter: claimsOnDay(day), by: 1 },
    { counter: claimsInWeek(temperature, weekOf(day)), by: 1 },
  ];
}

/** FAIR-01. */
export function hotPerWarmRule(each: number, week: Day): Rule {
  const terms = [
    plus(claimsInWeek('hot', week)),
    times(-each, claimsInWeek('warm', week)),
    times(each, returnedInWeek('warm', week)),
  ];
  return { rule: 'hotPerWarm', terms, max: each - 1 };
}

/** FAIR-02. */
export function claimsPerAutoRule(each: number, week: Day): Rule {
  const terms = [
    ...TEMPERATURES.map((temperature) => plus(claimsInWeek(temperature, week))),
    times(-each, autoInWeek(week)),
    times(each, returnedInWeek('auto', week)),
  ];
  return { rule: 'claimsPerAuto', terms, max: each - 1 };
}

/** FAIR-12: of the base load of this week so many are given and no more; they count that a manager gave too. */
export function baseLoadRule(leads: number, week: Day): Rule {
  return { rule: 'onboarding', terms: [autoInWeek(week), managerInWeek(week)].map(plus), max: leads - 1 };
}

/** COMP-35. */
export function weeklyAllowanceRule(allowance: number, week: Day): Rule & { rule: 'weeklyAllowance' } {
  const claims = TEMPERATURES.map((temperature) => claimsInWeek(temperature, week));
  return {
    rule: 'weeklyAllowance',
    terms: [...claims, autoInWeek(week), managerInWeek(week)].map(plus),
    max: allowance - 1,
  };
}

/** By how much a rule is passed over a rep's counters: the claim is refused above 0. */
export function excessOf({ terms, max }: Rule, repId: string, counterOf: CounterOf): number {
  return terms.reduce((sum, { counter, coefficient }) => sum + coefficient * counterOf(repId, counter), 0) - max;
}

export interface WeeklyRules {
  /** The weekly rules of an offer for one rep, after waivers, on a local day: the same list for the same rules. */
  on(rep: RuledRep, day: Day): Rule[];
}

/** What is the same for all reps of a team and zone on one day. */
interface Week {
  week: Day;
  /** The weeks before, last week first. */
  before: PastWeek[];
}

interface PastWeek {
  week: Day;
  /** Who was hired after this day was a newcomer then. */
  newcomerAfter: Day;
  /** `coldPerWeek` when it ended. */
  coldThen: number;
  claims: string;
  returned: string;
}

/** The weekly rules of one offer. */
export function weeklyRules({ policy, temperature, counterOf, past }: RuleInput): WeeklyRules {
  const weeks = new Map<Day, Map<string | null, Map<string, Week>>>();
  const lists = new Map<string, Rule[]>();
  /** Most reps are alike: their list is found without a key. */
  let last: ({ week: Day; rules: Rule[] } & Record<'cold' | 'hot' | 'auto' | 'allowance', number | null>) | undefined;

  /** FAIR-02: whether there was an assigned lead this week that this rep could have had, and has not accepted. */
  function isAutoOnOffer(repId: string, week: Day): boolean {
    return counterOf(repId, returnedInWeek('auto', week)) > 0 || (past?.shownOf(repId, 'assigned', week) ?? 0) > 0;
  }

  function weekAt({ timeZone: zone, team }: RuledRep, day: Day): Week {
    const week = weekOf(day);
    const { coldPerWeek } = policyOf(policy, team).fairness;
    const before = Array.from({ length: coldPerWeek === null ? 0 : COLD_WEEKS }, (_, index): PastWeek => {
      const ago = addDays(week, -7 * (index + 1));
      const then = past?.policyAt(dayBounds(addDays(ago, 7), zone).fromMs - 1);
      return {
        week: ago,
        newcomerAfter: addDays(ago, -NEWCOMER_DAYS),
        coldThen: (then && policyOf(then, team).fairness.coldPerWeek) ?? 0,
        claims: claimsInWeek('cold', ago),
        returned: returnedInWeek('cold', ago),
      };
    });
    return { week, before };
  }

  function coldWeek(rep: RuledRep, { week, newcomerAfter, coldThen, claims, returned }: PastWeek): ColdWeek {
    const { coldPerWeek, waiveIfNone } = policyOf(policy, rep.team).fairness;
    const isNew = rep.hiredOn != null && rep.hiredOn > newcomerAfter;
    if (past === undefined || coldPerWeek === null || isNew) return { required: 0, claimed: 0 };
    const minimum = proRata(Math.min(coldPerWeek, coldThen), past.workedIn(rep.id, week));
    const required = waiveIfNone ? Math.min(minimum, past.shownOf(rep.id, 'cold', week)) : minimum;
    return { required, claimed: counterOf(rep.id, claims) - counterOf(rep.id, returned) };
  }

  function coldOf(rep: RuledRep, { before }: Week): number {
    const { coldPerWeek } = policyOf(policy, rep.team).fairness;
    if (coldPerWeek === null || temperature === null || temperature === 'cold' || past === undefined) return 0;
    return coldAsked((weeks) => coldWeek(rep, before[weeks - 1] as PastWeek));
  }

  return {
    on(rep, day) {
      const { hotPerWarm, claimsPerAuto, coldPerWeek, waiveIfNone } = policyOf(policy, rep.team).fairness;
      const allowance = rep.weeklyAllowance ?? null;
      const isRuled = hotPerWarm !== null || claimsPerAuto !== null || coldPerWeek !== null || allowance !== null;
      if (!isRuled) return NONE;
      const ofDay = remembered(weeks, day, () => new Map<string | null, Map<string, Week>>());
      const ofTeam = remembered(ofDay, rep.team ?? null, () => new Map<string, Week>());
      const at = remembered(ofTeam, rep.timeZone, () => weekAt(rep, day));
      const { week } = at;
      const cold = coldOf(rep, at);
      const isWarmOnOffer = !waiveIfNone || (past?.shownOf(rep.id, 'warm', week) ?? 0) > 0;
      const hot = temperature === 'hot' && isWarmOnOffer ? hotPerWarm : null;
      const auto = claimsPerAuto !== null && (!waiveIfNone || isAutoOnOffer(rep.id, week)) ? claimsPerAuto : null;
      if (last?.week === week && last.cold === cold && last.hot === hot && last.auto === auto) {
        if (last.allowance === allowance) return last.rules;
      }
      const rules = remembered(lists, `${week} ${cold} ${hot} ${auto} ${allowance}`, () => [
        ...(allowance === null ? [] : [weeklyAllowanceRule(allowance, week)]),
        ...(cold > 0 ? [coldPerWeekRule(cold, week)] : []),
        ...(hot === null ? [] : [hotPerWarmRule(hot, week)]),
        ...(auto === null ? [] : [claimsPerAutoRule(auto, week)]),
      ]);
      last = { week, cold, hot, auto, allowance, rules };
      return rules;
    },
  };
}

const NONE: Rule[] = [];

/** FAIR-02: how many assigned leads a rep owes this week; who owes is served next (COMP-23). */
export function autoOwed(
  policy: Policy,
  { id, team }: Pick<RuledRep, 'id' | 'team'>,
  day: Day,
  counterOf: CounterOf,
): number {
  const each = policyOf(policy, team).fairness.claimsPerAuto;
  if (each === null) return 0;
  return Math.max(0, Math.ceil(excessOf(claimsPerAutoRule(each, weekOf(day)), id, counterOf) / each));
}

/** ROUTE-11, COMP-35: what a lead is held to that a rule or the rotation gives. */
export function roomLimits(
  policy: Policy,
  { team, timeZone, weeklyAllowance = null }: RuledRep,
  nowMs: number,
): (Rule & { rule: 'maxOpenLeads' | 'weeklyAllowance' })[] {
  const { maxOpenLeads } = policyOf(policy, team).competition;
  return [
    ...(maxOpenLeads === null ? [] : [maxOpenLeadsRule(maxOpenLeads)]),
    ...(weeklyAllowance === null ? [] : [weeklyAllowanceRule(weeklyAllowance, weekOf(localDay(nowMs, timeZone)))]),
  ];
}

/** What keeps a rep from being given one more lead by rotation; null: nothing. */
export function roomAgainst(
  policy: Policy,
  rep: RuledRep,
  nowMs: number,
  counterOf: CounterOf,
): 'maxOpenLeads' | 'weeklyAllowance' | null {
  return roomLimits(policy, rep, nowMs).find((limit) => excessOf(limit, rep.id, counterOf) > 0)?.rule ?? null;
}
