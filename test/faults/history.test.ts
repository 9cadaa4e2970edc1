/** The checker of histories, against histories that each break one rule: what finds nothing proves nothing. */
import { describe, expect, test } from 'vitest';
import type { LeadView, Verdict } from '../../client-sdk/protocol/verdict.ts';
import { brokenRules, CONTACT_MARK, History, type Line, type OnFile, RULE_NAMES } from '../support/history.ts';

const ofOffer = { leadId: 'lead1', offerId: 'offer1' };
const ofAyu = { ...ofOffer, repId: 'ayu', requestId: 'a1' };
const ofBudi = { ...ofOffer, repId: 'budi', requestId: 'b1' };
const lead = { contact: { name: CONTACT_MARK } } as LeadView;
const won: Verdict = {
  verdict: 'won',
  ...ofOffer,
  claimId: 'offer1',
  claimedAt: '2026-11-23T03:00:00.000Z',
  claimSpeedMs: 5,
  lead,
};
const lost: Verdict = { verdict: 'lost', ...ofOffer, winner: { id: 'ayu', name: null }, byMs: 3 };
const retry: Verdict = { verdict: 'retry', ...ofOffer, reason: 'pendingWin', afterMs: 250 };
const taken = (id: string): Line => ({
  kind: 'heard',
  repId: 'budi',
  event: 'lead:taken',
  payload: { ...ofOffer, by: { id, name: null } },
});

const SOUND: Line[] = [
  { kind: 'accepted', leadId: 'lead1' },
  { kind: 'sent', ...ofAyu },
  { kind: 'sent', ...ofBudi },
  { kind: 'answered', ...ofBudi, verdict: retry },
  { kind: 'answered', ...ofAyu, verdict: won },
  taken('ayu'),
  { kind: 'answered', ...ofBudi, verdict: lost },
  { kind: 'answered', ...ofBudi, verdict: { ...lost, byMs: 9000 } },
  { kind: 'answered', ...ofAyu, verdict: won },
];
const onFile: OnFile = { winners: new Map([['offer1', 'ayu']]), leadIds: new Set(['lead1']), open: new Map() };

/** Lines that break one rule when they follow the sound history, each rule by its name. */
const PLANTED: Record<string, Line[]> = {
  oneWinnerAnOffer: [{ kind: 'answered', ...ofBudi, requestId: 'b2', verdict: won }],
  wonIsOnDisk: [
    { kind: 'answered', ...ofAyu, offerId: 'offer2', requestId: 'a2', verdict: { ...won, offerId: 'offer2' } },
  ],
  namedIsTheWinner: [taken('citra')],
  finalIsFinal: [{ kind: 'answered', ...ofBudi, verdict: { verdict: 'gone', ...ofOffer, reason: 'expired' } }],
  answersItsClaim: [{ kind: 'answered', ...ofAyu, requestId: 'a3', verdict: { ...retry, leadId: 'lead9' } }],
  notBeforeTheWin: [{ kind: 'answered', ...ofBudi, verdict: { ...lost, byMs: -1 } }],
  noContactBeforeAWin: [
    {
      kind: 'heard',
      repId: 'budi',
      event: 'lead:alert',
      payload: { ...ofOffer, contact: { phone: `${CONTACT_MARK} 1` } },
    },
  ],
  acceptedExists: [{ kind: 'accepted', leadId: 'lead2' }],
};

function historyOf(lines: Line[]): History {
  const history = new History();
  for (const line of lines) history.record(line);
  return history;
}

describe('the checker of histories', () => {
  test('finds nothing in a sound history', () => {
    expect(brokenRules(historyOf(SOUND), onFile)).toEqual([]);
  });

  test.each(RULE_NAMES)('finds a history that breaks %s', (name) => {
    const broken = brokenRules(historyOf([...SOUND, ...(PLANTED[name] ?? [])]), onFile);
    expect(broken.map((text) => text.split(' ')[0])).toContain(name);
  });

  test('finds a loser who was told another name, and a lost that turned into a win', () => {
    const toldCitra = historyOf([
      { kind: 'answered', ...ofBudi, verdict: { ...lost, winner: { id: 'citra', name: null } } },
    ]);
    expect(brokenRules(toldCitra, onFile)).toEqual([
      expect.stringContaining('namedIsTheWinner (1): offer1: citra was named, the file has ayu'),
    ]);
    const turned = historyOf([...SOUND, { kind: 'answered', ...ofBudi, verdict: { ...won, claimId: 'other' } }]);
    expect(brokenRules(turned, onFile).join()).toContain('finalIsFinal');
  });
});
