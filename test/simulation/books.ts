/**
 * Books of rules that a simulated company may go by: few whole documents, written by hand, that differ in which sections
 * are on. Each is laid over the document in force, so that it meets every preset's windows and limits; a script changes
 * from one to another in the middle (`rules` in `acts.ts`).
 */
import type { Policy } from '../../server/policy/policy-rules.ts';
import { EVERYBODY, ROUTING_OFF, type RoutingPolicy } from '../../server/policy/routing-policy.ts';

export const BOOK_NAMES = ['plain', 'turns', 'accounts', 'newcomers', 'fairness'] as const;
export type BookName = (typeof BOOK_NAMES)[number];

/** The teams of a company that goes by a book. */
export const TEAMS = ['North', 'South'] as const;

export const LEAD_TYPES = ['demo request', 'whitepaper download', 'newsletter signup'] as const;
const [DEMO, WHITEPAPER, NEWSLETTER] = LEAD_TYPES;

const NORTH = { teams: [TEAMS[0]] };
const ofType = (...types: string[]) => ({ field: 'type' as const, in: types });
const rulesAre = (...rules: RoutingPolicy['rules']): RoutingPolicy => ({
  ...ROUTING_OFF,
  rules,
  availability: { timeOff: true, workingHours: false },
});

const RACE: RoutingPolicy['rules'][number] = { name: 'the rest', target: EVERYBODY, method: 'race', fallback: [] };

/** Pushed by turns, each in its own way; to a team alone, which may have no room, be away or be paused. */
const TURNS = rulesAre(
  { name: 'by weight', when: ofType(DEMO), target: EVERYBODY, method: 'weighted', weights: [3, 2, 1], fallback: [] },
  {
    name: 'to the North',
    when: ofType(WHITEPAPER),
    target: NORTH,
    method: 'roundRobin',
    fallback: [{ target: EVERYBODY, method: 'race' }],
  },
  RACE,
);

/** What is an account's goes to its owner; small companies are a free pick; of large ones some fall under no rule. */
const ACCOUNTS = rulesAre(
  {
    name: 'known account',
    when: { field: 'accountKnown', is: true },
    target: EVERYBODY,
    method: 'accountOwner',
    fallback: [{ target: EVERYBODY, method: 'roundRobin' }],
  },
  {
    name: 'free pick',
    when: { field: 'companySize', below: 300 },
    target: EVERYBODY,
    method: 'queue',
    fallback: [{ target: NORTH, method: 'roundRobin' }],
  },
  { name: 'no newsletters', when: { not: ofType(NEWSLETTER) }, target: EVERYBODY, method: 'race', fallback: [] },
);

type Book = (document: Policy) => Policy;

const holding = (document: Policy, maxOpenLeads: number) => ({ ...document.competition, maxOpenLeads });

export const BOOKS: Readonly<Record<BookName, Book>> = {
  plain: (document) => document,
  turns: (document) => ({ ...document, routing: TURNS, competition: holding(document, 3) }),
  accounts: (document) => ({ ...document, routing: ACCOUNTS, competition: holding(document, 4) }),
  newcomers: (document) => ({
    ...document,
    routing: ROUTING_OFF,
    onboarding: {
      shadowWeeks: 4,
      cohortWeeks: 4,
      guaranteedWeeks: 4,
      protectedDays: 90,
      baseLoadPerWeek: 10,
      readinessNeeded: true,
      trainingTasks: ['Tools'],
      coachingTasks: [],
    },
    quotaAllocation: {
      bands: [
        { fromPct: 0, perWeek: 2 },
        { fromPct: 50, perWeek: 5 },
      ],
    },
  }),
  fairness: (document) => ({
    ...document,
    routing: rulesAre(RACE),
    competition: holding(document, 5),
    priorityWindows: { minutes: 30, headStartSeconds: 20, reminderSeconds: 300 },
    blind: { shareOfStandard: 0.3, shareOfPremium: 0, show: ['industry', 'region'] },
    mix: { standard: 40, low: 40, high: 20, window: 10, tolerance: 10 },
  }),
};

/** What routing, onboarding and quota know of a rep; the first day of all is 23 November 2026. */
export interface Attributes {
  team?: string;
  hiredOn?: string;
  quota?: number;
}

const NEWCOMERS: readonly Attributes[] = [
  {},
  // Weeks 5 to 8: in the cohort.
  { hiredOn: '2026-10-20' },
  { quota: 1_000 },
  { hiredOn: '2026-10-22' },
  // Weeks 1 to 4: watching.
  { hiredOn: '2026-11-20' },
  // Weeks 9 to 12: guaranteed.
  { hiredOn: '2026-09-20', quota: 5_000 },
];

/** Of the rep that is added as number `at` (0 is the first) to a company that begins with this book. */
export function attributesOf(book: BookName, at: number): Attributes {
  if (book === 'plain') return {};
  const team = TEAMS[at % TEAMS.length]!;
  return book === 'newcomers' ? { team, ...NEWCOMERS[at % NEWCOMERS.length] } : { team };
}
