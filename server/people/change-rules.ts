/**
 * What a change of a rep leaves on record, so that a past moment can be decided again: of everything that routing, limits
 * and sums look at, how it was before and is after. Tier, presence and attainment have records of their own,
 * and what was granted to a rep (`protectedAllocations`) says itself from when to when it held. Pure.
 */

/** Of a rep's row. */
interface RecordedRep {
  team: string | null;
  hiredOn: string | null;
  timeZone: string | null;
  languages: string;
  quota: number | null;
  territories: string;
  verticals: string;
  products: string;
  jobFunction: string | null;
  seniority: string | null;
  readyOn: string | null;
  onboardingExtensions: string;
}

export const RECORDED = [
  'team',
  'hiredOn',
  'timeZone',
  'languages',
  'quota',
  'territories',
  'verticals',
  'products',
  'jobFunction',
  'seniority',
  'readyOn',
  'onboardingExtensions',
] as const satisfies (keyof RecordedRep)[];

/** The members that a change has changed. */
export type RecordedMembers = Partial<RecordedRep>;

/** JSON of the members before and after: `{}` where the change was of something else. */
export function changeOnRecord(before: RecordedRep, after: RecordedRep): { was: string; became: string } {
  const changed = RECORDED.filter((member) => before[member] !== after[member]);
  const of = (row: RecordedRep) => Object.fromEntries(changed.map((member) => [member, codesOf(row, member)]));
  return { was: JSON.stringify(of(before)), became: JSON.stringify(of(after)) };
}

/** The record has no free text: why somebody was held in a phase stays with the rep. */
function codesOf(row: RecordedRep, member: (typeof RECORDED)[number]): string | number | null {
  if (member !== 'onboardingExtensions') return row[member];
  const extensions = JSON.parse(row.onboardingExtensions) as { from: string; days: number }[];
  return JSON.stringify(extensions.map(({ from, days }) => ({ from, days })));
}
