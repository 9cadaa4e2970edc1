/**
 * What clients said and heard, line by line in the order in which it happened at them, and the rules
 * that every such history must keep, whatever was killed in between. Written by the clients' side and
 * never by the code under test; what the file holds is asked for apart, after the last fault.
 */
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { openReader } from '../../server/platform/sqlite.ts';

interface Claim {
  repId: string;
  leadId: string;
  offerId: string;
  requestId: string;
}

export type Line =
  | ({ kind: 'sent' } & Claim)
  | ({ kind: 'answered'; verdict: Verdict } & Claim)
  /** An event of the socket, as it came. */
  | { kind: 'heard'; repId: string; event: string; payload: unknown }
  /** 201 or 200 to a posted lead. */
  | { kind: 'accepted'; leadId: string };

/** Stands in every contact detail of the leads that a history is about, and in nothing else. */
export const CONTACT_MARK = 'kontak-rahasia';

/** What the file says, read apart from the server. */
export interface OnFile {
  /** Offer → the rep whose claim is on disk. */
  winners: ReadonlyMap<string, string>;
  leadIds: ReadonlySet<string>;
  /** Open offers → their leads. */
  open: ReadonlyMap<string, string>;
}

export function readOnFile(file: string): OnFile {
  const { sqlite } = openReader(file);
  const pairs = (query: string) => sqlite.prepare(query).raw().all() as [string, string][];
  const onFile = {
    winners: new Map(pairs(`SELECT offer_id, rep_id FROM ownerships WHERE via = 'claim'`)),
    leadIds: new Set(pairs('SELECT id, id FROM leads').map(([id]) => id)),
    open: new Map(pairs(`SELECT id, lead_id FROM offers WHERE state = 'open'`)),
  };
  sqlite.close();
  return onFile;
}

export class History {
  readonly lines: Line[] = [];
  /** Called after each line: a fault may be set to strike at the n-th. */
  onLine: (line: Line) => void = () => undefined;

  record(line: Line): void {
    this.lines.push(line);
    this.onLine(line);
  }

  answers(): Extract<Line, { kind: 'answered' }>[] {
    return this.lines.filter((line) => line.kind === 'answered');
  }

  /** Claims that were sent, each request once, in the order of the first sending. */
  requests(): Claim[] {
    const byId = new Map<string, Claim>();
    for (const line of this.lines) {
      if (line.kind === 'sent' && !byId.has(line.requestId)) byId.set(line.requestId, line);
    }
    return [...byId.values()];
  }
}

type Finder = (history: History, onFile: OnFile) => string[];

const RULES: Record<string, Finder> = {
  oneWinnerAnOffer(history) {
    const winners = new Map<string, Set<string>>();
    for (const { offerId, repId, verdict } of history.answers()) {
      if (verdict.verdict !== 'won') continue;
      winners.set(offerId, (winners.get(offerId) ?? new Set()).add(repId));
    }
    return [...winners]
      .filter(([, reps]) => reps.size > 1)
      .map(([offerId, reps]) => `${offerId}: ${[...reps].join(' and ')}`);
  },

  wonIsOnDisk: (history, { winners }) =>
    history
      .answers()
      .filter(({ offerId, repId, verdict }) => verdict.verdict === 'won' && winners.get(offerId) !== repId)
      .map(({ offerId, repId }) => `${repId} was told of ${offerId}, the file has ${winners.get(offerId) ?? 'nobody'}`),

  namedIsTheWinner: (history, { winners }) =>
    namesTold(history)
      .filter(({ offerId, named }) => winners.get(offerId) !== named)
      .map(({ offerId, named }) => `${offerId}: ${named} was named, the file has ${winners.get(offerId) ?? 'nobody'}`),

  finalIsFinal(history) {
    const finals = new Map<string, string>();
    const found: string[] = [];
    for (const { requestId, verdict } of history.answers()) {
      const now = finalOf(verdict);
      const before = finals.get(requestId);
      if (before !== undefined && now !== before) found.push(`${requestId}: ${before}, then ${now ?? verdict.verdict}`);
      if (now !== null) finals.set(requestId, now);
    }
    return found;
  },

  answersItsClaim: (history) =>
    history
      .answers()
      .filter(({ leadId, offerId, verdict }) => verdict.leadId !== leadId || verdict.offerId !== offerId)
      .map(({ requestId, verdict }) => `${requestId} was answered for ${verdict.leadId} ${verdict.offerId}`),

  notBeforeTheWin: (history) =>
    history
      .answers()
      .flatMap(({ requestId, verdict }) =>
        verdict.verdict === 'lost' && !(verdict.byMs >= 0) ? [`${requestId}: byMs ${verdict.byMs}`] : [],
      ),

  noContactBeforeAWin: (history) =>
    history.lines.flatMap((line) => {
      if (line.kind === 'heard') return marked(line.payload) ? [`${line.event} to ${line.repId}`] : [];
      const tells = line.kind === 'answered' && line.verdict.verdict !== 'won' && marked(line.verdict);
      return tells ? [`${line.verdict.verdict} to ${line.repId}`] : [];
    }),

  acceptedExists: (history, { leadIds }) =>
    history.lines.flatMap((line) => (line.kind === 'accepted' && !leadIds.has(line.leadId) ? [line.leadId] : [])),
};

export const RULE_NAMES = Object.keys(RULES);

/** Every broken rule with its first cases, in words; empty: the history is sound. */
export function brokenRules(history: History, onFile: OnFile): string[] {
  return Object.entries(RULES).flatMap(([name, find]) => {
    const found = find(history, onFile);
    return found.length === 0 ? [] : [`${name} (${found.length}): ${found.slice(0, 3).join('; ')}`];
  });
}

/** What may not change once said; null: the verdict is judged anew each time. */
function finalOf(verdict: Verdict): string | null {
  if (verdict.verdict === 'won') return `won ${verdict.claimId} at ${verdict.claimedAt}`;
  if (verdict.verdict === 'lost') return `lost to ${verdict.winner.id}`;
  return null;
}

/** Every winner that anybody was told of, by a verdict or by an event. */
function namesTold(history: History): { offerId: string; named: string }[] {
  return history.lines.flatMap((line) => {
    if (line.kind === 'answered' && line.verdict.verdict === 'lost') {
      return [{ offerId: line.offerId, named: line.verdict.winner.id }];
    }
    if (line.kind !== 'heard' || line.event !== 'lead:taken') return [];
    const { offerId, by } = line.payload as { offerId: string; by: { id: string } };
    return [{ offerId, named: by.id }];
  });
}

function marked(payload: unknown): boolean {
  return JSON.stringify(payload).includes(CONTACT_MARK);
}
