import type { common as indonesian } from '../id/common.ts';

export const common = {
  language: 'English',
  connection: {
    connecting: 'Connecting…',
    live: 'Connected',
    offline: 'Disconnected, reconnecting…',
    refused: (reason: string) => `Cannot sign in (${reason})`,
    noNetwork: 'No network. Claims wait until you are connected again.',
    stale: (age: string) => `Disconnected. What you see is ${age} old.`,
    newer: 'A new version is ready.',
    reload: 'Reload',
  },
  signIn: {
    title: 'Sign in',
    token: 'Token',
    submit: 'Sign in',
    help: 'Open the invite link from your manager, or paste a token here.',
    adminHelp: 'Paste the admin key or a manager token.',
    screenHelp: "Paste this screen's token.",
    redeeming: 'Checking the invite…',
    signOut: 'Sign out',
    signedOut: 'Your session has ended. Please sign in again.',
  },
  temperature: { hot: 'Hot', warm: 'Warm', cold: 'Cold' },
  errors: {
    unreachable: 'The server cannot be reached. Try again.',
    problem: (message: string) => `Failed: ${message}`,
  },
  dismiss: 'Close',
  cancel: 'Cancel',
} satisfies typeof indonesian;
