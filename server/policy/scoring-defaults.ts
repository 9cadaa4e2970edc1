/**
 * The scoring model a new database starts with: the spec's defaults (INTAKE-03, SCORE-04..10, the
 * temperatures of SLA-25). Data, so that sales and marketing change it in the policy, not in code.
 *
 * Weight grows with closeness to purchase (SCORE-06): nothing educational comes near a demo request.
 */
import type { ScoringPolicy, ScoringRule } from './policy-rules.ts';

const types: ScoringPolicy['types'] = [
  {
    type: 'demo request',
    aliases: ['demo', 'request demo', 'request a demo', 'book a demo'],
    points: 50,
    temperature: 'hot',
  },
  {
    type: 'pricing inquiry',
    aliases: ['pricing', 'pricing page', 'pricing enquiry', 'pricing request'],
    points: 25,
    temperature: 'hot',
  },
  {
    type: 'talk to sales',
    aliases: ['contact sales', 'sales contact'],
    points: 45,
    temperature: 'hot',
  },
  { type: 'inbound call', aliases: ['call in', 'phone inbound'], points: 45, temperature: 'hot' },
  {
    type: 'free trial signup',
    aliases: ['free trial', 'trial', 'trial signup', 'free trial sign up'],
    points: 40,
    temperature: 'hot',
  },
  {
    type: 'content download',
    aliases: ['ebook', 'e-book', 'ebook download', 'e-book download'],
    points: 10,
    temperature: 'warm',
  },
  {
    type: 'mql from content engagement',
    aliases: ['mql', 'mql from content', 'content mql', 'content engagement'],
    points: 20,
    temperature: 'warm',
  },
  {
    type: 'webinar attendee',
    aliases: ['webinar', 'webinar signup', 'webinar sign up', 'webinar attendance'],
    points: 20,
    temperature: 'warm',
  },
  {
    type: 'newsletter signup',
    aliases: ['newsletter', 'newsletter sign up'],
    points: 5,
    temperature: 'cold',
  },
  { type: 'early stage content', aliases: ['early content'], points: 5, temperature: 'cold' },
  { type: 'event lead', aliases: ['event'], points: 20, temperature: 'warm' },
  { type: 'referral', aliases: ['referred'], points: 35, temperature: 'hot' },
  {
    type: 'cold outbound response',
    aliases: ['cold outbound', 'outbound response'],
    points: 20,
    temperature: 'warm',
  },
  {
    type: 'old lead re-engagement',
    aliases: ['old lead', 're-engagement', 'reengagement', 'old lead reengagement'],
    points: 5,
    temperature: 'cold',
  },
  { type: 'named account inbound', aliases: ['named account'], points: 40, temperature: 'hot' },
  { type: 'conference lead', aliases: ['conference'], points: 20, temperature: 'warm' },
  {
    type: 'whitepaper download',
    aliases: ['whitepaper', 'white paper', 'white paper download'],
    points: 15,
    temperature: 'warm',
  },
];

const PERSONAL_MAILBOXES = [
  'gmail.com',
  'googlemail.com',
  'yahoo.com',
  'yahoo.co.id',
  'ymail.com',
  'hotmail.com',
  'outlook.com',
  'live.com',
  'icloud.com',
  'aol.com',
  'proton.me',
  'protonmail.com',
];

const rules: ScoringRule[] = [
  {
    rule: 'title: buys technology',
    field: 'title',
    anyOf: ['CTO', 'Chief Technology Officer', 'IT Manager', 'Head of IT', 'IT Director', 'Manajer IT', 'Direktur IT'],
    points: 30,
  },
  {
    rule: 'title: leads the company',
    field: 'title',
    anyOf: ['CEO', 'Chief Executive Officer', 'Founder', 'Owner', 'President Director', 'Direktur Utama'],
    points: 30,
  },
  {
    rule: 'title: intern or student',
    field: 'title',
    anyOf: ['intern', 'student', 'magang', 'mahasiswa', 'mahasiswi'],
    points: -20,
  },
  { rule: 'company: enterprise', field: 'companySize', from: 500, points: 15 },
  { rule: 'company: mid-market', field: 'companySize', from: 50, below: 500, points: 10 },
  {
    rule: 'signal: asked for a demo',
    field: 'signals',
    anyOf: ['demo request', 'demo', 'requested demo'],
    points: 50,
    makesHot: true,
  },
  {
    rule: 'signal: pricing page',
    field: 'signals',
    anyOf: ['pricing page', 'pricing', 'pricing page visit', 'visited pricing', 'pricing visit'],
    points: 25,
    makesHot: true,
  },
  {
    rule: 'signal: asked for a call',
    field: 'signals',
    anyOf: ['talk to sales', 'contact sales', 'callback request', 'inbound call'],
    points: 40,
    makesHot: true,
  },
  {
    rule: 'signal: free trial',
    field: 'signals',
    anyOf: ['free trial', 'trial', 'trial signup', 'free trial signup'],
    points: 40,
    makesHot: true,
  },
  {
    rule: 'signal: webinar',
    field: 'signals',
    anyOf: ['webinar', 'webinar attendance', 'webinar attendee'],
    points: 20,
  },
  {
    rule: 'signal: whitepaper',
    field: 'signals',
    anyOf: ['whitepaper', 'white paper', 'whitepaper download'],
    points: 15,
  },
  {
    rule: 'signal: e-book',
    field: 'signals',
    anyOf: ['ebook', 'e-book', 'ebook download', 'content download'],
    points: 10,
  },
  {
    rule: 'signal: budget confirmed',
    field: 'signals',
    anyOf: ['budget', 'budget confirmed'],
    points: 15,
  },
  {
    rule: 'signal: urgent need',
    field: 'signals',
    anyOf: ['urgent', 'urgent need', 'need urgent'],
    points: 15,
  },
  {
    rule: 'signal: authority',
    field: 'signals',
    anyOf: ['authority', 'decision maker', 'authority confirmed'],
    points: 10,
  },
  {
    rule: 'signal: timeline',
    field: 'signals',
    anyOf: ['timeline', 'purchase timeline', 'timeline confirmed'],
    points: 10,
  },
  {
    rule: 'signal: unsubscribed',
    field: 'signals',
    anyOf: ['unsubscribe', 'unsubscribed', 'newsletter unsubscribe'],
    points: -30,
  },
  {
    rule: 'signal: looks for a job',
    field: 'signals',
    anyOf: ['careers', 'careers page', 'careers page visit', 'career page'],
    points: -40,
  },
  // SCORE-10: only where a company mailbox is to be expected.
  {
    rule: 'mailbox: personal, at an enterprise',
    field: 'emailDomain',
    anyOf: PERSONAL_MAILBOXES,
    points: -15,
    companySizeFrom: 500,
  },
];

export const SCORING_DEFAULTS: ScoringPolicy = { hotAbove: 80, warmFrom: 50, types, rules };
