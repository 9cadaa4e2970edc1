/**
 * The verdict on one claim: a value, never an exception, and always sent as an ack or as the answer
 * of the HTTP call, never as an event. `won` and `lost` are final for the offer; every other verdict
 * is judged anew when the rep asks again, with the same `requestId` too.
 */
import { z } from 'zod';

/** Why a rep may not have a lead, in words a program can switch on. */
export const refusalRule = z.enum([
  'notInOffer',
  'notReady',
  'inactive',
  'dailyCap',
  'maxOpenLeads',
  'hotPerWarm',
  'claimsPerAuto',
  'coldPerWeek',
  'weeklyAllowance',
  'attemptRate',
  'onboarding',
  'teamPool',
]);
/** Why an offer is over without this rep having lost a race for it. */
export const goneReason = z.enum(['expired', 'withdrawn', 'assigned', 'released', 'reassigned']);
/** Why a claim was not judged; asking again with the same `requestId` is always right. */
export const retryReason = z.enum([
  'arbiterAway',
  'rebuilding',
  'clockSkew',
  'tooLate',
  'pendingWin',
  'notStored',
  'draining',
  'overloaded',
  'ledgerAway',
]);

/** The whole lead, contact details included: only its owner and its managers ever see this shape. */
export const leadView = z.object({
  id: z.string(),
  externalId: z.string().nullable(),
  source: z.string(),
  type: z.string().nullable(),
  status: z.string(),
  stage: z.string().nullable(),
  company: z.object({
    name: z.string(),
    size: z.number().nullable(),
    industry: z.string().nullable(),
    country: z.string().nullable(),
    region: z.string().nullable(),
  }),
  contact: z
    .object({
      name: z.string(),
      title: z.string().nullable(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
    })
    .nullable(),
  interest: z.string().nullable(),
  dealValue: z.number().nullable(),
  signals: z.array(z.string()),
  attributes: z.record(z.string(), z.unknown()),
  score: z.number(),
  temperature: z.enum(['hot', 'warm', 'cold']),
  createdAt: z.string(),
  claim: z
    .object({
      repId: z.string(),
      repName: z.string().nullable(),
      claimedAt: z.string(),
      claimSpeedMs: z.number().nullable(),
    })
    .nullable(),
});

const ofOffer = { leadId: z.string(), offerId: z.string().nullable() };

export const verdict = z.discriminatedUnion('verdict', [
  z.object({
    verdict: z.literal('won'),
    ...ofOffer,
    claimId: z.string(),
    claimedAt: z.string(),
    claimSpeedMs: z.number(),
    lead: leadView,
  }),
  z.object({
    verdict: z.literal('lost'),
    ...ofOffer,
    winner: z.object({ id: z.string(), name: z.string().nullable() }),
    byMs: z.number(),
  }),
  z.object({
    verdict: z.literal('early'),
    ...ofOffer,
    opensAt: z.string(),
    opensInMs: z.number(),
  }),
  z.object({
    verdict: z.literal('refused'),
    ...ofOffer,
    rule: refusalRule,
    message: z.string(),
    /** Of `hotPerWarm`, `claimsPerAuto`, `coldPerWeek`: how many leads lift it; absent: not known here. */
    owed: z.number().int().optional(),
  }),
  z.object({ verdict: z.literal('gone'), ...ofOffer, reason: goneReason }),
  z.object({
    verdict: z.literal('retry'),
    ...ofOffer,
    reason: retryReason,
    afterMs: z.number(),
  }),
]);

export type RefusalRule = z.infer<typeof refusalRule>;
export type GoneReason = z.infer<typeof goneReason>;
export type RetryReason = z.infer<typeof retryReason>;
export type LeadView = z.infer<typeof leadView>;
export type Verdict = z.infer<typeof verdict>;
export type Won = Extract<Verdict, { verdict: 'won' }>;
export type Lost = Extract<Verdict, { verdict: 'lost' }>;
