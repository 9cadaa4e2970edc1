/** Commits about accounts and time off. */
import type { AccountRow, TimeOffRow } from '../../routing/routing-store.ts';
import type { Stores } from './stores.ts';

interface By {
  actor: string;
  at: number;
}

/** `row` null: the account is nobody's any more. */
export function setAccount(stores: Stores, args: By & { key: string; row: AccountRow | null }): null {
  if (args.row === null) stores.routing.dropAccount(args.key);
  else stores.routing.putAccount(args.row);
  const { at, actor, row } = args;
  stores.events.append({ at, kind: 'people.changed', actor, repId: row?.repId ?? null, data: { what: 'account' } });
  return null;
}

export function addTimeOff(stores: Stores, args: By & { row: TimeOffRow }): { id: string } {
  stores.routing.insertTimeOff(args.row);
  const { id, repId, fromAt, untilAt } = args.row;
  const data = { what: 'timeOff', id, fromAt, untilAt };
  stores.events.append({ at: args.at, kind: 'people.changed', actor: args.actor, repId, data });
  return { id };
}

export function endTimeOff(stores: Stores, args: By & { id: string; repId: string }): { ended: boolean } {
  if (!stores.routing.endTimeOff(args.id, args.at)) return { ended: false };
  const { at, actor, id, repId } = args;
  stores.events.append({ at, kind: 'people.changed', actor, repId, data: { what: 'timeOffEnded', id } });
  return { ended: true };
}
