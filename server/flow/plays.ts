/**
 * How a step of a rule is played now. While a team's competition is paused (HEALTH-20, COMP-40.12) its reps are in no
 * race and no queue: what they would race for alone goes round among them; of what others race for too they get their
 * share by heads, drawn by lot, so that nobody gains or loses by a colleague's pause.
 */
import type { IneligibleReason } from '../distribution/distribution-rules.ts';
import type { RepRow } from '../people/people-store.ts';
import type { Method } from '../policy/routing-policy.ts';
import { isPush } from '../routing/routing-rules.ts';
import type { World } from './world.ts';

export interface Play {
  method: Method;
  /** Whom it leaves out, and why. */
  barred: ReadonlyMap<string, IneligibleReason> | undefined;
  /** It goes round only because of a pause. */
  paused: boolean;
}

/** To be tried in this order. `blind`: the lead is raced for, and never pushed. */
export function playsOf(
  world: World,
  method: Method,
  barred: ReadonlyMap<string, IneligibleReason> | undefined,
  { leadId, blind, nowMs }: { leadId: string; blind: boolean; nowMs: number },
): Play[] {
  if (isPush(method)) return blind ? [] : [{ method, barred, paused: false }];
  // A team pool is worked together: no competition that could be paused, and members see whom they are to call.
  if (method === 'pool') return blind ? [] : [{ method, barred, paused: false }];
  const teams = world.pauses.teamsAt(nowMs);
  if (teams.size === 0) return [{ method, barred, paused: false }];
  const reps = world.directory.reps();
  const rests = ({ team }: RepRow) => team !== null && teams.has(team);
  const without = (leaves: (rep: RepRow) => boolean, reason: IneligibleReason) =>
    new Map([...reps.filter(leaves).map(({ id }) => [id, reason] as const), ...(barred ?? [])]);
  const race: Play = { method, barred: without(rests, 'teamPaused'), paused: false };
  const ready = reps.filter(({ id, active, status }) => active && status === 'ready' && barred?.has(id) !== true);
  const share = ready.length === 0 ? 0 : ready.filter(rests).length / ready.length;
  if (blind || share === 0) return [race];
  const round: Play = { method: 'roundRobin', barred: without((rep) => !rests(rep), 'pausedShare'), paused: true };
  if (share === 1) return [round];
  return world.lot('pause', leadId) < share ? [round, race] : [race, round];
}
