/**
 * Each rule with its function emptied, one at a time: the properties and cases beside it must notice. A rule that may
 * be emptied unseen is one that nothing holds to its word.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { casesOf, firstFailing } from '../support/collected-tests.ts';
import { type Edit, importEdited } from '../support/mutated-source.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['server/distribution', 'server/routing', 'server/quota', 'server/tiers'];
const HARNESS = join(ROOT, 'test/support/collected-tests.ts');

/** Rule → what it answers when it is emptied, and where its cases are; without a place: beside it, under its name. */
const EMPTIED: Record<string, Record<string, string | { answers: string; in: string }>> = {
  'server/distribution/allocation-rules.ts': { allocationOf: 'null', baseLoadOf: 'null', withAllocation: 'json' },
  'server/distribution/blind-rules.ts': {
    isBlind: 'false',
    plannedTemperature: 'temperature',
    shownFacts: '{ ...facts, acceptedAt: null }',
  },
  'server/distribution/cold-minimum-rules.ts': {
    proRata: 'minimum',
    coldAsked: '0',
    coldPerWeekRule: "{ rule: 'coldPerWeek', terms: [], max: 0 }",
  },
  'server/distribution/counter-rules.ts': {
    claimsOnDay: "''",
    dayNamed: 'null',
    weekOf: 'day',
    claimsInWeek: "''",
    autoInWeek: "''",
    managerInWeek: "''",
    returnedInWeek: "''",
  },
  'server/distribution/delays-rules.ts': {
    delaySecondsOf: { answers: '0', in: 'distribution-rules' },
    delayOfRep: { answers: '0', in: 'distribution-rules' },
    headStartSecondsOf: { answers: '0', in: 'priority-windows-rules' },
  },
  'server/distribution/distribution-rules.ts': {
    planOffer: '{ nobody: true, ineligible: [] }',
    withinLimits: 'true',
    laneCanClaim: 'true',
    lanesToOpenEarly: '[]',
    reasonAgainst: 'null',
    laneForRep: { answers: 'null', in: 'joining-and-fallback' },
  },
  'server/distribution/explanation-rules.ts': {
    whyThen: "{ cause: 'together', delaySeconds: 0, dueSeconds: 0, tiers: [] }",
  },
  'server/distribution/fairness-rules.ts': {
    rulesForAll: '[]',
    countersMoved: { answers: '[]', in: 'standing-rules' },
    hotPerWarmRule: "{ rule: 'hotPerWarm', terms: [], max: 0 }",
    claimsPerAutoRule: "{ rule: 'claimsPerAuto', terms: [], max: 0 }",
    weeklyAllowanceRule: { answers: "{ rule: 'weeklyAllowance', terms: [], max: 0 }", in: 'standing-rules' },
    baseLoadRule: { answers: "{ rule: 'onboarding', terms: [], max: 0 }", in: 'standing-rules' },
    roomLimits: '[]',
    excessOf: '0',
    weeklyRules: '{ on: () => [] }',
    autoOwed: '0',
    roomAgainst: 'null',
  },
  'server/distribution/fallback-rules.ts': { nextFallbackRep: { answers: 'null', in: 'joining-and-fallback' } },
  'server/distribution/mix-rules.ts': {
    qualityOf: "'standard'",
    countsOf: '{ standard: 0, low: 0, high: 0 }',
    fitsMix: 'true',
  },
  'server/distribution/onboarding-rules.ts': {
    onboardingOf: 'null',
    cohortShare: '0',
    leadsDue: '0',
    phaseAgainst: 'null',
    withShadows: 'laid',
  },
  'server/distribution/priority-windows-rules.ts': {
    priorityWindowOf: 'null',
    holdsPriorityWindow: 'false',
    isAwayThroughout: 'false',
    nextPriorityWindow: 'null',
    nextReminderMs: 'null',
    remindedAheadMs: 'null',
  },
  'server/distribution/reach-rules.ts': {
    reachOf: '{ reach: { reps: 0, alerted: 0, delivered: 0, seen: 0 }, lanes: [] }',
  },
  'server/distribution/standing-rules.ts': { standingOf: '[]', owedBy: '0' },
  'server/distribution/team-pool-rules.ts': { poolPolicy: 'policy', asPoolOffer: 'plan', placeInPool: 'null' },
  'server/routing/condition-rules.ts': {
    asBlind: { answers: 'lead', in: 'warning-rules' },
    sameText: { answers: 'a === b', in: 'routing-rules' },
    fold: { answers: 'text', in: 'routing-rules' },
    holds: { answers: 'true', in: 'routing-rules' },
  },
  'server/routing/eligibility-rules.ts': {
    barredFrom: { answers: 'null', in: 'routing-rules' },
    barredReps: { answers: 'new Map()', in: 'routing-rules' },
    productAsked: { answers: '{ names: () => false, namesOne: () => false }', in: 'routing-rules' },
    isInTarget: { answers: 'true', in: 'routing-rules' },
  },
  'server/routing/routing-rules.ts': {
    stepsOf: '[]',
    routeOf: 'null',
    routeNamed: { answers: 'null', in: 'warning-rules' },
    rulesOfRelease: 'policy',
    isPush: { answers: 'false', in: 'warning-rules' },
    weightOf: '1',
    nextTurnOf: 'null',
  },
  'server/routing/warning-rules.ts': { routingWarnings: '[]' },
  'server/quota/quota-rules.ts': {
    attainmentOf: 'null',
    bandAt: 'bands[0]',
    bandOf: 'null',
    allowedPerWeek: 'null',
    nextBand: 'null',
    spiralOf: 'null',
  },
  'server/policy/policy-rules.ts': { policyOf: { answers: 'policy', in: 'teams-policy' } },
  'server/tiers/tier-rules.ts': { computeTiers: '[]', isNewlyHired: 'false' },
};

const mutants = Object.entries(EMPTIED).flatMap(([file, rules]) =>
  Object.entries(rules).map(([name, how]) => {
    const { answers, in: place } = typeof how === 'string' ? { answers: how, in: null } : how;
    const own = file.slice(file.lastIndexOf('/') + 1, -'.ts'.length);
    const cases = `${file.slice(0, file.lastIndexOf('/'))}/${place ?? own}.test.ts`;
    return { name, file, answers, cases };
  }),
);

/** The function's head, to which an answer is added that comes before everything else. */
function emptied(file: string, name: string, answers: string): Edit {
  const head = new RegExp(`export function ${name}\\([\\s\\S]*?\\)[^\\n)]*\\{\\n`).exec(textOf(file))?.[0];
  if (head === undefined) throw new Error(`${file} has no function ${name}`);
  return { file, from: head, to: `${head}  return (${answers}) as never;\n` };
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The cases of a file, told of the mutant alone. */
function casesAgainst(cases: string, edit: Edit) {
  const collects: Edit = { file: cases, from: "from 'vitest'", to: `from ${JSON.stringify(HARNESS)}` };
  return casesOf(() => importEdited(cases, edit, collects));
}

describe('a rule that is emptied', () => {
  test.each(mutants)('$name: caught', async ({ file, name, answers, cases }) => {
    const found = await casesAgainst(cases, emptied(file, name, answers));
    expect(found.length).toBeGreaterThan(0);
    expect(await firstFailing(found)).not.toBeNull();
  });
});

test('the same cases hold while nothing is emptied', async () => {
  for (const cases of new Set(mutants.map((mutant) => mutant.cases))) {
    const unchanged: Edit = { file: cases, from: "from 'vitest'", to: `from ${JSON.stringify(HARNESS)}` };
    expect([cases, await firstFailing(await casesOf(() => importEdited(cases, unchanged)))]).toEqual([cases, null]);
  }
});

test('no rule is left out', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith('-rules.ts'))
      .map((file) => `${folder}/${file}`),
  );
  const missing = files.flatMap((file) =>
    [...textOf(file).matchAll(/^export function (\w+)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => EMPTIED[file]?.[name] === undefined)
      .map((name) => `${file} ${name}`),
  );
  expect(missing).toEqual([]);
});
