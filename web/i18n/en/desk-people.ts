import type { people as indonesian } from '../id/desk-people.ts';

export const people = {
  newRep: 'Add a rep',
  invite: 'Make an invite',
  inviteLink: 'Invite link (single use, 24 hours)',
} satisfies typeof indonesian;
