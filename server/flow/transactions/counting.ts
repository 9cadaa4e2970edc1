/**
 * What a commit counts beside a claim, whose offer says what it counts: leads that come to a rep without a
 * race, and leads that go (server/distribution/counter-rules.ts). The caller tells memory and the arbiter.
 */
import type { OwnershipRow } from '../../claims/ownership-store.ts';
import { autoInWeek, managerInWeek, OPEN_LEADS, returnedInWeek, weekOf } from '../../distribution/counter-rules.ts';
import type { LeadRow } from '../../leads/leads-store.ts';
import type { Stores } from './stores.ts';

export interface Counted {
  repId: string;
  counter: string;
  by: number;
}

type Begun = Pick<OwnershipRow, 'repId' | 'via' | 'method' | 'day'>;
/** Stages after which nothing is owed, and the lead is nobody's open lead any more. */
export const FINISHED: ReadonlySet<string> = new Set(['won', 'lost', 'disqualified']);

/** Whether the rotation gave it: only then does it pay for claims (FAIR-02). */
const isAuto = ({ via, method }: Pick<Begun, 'via' | 'method'>) => via === 'rotation' && method !== 'pool';

/** A lead was given to a rep by the house, or taken from a team pool. */
export function countedOfAssignment({ repId, via, method, day }: Begun): Counted[] {
  const open = { repId, counter: OPEN_LEADS, by: 1 };
  const inWeek = isAuto({ via, method }) ? autoInWeek : managerInWeek;
  return [open, { repId, counter: inWeek(weekOf(day)), by: 1 }];
}

/** A lead left a rep. What the rep gave back pays for nothing any more, in the week in which it began. */
export function countedOfEnd(
  { repId, via, method, day }: Begun,
  reason: 'released' | 'reassigned',
  temperature: LeadRow['temperature'],
): Counted[] {
  const open = { repId, counter: OPEN_LEADS, by: -1 };
  const kind = via === 'claim' ? temperature : 'auto';
  const paid = via === 'claim' || isAuto({ via, method });
  if (reason === 'reassigned' || !paid || kind === 'hot') return [open];
  return [open, { repId, counter: returnedInWeek(kind, weekOf(day)), by: 1 }];
}

/** A lead's stage moved: a finished one makes room, a correction takes it again. */
export function countedOfStage(repId: string, from: string | null, to: string): Counted[] {
  const by = Number(FINISHED.has(from ?? '')) - Number(FINISHED.has(to));
  return by === 0 ? [] : [{ repId, counter: OPEN_LEADS, by }];
}

/** Puts it on disk, in the transaction of the fact. */
export function count(stores: Stores, counted: readonly Counted[]): void {
  for (const { repId, counter, by } of counted) stores.owners.addToCounter(repId, counter, by);
}
