/**
 * A history that keeps every rule, about the database of sound-database.ts: rep 1 (Ayu) won o1 and o4, rep 2
 * (Budi) won o2 and gave it back, and o3 is open to both. And what Redis would hold then.
 */
import type { BoardState } from '../../client-sdk/protocol/down.ts';
import type { LeadView, Verdict } from '../../client-sdk/protocol/verdict.ts';
import { CONTACT_MARK, type Happening } from '../../tools/oracle/line.ts';
import type { RedisFacts } from '../../tools/oracle/on-redis.ts';

export type Said = Happening & { at?: number; wallMs?: number };

export const iso = (ms: number) => new Date(ms).toISOString();
export const lead = { contact: { name: CONTACT_MARK } } as LeadView;
export const asks = (repId: string, offerId: string, leadId: string, requestId: string) => ({
  repId,
  offerId,
  leadId,
  requestId,
});
export const ayu = asks('r1', 'o1', 'l1', 'a1');
export const budi = asks('r2', 'o1', 'l1', 'b1');
export const budi2 = asks('r2', 'o2', 'l2', 'b2');
export const of = ({ leadId, offerId }: { leadId: string; offerId: string }) => ({ leadId, offerId });
export const won = (claim: typeof ayu, atMs: number, claimSpeedMs = 100): Verdict => ({
  verdict: 'won',
  ...of(claim),
  claimId: claim.offerId,
  claimedAt: iso(atMs),
  claimSpeedMs,
  lead,
});
export const lost: Verdict = { verdict: 'lost', ...of(budi), winner: { id: 'r1', name: null }, byMs: 5 };
export const retry = (claim: typeof ayu): Verdict => ({
  verdict: 'retry',
  ...of(claim),
  reason: 'pendingWin',
  afterMs: 250,
});
export const gone = (claim: typeof ayu, reason: 'released' | 'assigned' | 'expired'): Verdict => ({
  verdict: 'gone',
  ...of(claim),
  reason,
});
export const heard = (repId: string, event: string, payload: unknown): Said => ({
  kind: 'heard',
  repId,
  event,
  payload,
});
export const taken = (id: number, by: string) =>
  heard('r2', 'lead:taken', { id, ...of(ayu), by: { id: by, name: null }, at: iso(1100) });
export const board = (seq: number, value: number): BoardState => ({
  stream: 'points/all',
  board: 'points',
  period: 'all',
  team: null,
  epoch: 'e1',
  seq,
  asOf: iso(9000),
  rows: [{ rank: 1, repId: 'r1', name: 'Ayu', value }],
});
export const pool = { upTo: 18, offers: [{ id: 18, offerId: 'o3', leadId: 'l2', opensAt: iso(50_000) }] };
export const awarded = { id: 1, leadId: 'l1', rule: 'claimWithin60s', points: 5, balance: 5, at: iso(1100) };

export const SOUND: Said[] = [
  { kind: 'accepted', leadId: 'l1' },
  { kind: 'usage', process: 'all', rssBytes: 200e6, descriptors: 40 },
  { kind: 'ledger', process: 'first', generation: 1 },
  { kind: 'sent', ...ayu, at: 10, wallMs: 1095 },
  { kind: 'sent', ...budi, at: 11, wallMs: 1100 },
  { kind: 'win', offerId: 'o1', repId: 'r1', requestId: 'a1', order: '1100-0', epoch: 1 },
  { kind: 'fault', what: 'kill' },
  { kind: 'answered', ...budi, verdict: retry(budi) },
  { kind: 'answered', ...ayu, verdict: won(ayu, 1100), wallMs: 1120 },
  taken(10, 'r1'),
  { kind: 'sent', ...budi },
  { kind: 'answered', ...budi, verdict: lost },
  { kind: 'sent', ...budi },
  { kind: 'answered', ...budi, verdict: { ...lost, byMs: 9000 } },
  { kind: 'sent', ...budi },
  { kind: 'answered', ...budi, verdict: retry(budi) },
  { kind: 'sent', ...budi2, offerId: null, wallMs: 1190 },
  { kind: 'answered', ...budi2, offerId: null, verdict: won(budi2, 1200, 200), wallMs: 1210 },
  { kind: 'sent', ...budi2 },
  { kind: 'answered', ...budi2, verdict: gone(budi2, 'released') },
  { kind: 'joined', repId: 'r1' },
  { kind: 'joined', repId: 'r2' },
  heard('r1', 'pool:snapshot', pool),
  heard('r2', 'pool:snapshot', pool),
  heard('r1', 'points:awarded', awarded),
  heard('r1', 'board:delta', board(1, 5)),
  heard('r2', 'board:delta', board(1, 5)),
  heard('r1', 'wall:feed', { latest: [{ leadId: 'l1', repId: 'r1' }] }),
  { kind: 'board', state: board(1, 5) },
  { kind: 'ledger', process: 'second', generation: 2 },
  { kind: 'usage', process: 'all', rssBytes: 230e6, descriptors: 42 },
  { kind: 'calm' },
];

export const redis: RedisFacts = {
  offers: new Map([
    ['o3', { state: 'open', winner: null }],
    ['o1', { state: 'claimed', winner: 'r1' }],
  ]),
  counters: new Map<string, Record<string, number>>([
    ['r1', { 'claims:day:2026-11-23': 2, 'leads:open': 1 }],
    [
      'r2',
      {
        'claims:day:2026-11-23': 1,
        'leads:open': 1,
        'manager:week:2026-11-23': 1,
        'warmReturned:week:2026-11-23': 1,
      },
    ],
  ]),
  wins: [{ offerId: 'o1', repId: 'r1', order: '1100-0' }],
  keys: [
    { name: 'epoch', ttlMs: 2500 },
    { name: 'offer:o1', ttlMs: 60_000 },
    { name: 'offer:o3', ttlMs: -1 },
    { name: 'counters:r1', ttlMs: -1 },
    { name: 'wins', ttlMs: -1 },
  ],
};

export const ask = (
  claim: typeof ayu,
  verdict: Verdict,
  more: { at?: number; sentAt?: number; wallMs?: number } = {},
): Said[] => [
  { kind: 'sent', ...claim, at: more.sentAt ?? 12, wallMs: more.wallMs ?? 1100 },
  { kind: 'answered', ...claim, verdict, at: more.at ?? 900, wallMs: more.wallMs ?? 1100 },
];
