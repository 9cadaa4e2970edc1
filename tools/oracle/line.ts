/**
 * A history, line by line: what clients said and heard, and what an observer beside them saw of faults,
 * processes and Redis. Written by the clients' side, never by the code that is judged; one JSON object a
 * line when it is kept in a file.
 */
import type { BoardState } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';

export interface Claim {
  repId: string;
  leadId: string;
  /** Null: the client left it to the server which of the lead's offers is meant. */
  offerId: string | null;
  requestId: string;
}

/** What happened; `Line` adds when. */
export type Happening =
  | ({ kind: 'sent' } & Claim)
  | ({ kind: 'answered'; verdict: Verdict } & Claim)
  /** No answer came: the link broke, or patience ended. The claim may have been judged or not. */
  | ({ kind: 'silence' } & Claim)
  /** A client's link stands: from here on it hears. `client` tells a rep's devices apart; left out, the rep. */
  | { kind: 'joined'; repId: string; client?: string }
  | { kind: 'left'; repId: string; client?: string }
  /** An event of the socket, as it came. */
  | { kind: 'heard'; repId: string; client?: string; event: string; payload: unknown }
  /** 201 or 200 to a posted lead. */
  | { kind: 'accepted'; leadId: string }
  /** A board as it was answered to one who asks for it new, when nothing was under way. */
  | { kind: 'board'; state: BoardState }
  /** Something was broken, on purpose. */
  | { kind: 'fault'; what: string; target?: string }
  /** Everything is whole again: from here on answers are owed within seconds. */
  | { kind: 'calm' }
  /** A provisional win, as an observer reads it from the stream in Redis; `order` grows. */
  | { kind: 'win'; offerId: string; repId: string; requestId: string; order: string; epoch?: number }
  /** A provisional win that the ledger refused, as that observer hears of it: the offer was open again. */
  | { kind: 'reopened'; offerId: string; order: string }
  /** What the file said of itself at this moment; see `Marker`. */
  | ({ kind: 'mark' } & Mark)
  /** A process became the cell's ledger. */
  | { kind: 'ledger'; process: string; generation: number }
  /** What a process used, in quiet moments: the first against the last. */
  | { kind: 'usage'; process: string; rssBytes: number; descriptors: number };

export interface Mark {
  generation: number;
  /** 0: the embedded arbiter has none. */
  epoch: number;
  lastEvent: number;
  lastEntry: number;
  /** Of every event and point entry up to these. */
  digest: string;
}

export type Line = Happening & {
  /** Milliseconds of one monotonic clock for the whole history. */
  at: number;
  /** Milliseconds since 1970 on the client's clock; left out where time is simulated. */
  wallMs?: number;
  /** Which process it was said to or heard from. */
  via?: string;
};

/** Stands in every contact detail of the leads that a history is about, and in nothing else. */
export const CONTACT_MARK = 'kontak-rahasia';
