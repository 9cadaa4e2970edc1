/** A torture's figures for people: one column an arbiter. */
import { mark, table } from '../../tools/terminal/output.ts';
import type { TortureFigures, TortureResult } from '../scenarios/torture.ts';

const yes = (is: boolean) => (is ? 'yes' : 'NO');

const ROWS: [string, (figures: TortureFigures) => string | number][] = [
  ['seconds', ({ seconds }) => seconds],
  ['leads, each tried by everybody', ({ leads }) => leads],
  ['leads a second', ({ leadsPerSecond }) => leadsPerSecond],
  ['claims', ({ claims }) => claims],
  ['won', ({ verdicts }) => verdicts.won ?? 0],
  ['lost', ({ verdicts }) => verdicts.lost ?? 0],
  ['retry', ({ verdicts }) => verdicts.retry ?? 0],
  ['no answer, asked again', ({ verdicts }) => verdicts.silence ?? 0],
  ['kills', ({ kills }) => kills],
  ['kills with claims in flight', ({ killsInFlight }) => killsInFlight],
  ['kills that met a commit', ({ killsAtCommit }) => killsAtCommit],
  ['freezes', ({ freezes }) => freezes],
  ['Redis killed', ({ redisRestarts }) => redisRestarts],
  ['Redis emptied', ({ redisEmptied }) => redisEmptied],
  ['links cut', ({ cuts }) => cuts],
  ['take-overs', ({ takeOvers }) => takeOvers.count],
  ['blow to first win told, p50 ms', ({ takeOvers }) => takeOvers.p50Ms],
  ['blow to first win told, max ms', ({ takeOvers }) => takeOvers.maxMs],
  ['double wins', ({ doubleWins }) => doubleWins],
  ['lost wins', ({ lostWins }) => lostWins],
  ['lost leads', ({ lostLeads }) => lostLeads],
  ['wrong names', ({ wrongNames }) => wrongNames],
  ['unanswered', ({ unanswered }) => unanswered],
  ['verify ok', ({ verifyOk }) => yes(verifyOk)],
  ['rebuild same', ({ rebuildSame }) => yes(rebuildSame)],
];

/** Lines of the table, what was broken, what was missed, and the verdict. */
export function tortureReport({ seed, arms, missed }: TortureResult): string[] {
  return [
    ...table([['', ...arms.map(({ arbiter }) => arbiter)], ...ROWS.map(([name, of]) => [name, ...arms.map(of)])]),
    '',
    ...arms.flatMap(({ arbiter, broken }) => broken.map((words) => `${arbiter}: ${words}`)),
    ...arms.flatMap(({ arbiter, unjudged }) => unjudged.map((words) => `${arbiter}, not judged: ${words}`)),
    ...missed.map((words) => `missed: ${words}`),
    `seed ${seed}: every promise held ${mark(arms.every(({ broken }) => broken.length === 0))}, enough was tried ${mark(missed.length === 0)}`,
  ];
}
