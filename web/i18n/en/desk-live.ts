import type { live as indonesian } from '../id/desk-live.ts';

export const live = {
  who: 'Who is on',
  nobody: 'No reps yet.',
} satisfies typeof indonesian;
