/**
 * The open offers in which a lane still waits, by the reps in them and, for each rep, in groups: the same
 * lane under the same limits. A rep who can claim in one offer of a group can claim in all of them, so a
 * claim looks at one offer a group and not at every offer that waits.
 */
import type { OpenOffer } from './open-offers.ts';

export interface WaitingGroup {
  /** The rep's own. */
  lane: number;
  offers: ReadonlySet<OpenOffer>;
}

export interface WaitingLanes {
  /** Takes the offer in, out or anew, as it stands now; `isOpen` false: it has ended. */
  note(offer: OpenOffer, isOpen: boolean): void;
  groupsOf(repId: string): WaitingGroup[];
}

type Group = WaitingGroup & { offers: Set<OpenOffer> };

/** Everyone in an offer with the own lane, each once. */
function* placesIn({ lanes, admissions }: OpenOffer): Generator<[repId: string, lane: number]> {
  for (const { lane, repIds } of lanes) {
    for (const repId of repIds) if (!admissions.has(repId)) yield [repId, lane];
  }
  for (const [repId, { lane }] of admissions) yield [repId, lane];
}

export function createWaitingLanes(): WaitingLanes {
  const byRep = new Map<string, Map<string, Group>>();
  /** Where each offer stands in here, to be taken out again: its key for each rep. */
  const held = new Map<OpenOffer, Map<string, string>>();

  function takeOut(offer: OpenOffer): void {
    for (const [repId, key] of held.get(offer) ?? []) {
      const groups = byRep.get(repId);
      const group = groups?.get(key);
      group?.offers.delete(offer);
      if (group?.offers.size === 0) groups?.delete(key);
      if (groups?.size === 0) byRep.delete(repId);
    }
    held.delete(offer);
  }

  function takeIn(offer: OpenOffer): void {
    const limits = JSON.stringify(offer.limits);
    // One string a lane: a long key is put together and hashed once, not once for each rep.
    const keyOf = offer.lanes.map(({ lane }) => `${lane} ${limits}`);
    const keys = new Map<string, string>();
    for (const [repId, lane] of placesIn(offer)) {
      const key = keyOf[lane] as string;
      const groups = byRep.get(repId) ?? new Map<string, Group>();
      const group = groups.get(key) ?? { lane, offers: new Set() };
      group.offers.add(offer);
      groups.set(key, group);
      byRep.set(repId, groups);
      keys.set(repId, key);
    }
    held.set(offer, keys);
  }

  return {
    note(offer, isOpen) {
      takeOut(offer);
      if (isOpen && offer.lanes.some(({ sentAtMs }) => sentAtMs === null)) takeIn(offer);
    },
    groupsOf: (repId) => [...(byRep.get(repId)?.values() ?? [])],
  };
}
