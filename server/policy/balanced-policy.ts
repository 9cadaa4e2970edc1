/**
 * The rules of the preset `balanced` (DIST-19, DIST-20): one ordered list. The premium pool runs the race, by tiers; the
 * standard pool runs none, so there DIST-13 holds: push what is worth most, pull what is worth least.
 */
import { KNOWN_ACCOUNT, REFERRAL, type RoutingPolicy, type Step, TOP_PERFORMERS_FIRST } from './routing-policy.ts';

/** Whoever asks for us: their interest cools by the minute. */
const INBOUND_DEMAND = [
  'demo request',
  'talk to sales',
  'inbound call',
  'free trial signup',
  'pricing inquiry',
  'named account inbound',
];
/** A source that knows the ideal customer says so by one of these signals. */
const ICP = ['icp', 'icp match', 'ideal customer'];
const LOW_PRIORITY = [
  'cold outbound response',
  'old lead re-engagement',
  'content download',
  'whitepaper download',
  'early stage content',
  'newsletter signup',
];

const everybody = { everybody: true } as const;
const byPerformance: Step = { target: everybody, method: 'weighted', weights: [3, 2, 1] };
/** Then whoever is there. */
const toTopPerformers = { ...TOP_PERFORMERS_FIRST, fallback: [...TOP_PERFORMERS_FIRST.fallback, byPerformance] };

/** In this order. What a rep is good at bounds every rule (`criteria`): specialisation comes first. */
export function balancedRules(): RoutingPolicy['rules'] {
  return [
    // ROUTE-05: its owner's, race or none.
    KNOWN_ACCOUNT,
    // ROUTE-10, CON-46: a referral is pushed, where a race runs too.
    { ...REFERRAL, ...toTopPerformers },
    // DIST-20: where a race runs, inbound demand and ICP leads are raced for; tier 1 is in it first.
    { name: 'premium', when: { field: 'pool', in: ['premium'] }, target: everybody, method: 'race', fallback: [] },
    // DIST-13: where none runs, they are pushed.
    {
      name: 'inbound demand and ICP',
      when: {
        any: [
          { field: 'type', in: INBOUND_DEMAND },
          { field: 'signals', in: ICP },
        ],
      },
      ...toTopPerformers,
    },
    // DIST-13, DIST-19: what can be lost is pulled, by newer reps first.
    {
      name: 'low priority',
      when: {
        any: [
          { field: 'type', in: LOW_PRIORITY },
          { field: 'temperature', in: ['cold'] },
        ],
      },
      target: { segment: { seniorities: ['junior'] } },
      method: 'queue',
      fallback: [{ target: everybody, method: 'queue' }],
    },
    { name: 'everybody else', ...byPerformance, fallback: [{ target: everybody, method: 'queue' }] },
  ];
}
