import type { rules as indonesian } from '../id/desk-rules.ts';

export const rules = {
  policy: 'Policy',
  presetOpen: 'Open: everyone at once',
  presetTiered: "Tiered: the specification's defaults",
  modeInUse: 'in use',
  strengths: 'Strengths',
  weaknesses: 'Weaknesses',
  bestFor: 'Best for',
  version: (version: string) => `Version ${version}`,
  policyChanged: 'Somebody else changed the policy; refresh and try again.',
} satisfies typeof indonesian;
