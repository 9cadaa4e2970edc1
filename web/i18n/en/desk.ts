import type { desk as indonesian } from '../id/desk.ts';

export const desk = {
  title: 'Manage',
  refresh: 'Refresh',
  updated: (time: string) => `Loaded ${time} ago`,
  submit: 'Send',
  more: 'Next',
  name: 'Name',
  email: 'E-mail',
  team: 'Team',
  tier: 'Tier',
  status: 'Status',
  source: 'Source',
  time: 'Time',
  rep: 'Rep',
  ready: 'Ready',
  onBreak: 'On a break',
  inactive: 'Inactive',
  online: 'Online',
  offline: 'Offline',
  sections: { live: 'Live', leads: 'Leads', people: 'Reps', rules: 'Rules', setup: 'Set-up' },
} satisfies typeof indonesian;
