/** Claims of each temperature under rules of a week, and how a rep stands against them. */
import type { Race } from './race.ts';
import type { RaceRep } from './race-rep.ts';

export const HOT = { type: 'demo request' };
export const WARM = { type: 'whitepaper download' };
export const COLD = { type: 'newsletter signup' };

export const outcome = (verdict: { verdict: string; rule?: string }) => verdict.rule ?? verdict.verdict;

/** Claims new leads one by one; what was heard. */
export async function claimMany(
  race: Race,
  rep: RaceRep,
  lead: Record<string, unknown>,
  count: number,
): Promise<string[]> {
  const heard: string[] = [];
  for (let n = 0; n < count; n++) heard.push(outcome(await rep.claim(await race.lead(lead))));
  return heard;
}

/** OPEN, with these rules of a week. */
export async function withRules(race: Race, fairness: Record<string, unknown>): Promise<void> {
  const policy = await race.done<{ fairness: object }>('GET', '/v1/policy');
  await race.setPolicy({ ...policy, fairness: { ...policy.fairness, ...fairness } });
}

/** The rep's own standing against one rule. */
export async function standing(race: Race, rep: RaceRep, rule: string): Promise<object | undefined> {
  const { limits } = await race.done<{ limits: { rule: string }[] }>('GET', '/v1/me', undefined, rep);
  return limits.find((limit) => limit.rule === rule);
}
