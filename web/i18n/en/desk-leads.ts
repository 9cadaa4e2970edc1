import type { leads as indonesian } from '../id/desk-leads.ts';

export const leads = {
  newLead: 'Send a test lead',
  company: 'Company',
  size: 'Employees',
  contactName: 'Contact name',
  contactTitle: 'Title',
  phone: 'Phone',
  score: 'Score',
  owner: 'Owner',
  race: 'Race',
  opens: 'Opens',
  sent: 'Sent',
  delivered: 'Delivered',
  seen: 'Seen',
  claimedAt: 'Claim',
  result: 'Result',
  offer: (number: string) => `Offer ${number}`,
  noRace: 'No offer yet.',
  axis: 'Time axis of the race, in milliseconds since the first alert',
} satisfies typeof indonesian;
