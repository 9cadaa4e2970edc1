/** The gates of the embedded arbiter: a generation and its last reason for the cell, teams and reps. */
import type { ArbiterOffer, Gate, GateReason } from './arbiter.ts';
import { reasonHeard } from './offer-checks.ts';

interface Raised {
  generation: number;
  reason: GateReason;
}

/** What an offer was stamped with when it was opened. */
export interface GateStamps {
  cellStamp: number;
  teamStamps: readonly { team: string; stamp: number }[];
}

export class GateKeeper {
  #cell: Raised = { generation: 0, reason: 'rebuilding' };
  readonly #teams = new Map<string, Raised>();
  readonly #reps = new Map<string, Raised>();

  raise(gate: Gate, reason: GateReason): void {
    const heard = reasonHeard(gate, reason);
    if (gate.scope === 'cell') {
      this.#cell = { generation: this.#cell.generation + 1, reason: heard };
      return;
    }
    const [gates, name] = gate.scope === 'team' ? [this.#teams, gate.team] : [this.#reps, gate.repId];
    gates.set(name, { generation: (gates.get(name)?.generation ?? 0) + 1, reason: heard });
  }

  stamps(offer: ArbiterOffer): GateStamps {
    const teamStamps = (offer.teams ?? []).map((team) => ({ team, stamp: this.#teamStamp(team) }));
    return { cellStamp: this.#cell.generation, teamStamps };
  }

  repStamp(repId: string): number {
    return this.#reps.get(repId)?.generation ?? 0;
  }

  #teamStamp(team: string): number {
    return this.#teams.get(team)?.generation ?? 0;
  }

  cellRaised(offer: GateStamps): boolean {
    return this.#cell.generation > offer.cellStamp;
  }

  rebuilding(offer: GateStamps): boolean {
    return this.#cell.reason === 'rebuilding' && this.cellRaised(offer);
  }

  withdrawn(offer: GateStamps): boolean {
    if (this.cellRaised(offer)) return true;
    for (const { team, stamp } of offer.teamStamps) if (this.#teamStamp(team) > stamp) return true;
    return false;
  }

  /** Why a rep stamped so long ago is refused; null: the gate was not raised since. */
  repRule(repId: string, stamp: number): 'notReady' | 'inactive' | null {
    const raised = this.#reps.get(repId);
    if (raised === undefined || raised.generation <= stamp) return null;
    return raised.reason === 'inactive' ? 'inactive' : 'notReady';
  }
}
