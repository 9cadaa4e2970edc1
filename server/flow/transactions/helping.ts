/** Commits about a rep who helped a colleague (GAME-05, GAME-08). */
import { helpAwards } from '../../points/points-rules.ts';
import type { PointsPolicy } from '../../policy/policy-rules.ts';
import { book, type Credit, noCredit, pay } from './credit.ts';
import type { Stores } from './stores.ts';

export interface AskAssistArgs {
  id: string;
  helperId: string;
  helpedId: string;
  leadId: string | null;
  note: string | null;
  at: number;
}

/** Writes down that `helperId` says to have helped; it pays nothing until the other confirms. */
export function askAssist(stores: Stores, args: AskAssistArgs): { id: string; at: number } {
  const { id, helperId, helpedId, leadId, at } = args;
  stores.points.insertAssist({ id, helperId, helpedId, leadId, at, confirmedAt: null });
  const seq = stores.events.append({
    at,
    kind: 'assist.asked',
    actor: `rep:${helperId}`,
    leadId,
    repId: helperId,
    data: { assistId: id, helpedId },
  });
  if (args.note !== null) stores.leads.putPrivate(leadId ?? `assist:${id}`, `event:${seq}`, { note: args.note }, at);
  return { id, at };
}

export interface ConfirmAssistArgs {
  id: string;
  /** The rep who confirms: must be the one who was helped. */
  repId: string;
  at: number;
  /** The helper's local day. */
  day: string;
  week: { fromMs: number; untilMs: number };
  points: PointsPolicy;
}

export type ConfirmAssistResult =
  | { refused: 'unknownAssist' | 'notHelped' }
  | (Credit & { seq: number | null; paid: boolean });

export function confirmAssist(stores: Stores, args: ConfirmAssistArgs): ConfirmAssistResult {
  const assist = stores.points.assist(args.id);
  if (assist === undefined) return { refused: 'unknownAssist' };
  if (assist.helpedId !== args.repId) return { refused: 'notHelped' };
  const { helperId, helpedId, leadId } = assist;
  const before = stores.points.confirmedBetween(helperId, helpedId, args.week.fromMs, args.week.untilMs);
  const credit = noCredit();
  if (!stores.points.confirmAssist(args.id, args.at)) return { ...credit, seq: null, paid: false };
  const seq = stores.events.append({
    at: args.at,
    kind: 'assist.confirmed',
    actor: `rep:${helpedId}`,
    leadId,
    repId: helperId,
    data: { assistId: args.id, day: args.day },
  });
  const awards = helpAwards(args.points, { helperId, helpedId, paidThisWeek: before });
  for (const award of awards) {
    pay(stores, credit, {
      ...award,
      eventSeq: seq,
      repId: helperId,
      leadId,
      ownershipId: null,
      at: args.at,
      day: args.day,
    });
  }
  return { ...book(stores, credit), seq, paid: awards.length > 0 };
}
