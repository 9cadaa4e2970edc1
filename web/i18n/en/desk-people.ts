import type { people as indonesian } from '../id/desk-people.ts';

export const people = {
  newRep: 'Add a rep',
  invite: 'Make an invite',
  inviteLink: 'Invite link (single use, 24 hours)',
  hereOnly:
    'This link opens on this computer alone. For phones, set PUBLIC_URL to the address of the server and start it again.',
  search: 'Find a name or e-mail',
  allTeams: 'All teams',
  lastSeen: 'Last seen',
  openLeads: 'Open leads',
  now: 'Now',
  notSignedIn: 'Not signed in yet',
  quota: 'Quota a month',
  save: 'Save',
  saved: 'Saved.',
  sendOnBreak: 'Send on a break',
  makeReady: 'Make ready',
  takeBack: 'Take back',
  lostPhone: {
    title: 'Lost phone',
    what: (name: string) =>
      `Every device of ${name} is signed out at once and old invites are void. Then there is a new invite for the next phone.`,
    act: 'Yes, sign all devices out',
  },
  leaver: {
    title: 'Has left',
    handOn: 'Hand leads on',
    what: (name: string) =>
      `${name} becomes inactive, all devices are signed out, and leads that are still open are handed on. Finished ones stay on record under the name.`,
    to: 'Open leads go to',
    toRace: 'The race again',
    act: (leads: string) => `Yes, hand on ${leads} open leads`,
    actAlone: 'Yes, make inactive',
    reason: 'The rep has left',
    done: (leads: string, left: number) =>
      left === 0 ? `Handed on: ${leads}.` : `Handed on: ${leads}; not yet: ${left}. Try again.`,
  },
  training: 'To be learned',
  coaching: 'To be coached',
  protectedUntil: (until: string) => `Protected allocation until ${until}.`,
  endProtection: 'End the allocation',
  managers: 'Managers',
  newManager: 'Add a manager',
  teamsOfManager: 'Teams, with commas between',
} satisfies typeof indonesian;
