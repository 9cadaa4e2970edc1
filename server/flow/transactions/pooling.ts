/** Commits about a lead of a team pool (DIST-08): work without an owner, and the work that makes one. */
import { isBackdated } from '../../points/points-rules.ts';
import { book, noCredit } from './credit.ts';
import {
  type ActivityArgs,
  type AssignArgs,
  type AssignResult,
  assignLead,
  type Done,
  logActivity,
  type Refused,
  type StageArgs,
  setStage,
} from './owning.ts';
import type { Stores } from './stores.ts';

export interface WorkPoolArgs {
  offerId: string;
  work: { activity: ActivityArgs } | { stage: StageArgs };
  /** The work makes its rep the owner, in this commit; null: the lead stays everybody's. */
  take: AssignArgs | null;
}

type Worked = Done & { activityId?: string; firstContact?: boolean; backDated?: boolean };
/** `taken`: what the ownership has changed; null: there is none. */
export type WorkPoolResult =
  | Refused
  | { refused: 'noRoom' }
  | (Worked & { taken: Exclude<AssignResult, { refused: string }> | null });

/** Refused `changed`: the lead is not in the pool any more. */
export function workPool(stores: Stores, { offerId, work, take }: WorkPoolArgs): WorkPoolResult {
  const offer = stores.offers.find(offerId);
  if (offer?.state !== 'open' || offer.teamPool === null) return { refused: 'changed' };
  if (take === null) {
    const done = 'activity' in work ? noteActivity(stores, work.activity) : moveStage(stores, work.stage);
    return 'refused' in done ? done : { ...done, taken: null };
  }
  const taken = assignLead(stores, take);
  if ('refused' in taken) return taken;
  const done = 'activity' in work ? logActivity(stores, work.activity) : setStage(stores, work.stage);
  // Nothing of this commit may stay: the lead would have an owner who has not worked it.
  if ('refused' in done) throw new Error(`work on a pool's lead was refused: ${done.refused}`);
  return { ...done, taken };
}

function noteActivity(stores: Stores, args: ActivityArgs): Worked {
  const { at, leadId, repId, activityId, kind, happenedAt, day } = args;
  if (Object.keys(args.words).length > 0) stores.leads.putPrivate(leadId, activityId, args.words, at);
  const backDated = isBackdated(happenedAt, at);
  const data = { activityId, kind, happenedAt, backDated, ownershipId: null, day, contactAt: null };
  const seq = stores.events.append({ at, kind: 'lead.activity', actor: `rep:${repId}`, leadId, repId, data });
  return { ...book(stores, noCredit()), counted: [], seq, at, activityId, firstContact: false, backDated };
}

/** Of a shared pool, short of its end: nobody is credited before somebody owns the lead. */
function moveStage(stores: Stores, { leadId, repId, stage, reason, at, day }: StageArgs): Refused | Done {
  const lead = stores.leads.find(leadId);
  if (lead === undefined) return { refused: 'unknownLead' };
  if (lead.stage === stage) return { refused: 'sameStage' };
  const data = { ownershipId: null, from: lead.stage, stage, day, revenue: null };
  const seq = stores.events.append({ at, kind: 'lead.stage', actor: `rep:${repId}`, leadId, repId, data });
  if (reason !== null) stores.leads.putPrivate(leadId, `event:${seq}`, { reason }, at);
  stores.leads.setStage(leadId, stage, 'offered');
  return { ...book(stores, noCredit()), counted: [], seq, at };
}
