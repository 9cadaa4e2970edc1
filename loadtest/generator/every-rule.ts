/**
 * A policy in which every rule of distribution is at work and none stops a claim of the load: their bounds are out of
 * reach, their waits are the shortest. What they cost is then what the gate reads.
 */

/** The document as the server gives it out. */
export type PolicyDocument = { routing: object; competition: object } & Record<string, unknown>;

const A_REP_NEVER_REACHES = 10_000;
const PER_WEEK_MAX = 1_000;
const OPEN_LEADS = 100_000;
/** Every lane opens while leads are still being put up. */
const DELAYS = { default: [0, 1, 2] };
const RULES_BEFORE = 20;

/** Rules that are looked at and match nothing of the load, as those of other branches are in a company with many. */
const rulesBefore = Array.from({ length: RULES_BEFORE }, (_, n) => ({
  name: `branch ${n}`,
  when: {
    all: [{ field: 'industry', in: [`industry ${n}`, 'retail'] }, { not: { field: 'companySize', below: 500 } }],
  },
  target: { segment: { territories: [`territory ${n}`] } },
  method: 'weighted',
}));

/** `fair-mix` with quota bands and a speed board, for the leads of the load, which are cold. */
export function withEveryRule(fairMix: PolicyDocument): PolicyDocument {
  return {
    ...fairMix,
    // Windows are held at whatever hour this runs.
    calendar: {
      timeZone: 'Asia/Jakarta',
      hours: { days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], open: '00:00', close: '24:00' },
    },
    routing: { ...fairMix.routing, rules: [...rulesBefore, { name: 'everybody else', method: 'race' }] },
    competition: {
      ...fairMix.competition,
      delays: { premium: DELAYS, standard: DELAYS },
      dailyCap: A_REP_NEVER_REACHES,
      maxOpenLeads: OPEN_LEADS,
      attemptRate: { perSecond: 1_000, perMinute: 60_000 },
    },
    priorityWindows: { minutes: 30, headStartSeconds: 1, reminderSeconds: 300 },
    fairness: { hotPerWarm: PER_WEEK_MAX, claimsPerAuto: PER_WEEK_MAX, coldPerWeek: 3, waiveIfNone: true },
    quotaAllocation: { bands: [{ fromPct: 0, perWeek: A_REP_NEVER_REACHES }] },
    mix: { standard: 0, low: 100, high: 0, window: 100, tolerance: 100 },
    speedBoard: { contact: 'any', fastSeconds: 300, okSeconds: 3_600, streakBelowSeconds: 600 },
  };
}

/** Puts it in force there. @throws Error in words when the server does not take it */
export async function putEveryRule({ url, key }: { url: string; key: string }): Promise<PolicyDocument> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'if-match': '*' };
  const put = async (document: object): Promise<PolicyDocument> => {
    const response = await fetch(`${url}/v1/policy`, { method: 'PUT', headers, body: JSON.stringify(document) });
    if (!response.ok) throw new Error(`the policy: ${response.status} ${await response.text()}`);
    const current = await fetch(`${url}/v1/policy`, { headers });
    return (await current.json()) as PolicyDocument;
  };
  return put(withEveryRule(await put({ preset: 'fair-mix' })));
}
