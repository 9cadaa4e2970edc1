/** One tap on KLAIM, as the page tells it: while nobody has answered, it says that. */
import { ClaimUnanswered, type Verdict } from '../../client-sdk/src/sambar-client.ts';
import { explain } from '../shared/problems.ts';
import { tell, tellTap } from './signals.ts';

/** Where the rep's own tap on an offer stands. */
export type Tap =
  | { kind: 'sending' }
  | { kind: 'unsure' }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'unanswered' }
  | { kind: 'problem'; text: string };

/** Whether the server's answer is still out. */
export function isOut(tap: Tap | null): boolean {
  return tap?.kind === 'sending' || tap?.kind === 'unsure';
}

/** Asks for the verdict and shows each step; answers the verdict, or null where there is none. */
export async function tapped(
  ask: (onUnsure: () => void) => Promise<Verdict>,
  show: (tap: Tap) => void,
): Promise<Verdict | null> {
  show({ kind: 'sending' });
  tellTap();
  try {
    const verdict = await ask(() => show({ kind: 'unsure' }));
    show({ kind: 'verdict', verdict });
    if (verdict.verdict === 'won' || verdict.verdict === 'lost') tell(verdict.verdict);
    return verdict;
  } catch (error) {
    show(error instanceof ClaimUnanswered ? { kind: 'unanswered' } : { kind: 'problem', text: explain(error) });
    return null;
  }
}
