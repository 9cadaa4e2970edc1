/** What the control's scripts answer, as the port has it. */
import type { CloseAnswer, HoldAnswer } from './arbiter.ts';

export function standingOf<Answer extends CloseAnswer | HoldAnswer>(reply: unknown): Answer {
  const [kind, detail] = reply as [Answer['kind'], string];
  if (kind === 'claimed') return { kind, winnerId: detail } as Answer;
  return (kind === 'ended' ? { kind, reason: detail } : { kind }) as Answer;
}

export function timeOrNull(reply: unknown): number | null {
  return reply === null ? null : Number(reply);
}
