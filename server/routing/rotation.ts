/**
 * Whose turn was when: leads that arrive in one millisecond, or while a commit is on its way, still go round. Held in
 * memory; a start takes the order of turns from when each rep was last given a lead, and begins weights anew.
 *
 * A weighted rotation counts for each of its reps how much of it was served (a turn is one divided by the weight) and
 * takes who has the least (start-time fair queueing). Whoever was not there for a while is owed nothing for that time.
 */
export interface Rotation {
  /** The number of the rep's last turn, of any rule; 0: none yet. */
  turnOf(repId: string): number;
  /** How much of this rule's weighted rotation the rep has had. */
  servedOf(rule: string | null, repId: string): number;
  /** This rep has had a turn, or is about to: a turn whose commit fails is lost. */
  take(repId: string, weighted?: { rule: string | null; weight: number }): void;
}

export function createRotation(reps: readonly { id: string; lastAssignedAt: number }[]): Rotation {
  const before = reps.filter(({ lastAssignedAt }) => lastAssignedAt > 0);
  before.sort((a, b) => a.lastAssignedAt - b.lastAssignedAt || (a.id < b.id ? -1 : 1));
  const turns = new Map(before.map(({ id }, index) => [id, index + 1]));
  let last = before.length;
  const ofRule = new Map<string | null, { now: number; served: Map<string, number> }>();

  function servedOf(rule: string | null, repId: string): number {
    const own = ofRule.get(rule);
    return Math.max(own?.served.get(repId) ?? 0, own?.now ?? 0);
  }

  return {
    turnOf: (repId) => turns.get(repId) ?? 0,
    servedOf,
    take(repId, weighted) {
      last += 1;
      turns.set(repId, last);
      if (weighted === undefined) return;
      const { rule, weight } = weighted;
      const now = servedOf(rule, repId);
      const own = ofRule.get(rule) ?? { now, served: new Map() };
      own.now = now;
      own.served.set(repId, now + 1 / weight);
      ofRule.set(rule, own);
    },
  };
}
