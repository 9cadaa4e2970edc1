/**
 * The section `routing` (ROUTE-01..16, 26): an ordered list of rules, the first that matches a lead decides who may
 * have it and how. No rules: one race for everybody, as if there were one rule that says so.
 */
import { z } from 'zod';

/** Deeper trees are not written by people. */
const DEPTH_MAX = 5;
const BRANCHES_MAX = 20;
const WORDS_MAX = 100;
const RULES_MAX = 200;
const FALLBACKS_MAX = 5;
/** As deep as `tier` of a rep goes (client-sdk/protocol/http.ts). */
const TIERS_MAX = 20;

export const TEXT_FIELDS = [
  'country',
  'region',
  'industry',
  'source',
  'type',
  'temperature',
  'pool',
  'signals',
] as const;
export const NUMBER_FIELDS = ['companySize', 'score', 'dealValue'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];
export type NumberField = (typeof NUMBER_FIELDS)[number];

const name = z.string().trim().min(1).max(200);
const words = z.array(name).min(1).max(WORDS_MAX);
const bound = z.number().min(0);

/** What a lead is compared with. What a lead does not say is never equal, above or below. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  /** Case and outer spaces never matter; of `signals` one is enough. */
  | { field: TextField; in: string[] }
  /** `from` is inside, `below` outside (CON-24: an enterprise has 500 people or more). */
  | { field: NumberField; from?: number | undefined; below?: number | undefined }
  /** Whether the lead's company is one of `/v1/accounts`. */
  | { field: 'accountKnown'; is: boolean };

const comparison = z.union([
  z.strictObject({ field: z.enum(TEXT_FIELDS), in: words }),
  z
    .strictObject({ field: z.enum(NUMBER_FIELDS), from: bound.optional(), below: bound.optional() })
    .refine(({ from, below }) => from !== undefined || below !== undefined, 'has neither from nor below'),
  z.strictObject({ field: z.literal('accountKnown'), is: z.boolean() }),
]);

/** A schema for each depth, so that no body, however deep, is followed further than a person would write. */
function conditionOf(depth: number): z.ZodType<Condition> {
  if (depth === 1) return comparison;
  const inner = conditionOf(depth - 1);
  const branches = z.array(inner).min(1).max(BRANCHES_MAX);
  return z.union([
    comparison,
    z.strictObject({ all: branches }),
    z.strictObject({ any: branches }),
    z.strictObject({ not: inner }),
  ]);
}

/** Reps by attributes: a rep is in it who has one of the values of every list that is named. */
const segment = z
  .strictObject({
    teams: words.optional(),
    territories: words.optional(),
    verticals: words.optional(),
    products: words.optional(),
    /** SDR, AE, solutions engineer ... */
    functions: words.optional(),
    seniorities: words.optional(),
    languages: words.optional(),
    tiers: z.array(z.number().int().min(1).max(TIERS_MAX)).min(1).max(TIERS_MAX).optional(),
  })
  .refine((one) => Object.values(one).some((list) => list !== undefined), 'names no attribute');

const target = z.union([
  z.strictObject({ everybody: z.literal(true) }),
  z.strictObject({ reps: words }),
  z.strictObject({ teams: words }),
  z.strictObject({ segment }),
  z.strictObject({ teamPool: name }),
]);

/**
 * `race`: all at once, the first tap wins. `queue`: the same lanes and limits, listed and claimable, and nobody is alerted. `roundRobin`: the
 * one whose last turn is longest ago. `weighted`: the same, a turn counting by the tier's weight (ROUTE-09).
 * `accountOwner`: the rep whose account the company is (ROUTE-05). `pool`: any member of a team pool may work it (DIST-08).
 */
export const METHODS = ['race', 'queue', 'roundRobin', 'weighted', 'accountOwner', 'pool'] as const;
const step = {
  target: target.default({ everybody: true }),
  method: z.enum(METHODS),
  /** For `weighted`: tier 1 first; a deeper tier has the last one (ROUTE-09, P: 3 to 1). */
  weights: z.array(z.number().int().min(1).max(100)).min(1).max(TIERS_MAX).optional(),
};

/** A lead of a team pool has the pool's members and no others. */
const poolHasTarget: [(one: { method: string; target: object }) => boolean, { message: string; path: string[] }] = [
  ({ method, target }) => (method === 'pool') === 'teamPool' in target,
  { message: 'pool goes with a target {teamPool}, and with no other', path: ['method'] },
];

const rule = z.strictObject({
  name,
  /** Absent: every lead. */
  when: conditionOf(DEPTH_MAX).optional(),
  ...step,
  /** Tried in this order when nobody of the target is available, or nobody claimed; then the ops queue (ROUTE-15). */
  fallback: z
    .array(z.strictObject(step).refine(...poolHasTarget))
    .max(FALLBACKS_MAX)
    .default([]),
});

const TEAM_POOLS_MAX = 100;
/** Two hours: as long as an owner has who does not answer (ROUTE-14). */
const ALARM_SECONDS = 7200;

/** A named pool of one team (DIST-08). */
const teamPool = z.strictObject({
  /** Its members are the team's reps. */
  team: name,
  /** `firstContact`: who first calls or writes owns the lead. `shared`: all members work it until one of them closes it. */
  ownership: z.enum(['firstContact', 'shared']).default('firstContact'),
  /** A lead that nobody has worked for so long is told to those who watch the ops queue (DIST-09), again and again. */
  alarmSeconds: z
    .number()
    .int()
    .min(60)
    .max(30 * 86_400)
    .default(ALARM_SECONDS),
});

const CRITERIA = ['territory', 'vertical', 'product'] as const;
const criteria = z.array(z.enum(CRITERIA)).max(CRITERIA.length);

const sections = z.strictObject({
  rules: z
    .array(rule.refine(...poolHasTarget))
    .max(RULES_MAX)
    .refine((rules) => new Set(rules.map((one) => one.name)).size === rules.length, 'names a rule twice')
    .default([]),
  /** By name, for rules whose method is `pool`. */
  teamPools: z
    .record(name, teamPool)
    .refine((pools) => Object.keys(pools).length <= TEAM_POOLS_MAX, `has more than ${TEAM_POOLS_MAX} pools`)
    .default({}),
  /** ROUTE-26: what bounds every target of a pool, beside its rule. A rep who has none of an attribute serves all. */
  criteria: z.strictObject({ premium: criteria, standard: criteria }).default({ premium: [], standard: [] }),
  /** ROUTE-12: who is left out of what opens now. A break always leaves out. */
  availability: z
    .strictObject({ timeOff: z.boolean().default(false), workingHours: z.boolean().default(false) })
    .default({ timeOff: false, workingHours: false }),
});

export const routingSection = sections.superRefine(({ rules, teamPools }, context) => {
  for (const [index, { target: ofRule, fallback }] of rules.entries()) {
    for (const [at, one] of [ofRule, ...fallback.map((step) => step.target)].entries()) {
      if (!('teamPool' in one) || Object.hasOwn(teamPools, one.teamPool)) continue;
      const place = at === 0 ? [] : ['fallback', at - 1];
      const path = ['rules', index, ...place, 'target', 'teamPool'];
      context.addIssue({ code: 'custom', path, message: 'is no pool of teamPools' });
    }
  }
});

export type RoutingPolicy = z.infer<typeof routingSection>;
export type RoutingRule = RoutingPolicy['rules'][number];
export type TeamPool = RoutingPolicy['teamPools'][string];
export type Method = (typeof METHODS)[number];
export type Criterion = (typeof CRITERIA)[number];
export type Target = z.infer<typeof target>;
export type Segment = z.infer<typeof segment>;
export interface Step {
  target: Target;
  method: Method;
  weights?: number[] | undefined;
  /** Of `pool`: the pool's name; its target is the pool's team then. */
  teamPool?: string;
}

/** By turns, to whoever has access to the lead's pool (COMP-19). A target that is named is its author's word. */
export function pushesToAll({ method, target }: Step): boolean {
  return (method === 'roundRobin' || method === 'weighted') && 'everybody' in target;
}

/** ROUTE-09 (P): a top performer gets three leads for one of the deepest tier. */
export const WEIGHTS: readonly number[] = [3, 2, 1];

export const EVERYBODY: Target = { everybody: true };
export const ROUTING_OFF: RoutingPolicy = {
  rules: [],
  teamPools: {},
  criteria: { premium: [], standard: [] },
  availability: { timeOff: false, workingHours: false },
};

/** An account's lead goes to its owner (ROUTE-05). */
export const KNOWN_ACCOUNT: RoutingRule = {
  name: 'known account',
  when: { field: 'accountKnown', is: true },
  target: EVERYBODY,
  method: 'accountOwner',
  fallback: [{ target: EVERYBODY, method: 'roundRobin' }],
};

const REFERRAL_WORDS = ['referral', 'referral programme', 'referral program', 'partner referral'];

/** Tier 1, then tier 2, by whose turn it is. */
export const TOP_PERFORMERS_FIRST: Pick<RoutingRule, 'target' | 'method' | 'fallback'> = {
  target: { segment: { tiers: [1] } },
  method: 'roundRobin',
  fallback: [{ target: { segment: { tiers: [2] } }, method: 'roundRobin' }],
};

/** A referral is pushed, where a race runs too (DIST-20, ROUTE-10, CON-46). Whoever else has access is its last resort. */
export const REFERRAL: RoutingRule = {
  name: 'referral',
  when: {
    any: [
      { field: 'source', in: REFERRAL_WORDS },
      { field: 'type', in: ['referral'] },
    ],
  },
  ...TOP_PERFORMERS_FIRST,
  fallback: [...TOP_PERFORMERS_FIRST.fallback, { target: EVERYBODY, method: 'roundRobin' }],
};

/** The spec's defaults: known accounts and referrals are pushed, all else is raced for (DIST-20); criteria and time off bound what is nobody's account (ROUTE-26). */
export const ROUTING_DEFAULTS: RoutingPolicy = {
  rules: [KNOWN_ACCOUNT, REFERRAL, { name: 'everybody else', target: EVERYBODY, method: 'race', fallback: [] }],
  teamPools: {},
  criteria: { premium: [...CRITERIA], standard: [...CRITERIA] },
  // Hours stay off until they are asked for: a company that has said nothing of its hours would race in the default ones alone.
  availability: { timeOff: true, workingHours: false },
};
