/** The section `claim` as a person reads it. Pure. */
import type { Language } from './condition-words.ts';
import type { Policy } from './policy-rules.ts';

export function claimInWords({ claim }: Policy, language: Language): string[] {
  const id = language === 'id';
  if (claim.confirmMode === 'tap') return [id ? 'KLAIM berlaku pada ketukan pertama.' : 'CLAIM acts at the first tap.'];
  return [
    id
      ? 'KLAIM ditahan 0,4 detik, atau diketuk dua kali dalam 3 detik, supaya sentuhan yang tidak disengaja tidak mengklaim.'
      : 'CLAIM is held for 0.4 seconds, or tapped twice within 3 seconds, so that a touch by accident claims nothing.',
  ];
}
