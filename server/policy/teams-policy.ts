/**
 * What differs from team to team: zone and hours, which are facts, and `rules`, in place of the company's (COMP-11,
 * FAIR-20). A key that a team does not name is the company's; `null` is off for the team alone.
 *
 * What is about a rep acts wherever the team's reps race: in one offer reps of two teams go by their own delays, caps
 * and ratios, and each team's races keep to its own mix. What is about a release (`blind`, when it counts as not clear)
 * acts on the leads that a rule gives to this team alone. What nobody could tell apart by team stays the company's:
 * routing, points, boards, scores, the rate of taps, who sees a winner's name.
 */
import { z } from 'zod';
import { blindSection } from './blind-policy.ts';
import { teamFacts } from './calendar-policy.ts';
import { competitionFields, MODES } from './competition-policy.ts';
import { fairnessFields } from './fairness-policy.ts';
import { mixSection } from './mix-policy.ts';
import { onboardingSection } from './onboarding-policy.ts';
import { priorityWindowsSection } from './priority-windows-policy.ts';
import { quotaSection } from './quota-policy.ts';
import { speedBoardSection } from './speed-board-policy.ts';

const TEAMS_MAX = 1000;

const { attemptRate: _, showWinnerName: __, ...competition } = competitionFields;

const teamRules = z.strictObject({
  mode: z.enum(MODES).optional(),
  competition: z.strictObject(competition).partial().optional(),
  fairness: z.strictObject(fairnessFields).partial().optional(),
  quotaAllocation: quotaSection.nullable().optional(),
  priorityWindows: priorityWindowsSection.unwrap().optional(),
  onboarding: onboardingSection.unwrap().optional(),
  blind: blindSection.unwrap().optional(),
  mix: mixSection.unwrap().optional(),
  speedBoard: speedBoardSection.unwrap().optional(),
});

export type TeamRules = z.infer<typeof teamRules>;

export const teamsSection = z
  .record(
    z.string().trim().min(1).max(200),
    z
      .strictObject({ ...teamFacts, rules: teamRules.optional() })
      .refine((team) => Object.keys(team).length > 0, 'says nothing of the team'),
  )
  .refine((teams) => Object.keys(teams).length <= TEAMS_MAX, `has more than ${TEAMS_MAX} teams`);
