/**
 * The bodies that HTTP callers send, as zod schemas (strict: an unknown field is an error that names
 * it). Text is bounded and free of control characters; money is whole units of the policy's currency;
 * times are ISO 8601 with a zone.
 */
import { z } from 'zod';
import { anId } from './up.ts';

/** Longest text a person may put into a field of a lead; longer ones are an error, never cut. */
export const TEXT_MAX = 10_000;
export const NAME_MAX = 200;

// Control characters other than line breaks and tabs break logs, CSV and terminals.
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point of this check
const clean = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/;
/** Half of a character (a lone surrogate) cannot be stored as it came. */
const whole = /^\P{Surrogate}*$/u;
/** Text that may be stored and shown anywhere; it may be empty. */
const plain = (max: number) =>
  z.string().max(max).regex(clean, 'has control characters').regex(whole, 'has half of a character');
const text = (max: number) => plain(max).trim().min(1);
const name = text(NAME_MAX);
const timeZone = z.string().refine(isTimeZone, 'is not an IANA time zone');
const day = z.iso.date();
const moment = z.iso.datetime({ offset: true });
const money = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const email = z.email().max(254);

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const tier = z.number().int().min(1).max(20);
export const repStatus = z.enum(['ready', 'break']);

/** The rep's own word: back at work, or not. */
export const ownStatus = z.strictObject({ status: repStatus });

/** What routing rules may ask of a rep (ROLE-01); a list that is empty bounds nothing. */
const routingAttributes = {
  territories: z.array(name).max(100).optional(),
  verticals: z.array(name).max(100).optional(),
  products: z.array(name).max(100).optional(),
  jobFunction: name.nullable().optional(),
  seniority: name.nullable().optional(),
};

export const newRep = z.strictObject({
  name,
  email,
  team: name.optional(),
  tier: tier.optional(),
  hiredOn: day.optional(),
  timeZone: timeZone.optional(),
  languages: z
    .array(z.enum(['id', 'en']))
    .max(2)
    .optional(),
  ...routingAttributes,
});
/** 5,000 reps with all that is known of them. */
export const IMPORT_CHARS_MAX = 700_000;
/**
 * Reps as a spreadsheet saves them: a line of names, then one a rep. `team`: of the rows that name none. `dryRun` reads and
 * judges, and stores nothing.
 */
export const newRepImport = z.strictObject({
  csv: plain(IMPORT_CHARS_MAX).min(1),
  team: name.optional(),
  dryRun: z.boolean().optional(),
});
/** `toRepId` null: back into the race. `leaves`: the rep is active no more, and signed in nowhere. */
export const newHandover = z.strictObject({
  toRepId: anId.nullable(),
  reason: text(1000),
  leaves: z.boolean().optional(),
});
export const repPatch = z
  .strictObject({
    tier: tier.optional(),
    team: name.optional(),
    active: z.boolean().optional(),
    quota: money.optional(),
    status: repStatus.optional(),
    ...routingAttributes,
    /** A manager's word that a newcomer may race once its weeks of watching are over. */
    readyToRace: z.boolean().optional(),
    /** Holds a newcomer in its phase for so many days more, from today. */
    extendOnboarding: z.strictObject({ days: z.number().int().min(1).max(365), reason: text(1000) }).optional(),
    /** Ticks a task of the policy's `trainingTasks` or `coachingTasks` off, or takes that back. */
    onboardingTask: z
      .strictObject({ list: z.enum(['training', 'coaching']), item: name, done: z.boolean() })
      .optional(),
    /** So many leads a week without a race, until then (FAIR-19); null ends what was granted. */
    protectedAllocation: z
      .strictObject({ until: moment, leadsPerWeek: z.number().int().min(1).max(1000).optional(), reason: text(1000) })
      .nullable()
      .optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'names nothing to change');
/** `team`: one of the caller's, else all of them. `dryRun` shows what would change and writes nothing. */
export const newTierComputation = z.strictObject({ team: name.optional(), dryRun: z.boolean().optional() }).nullish();
export const newManager = z.strictObject({ name, email, teams: z.array(name).max(100) });
export const newNamed = z.strictObject({ name });
/** `ttlSeconds` shortens a token's life; 30 days is the longest. */
export const newToken = z
  .strictObject({
    ttlSeconds: z
      .number()
      .int()
      .min(1)
      .max(30 * 86_400)
      .optional(),
  })
  .nullish();
export const newSession = z.strictObject({ invite: z.string().min(10).max(200) });

export const newLead = z.strictObject({
  externalId: text(200).optional(),
  source: name,
  type: name.optional(),
  company: z.strictObject({
    name: text(TEXT_MAX),
    size: z.number().int().min(0).max(100_000_000).optional(),
    industry: name.optional(),
    country: name.optional(),
    region: name.optional(),
  }),
  contact: z.strictObject({
    name: text(TEXT_MAX),
    title: name.optional(),
    email: email.optional(),
    phone: text(40).optional(),
  }),
  interest: text(TEXT_MAX).optional(),
  dealValue: money.optional(),
  signals: z.array(name).max(50).optional(),
  attributes: z.record(plain(100).min(1), z.union([plain(TEXT_MAX), z.number(), z.boolean(), z.null()])).optional(),
});

/** Nothing has to be said; Fastify gives null when nothing was. */
export const nothing = z.strictObject({}).nullish();
/** A body is optional: Fastify gives null when there is none. */
export const newClaim = z.strictObject({ offerId: anId.optional() }).nullish();
/** `repId`: the one who may claim by the link. */
export const newClaimLink = z.strictObject({ repId: anId });
export const newRelease = z.strictObject({ reason: text(1000) });
export const newAssignment = z.strictObject({ repId: anId, reason: text(1000) });
export const newActivity = z.strictObject({
  kind: z.enum(['call', 'email', 'sms', 'meeting', 'note']),
  outcome: text(NAME_MAX).optional(),
  nextStep: text(1000).optional(),
  note: text(TEXT_MAX).optional(),
  at: moment.optional(),
});
export const leadStage = z.enum(['qualified', 'disqualified', 'nurture', 'opportunity', 'won', 'lost']);
export const newStage = z.strictObject({
  stage: leadStage,
  reason: text(1000).optional(),
  revenue: money.optional(),
});
/** Whose account a company is (ROUTE-05); null: nobody's. Companies are the same by their letters, whatever the case. */
export const newAccount = z.strictObject({ company: name, ownerId: anId.nullable() });
export const newPause = z.strictObject({ reason: text(1000), days: z.number().int().min(1).max(90).default(14) });
export const newRollback = z.strictObject({
  version: z.number().int().min(0),
  reason: text(1000),
  effectiveAt: z.string().max(40).optional(),
});
export const newReview = z.strictObject({ note: text(1000).optional() });
export const newTimeOff = z.strictObject({ from: moment, until: moment });
export const newAssist = z.strictObject({
  colleagueId: anId,
  leadId: anId.optional(),
  note: text(1000).optional(),
});

/** What a rep may hold to be unfair (FAIR-22). */
export const COMPLAINT_CATEGORIES = [
  'alertLate',
  'notOffered',
  'lostClaim',
  'refusedClaim',
  'shareOfLeads',
  'leadQuality',
  'other',
] as const;
export type ComplaintCategory = (typeof COMPLAINT_CATEGORIES)[number];
export const newComplaint = z.strictObject({
  category: z.enum(COMPLAINT_CATEGORIES),
  leadId: anId.optional(),
  text: text(2000),
});
export const newComplaintAnswer = z.strictObject({ text: text(2000) });

export type NewLead = z.infer<typeof newLead>;
export type NewRep = z.infer<typeof newRep>;
export type RepPatch = z.infer<typeof repPatch>;
export type NewActivity = z.infer<typeof newActivity>;
export type LeadStage = z.infer<typeof leadStage>;
export type NewStage = z.infer<typeof newStage>;
