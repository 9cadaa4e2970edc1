import type { setup as indonesian } from '../id/desk-setup.ts';

export const setup = {
  screens: {
    title: 'Connect a screen',
    code: 'Code on the screen',
    name: 'Name of the screen',
    done: (name: string) => `${name} is connected.`,
  },
} satisfies typeof indonesian;
