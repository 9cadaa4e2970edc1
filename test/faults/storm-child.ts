/**
 * The crowd of the overload row, in a process of its own so that it does not slow the racers down whom it
 * disturbs: sockets that all come at once, or walls that watch boards and read one byte a second.
 * Says `open` when everybody is in, and lives until its input ends.
 */
import { createSystemClock } from '../../server/kernel/clock.ts';
import { SlowReader } from '../support/slow-reader.ts';

export interface Crowd {
  url: string;
  /** Taken in turn. */
  tokens: string[];
  sockets: number;
  /** Boards that each watches before it stops reading; empty: it reads on. */
  boards: { board: string; period: string; top: number }[];
}

async function enter({ url, tokens, boards }: Crowd, n: number): Promise<SlowReader> {
  const reader = await SlowReader.open(url, tokens[n % tokens.length] as string);
  for (const watch of boards) reader.say('board:watch', watch);
  if (boards.length > 0) reader.stopReading();
  return reader;
}

/** A byte a second each, for ever. */
function readSlowly(): void {
  for (const reader of readers) reader.readOneByte();
  clock.after(1_000, readSlowly);
}

const clock = createSystemClock();
const crowd = JSON.parse(process.argv[2] ?? '{}') as Crowd;
const readers = await Promise.all(Array.from({ length: crowd.sockets }, (_, n) => enter(crowd, n)));
if (crowd.boards.length > 0) readSlowly();
process.stdout.write('open\n');
process.stdin.on('end', () => process.exit(0)).resume();
