/** What the model of the arbiter keeps: the list of everything that happened, and what it reads out of it. */
import type { GoneReason } from '../../client-sdk/protocol/verdict.ts';
import type { ArbiterOffer, Gate, GateReason, Increment, ProvisionalWin } from '../../server/claims/arbiter.ts';

export type Fact =
  | { is: 'opened'; offerId: string; offer: ArbiterOffer }
  | { is: 'admitted'; offerId: string; repId: string | undefined; lane: number; opensAtMs: number }
  | { is: 'extended'; offerId: string; closesAtMs: number }
  | { is: 'won'; offerId: string; win: ProvisionalWin; gains: Increment[] }
  | { is: 'givenBack'; offerId: string }
  | { is: 'claimed'; offerId: string; repId: string; atMs: number; order: string }
  | { is: 'closed'; offerId: string; reason: GoneReason }
  | { is: 'raised'; gate: Gate; reason: GateReason }
  | { is: 'added'; repId: string; counter: string; by: number; causeId?: string }
  | { is: 'restored'; repId: string; counters: Record<string, number> }
  | { is: 'asked'; repId: string; requestId: string; leadId: string; offerId: string }
  | { is: 'met'; repId: string; requestId: string; order: string; atMs: number }
  | { is: 'attempted'; repId: string; atMs: number }
  | { is: 'tried'; offerId: string; repId: string };

export type FactOf<Name extends Fact['is']> = Extract<Fact, { is: Name }>;

/** How an offer stands, and where in the list it began to stand so. */
export type Standing =
  | { is: 'open' }
  | { is: 'pending'; win: ProvisionalWin; gains: Increment[] }
  | { is: 'claimed'; repId: string; atMs: number; order: string }
  | { is: 'closed'; reason: GoneReason };

export interface Membership {
  lane: number;
  opensAtMs: number;
  /** Where in the list the rep entered: gates raised behind it shut the rep out. */
  since: number;
}
