/** The frames of a race as the product sends them, to the byte: baselines must carry the same load. */
const ID = '01m81m6hf1n59vf8tyhs0m5x3z';
const NAME = 'Rep 0';

export const idOf = (kind: string, n: number) => `${kind}_${ID.slice(0, 16)}${String(n).padStart(10, '0')}`;

export function alertOf(n: number, at: string) {
  return {
    id: n,
    offerId: idOf('offer', n),
    leadId: idOf('lead', n),
    company: { name: 'PT Uji Beban', size: 120 },
    contact: { title: 'IT Manager' },
    source: 'web form',
    score: 40,
    temperature: 'cold',
    opensAt: at,
    closesAt: at,
    sentAt: at,
    blind: false,
  };
}

export interface Asked {
  leadId: string;
  offerId: string;
  requestId: string;
}

export function wonOf({ leadId, offerId }: Asked, repId: string, at: string) {
  return {
    verdict: 'won',
    leadId,
    offerId,
    claimId: offerId,
    claimedAt: at,
    claimSpeedMs: 433,
    lead: {
      id: leadId,
      externalId: null,
      source: 'web form',
      type: null,
      status: 'owned',
      stage: null,
      company: { name: 'PT Uji Beban', size: 120, industry: null, country: null, region: null },
      contact: { name: 'Dewi', title: 'IT Manager', email: null, phone: null },
      interest: null,
      dealValue: null,
      signals: [],
      attributes: {},
      score: 40,
      temperature: 'cold',
      createdAt: at,
      claim: { repId, repName: NAME, claimedAt: at, claimSpeedMs: 433 },
    },
  };
}

export const lostOf = ({ leadId, offerId }: Asked, winnerId: string) => ({
  verdict: 'lost',
  leadId,
  offerId,
  winner: { id: winnerId, name: NAME },
  byMs: 2,
});

export const takenOf = (id: number, { leadId, offerId }: Asked, winnerId: string, at: string) => ({
  id,
  offerId,
  leadId,
  by: { id: winnerId, name: NAME },
  at,
});

export const withdrawnOf = (id: number, { leadId, offerId }: Asked) => ({ id, offerId, leadId, reason: 'won' });

export const awardOf = (id: number, { leadId }: Asked, at: string) => ({
  id,
  leadId,
  rule: 'claimWithin60s',
  points: 10,
  balance: 10 * id,
  at,
});
