/** How leads are scored (SCORE-01 to SCORE-18): types, rules, and from which score on a lead is hot or warm. */
import { z } from 'zod';

const ITEMS_MAX = 200;
const name = z.string().trim().min(1).max(200);
const pointsScored = z.number().int().min(-100).max(100);

export const temperature = z.enum(['hot', 'warm', 'cold']);

/** A lead type of INTAKE-03: what it adds to the score, and the temperature it forces, if any. */
const scoringType = z.strictObject({
  type: name,
  /** Other spellings; case, spaces, `-` and `_` never matter. */
  aliases: z.array(name).max(50).optional(),
  points: pointsScored,
  temperature: temperature.optional(),
});
const activeDates = {
  activeFrom: z.iso.datetime({ offset: true }).optional(),
  activeUntil: z.iso.datetime({ offset: true }).optional(),
};
/** SCORE-02: attribute or event, condition, points, cap, active dates. */
const scoringRule = z.union([
  z.strictObject({
    rule: name,
    field: z.enum(['title', 'industry', 'country', 'region', 'source', 'emailDomain', 'signals']),
    /** Whole words of the field's text (title: within it; the others: all of it). */
    anyOf: z.array(name).min(1).max(100),
    points: pointsScored,
    /** Each matching signal pays up to this sum; absent: the rule pays once. */
    cap: pointsScored.optional(),
    /** A high-intent signal makes the lead hot by itself (SCORE-17). */
    makesHot: z.boolean().optional(),
    /** Only for companies of this many people or more. */
    companySizeFrom: z.number().int().min(0).optional(),
    ...activeDates,
  }),
  z.strictObject({
    rule: name,
    field: z.enum(['companySize', 'dealValue']),
    from: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    below: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    points: pointsScored,
    makesHot: z.boolean().optional(),
    ...activeDates,
  }),
]);
export const scoring = z
  .strictObject({
    /** Hot above, warm from, cold below (SCORE-17, CON-02). */
    hotAbove: z.number().int().min(0).max(100),
    warmFrom: z.number().int().min(0).max(100),
    types: z.array(scoringType).max(ITEMS_MAX),
    rules: z.array(scoringRule).max(ITEMS_MAX),
  })
  .refine((value) => value.warmFrom <= value.hotAbove, {
    path: ['warmFrom'],
    message: 'is above hotAbove',
  });
