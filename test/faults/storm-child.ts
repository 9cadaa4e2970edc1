/**
 * The crowd of the overload row, in a process of its own, at a low priority: it stands for thousands of
 * machines elsewhere, and must not take the time of the racers whom it disturbs through the server alone.
 *
 * It does what it reads, a word a line, and says a dot for each socket that is in, then a line of what is done:
 *   come   all connect at once, those that are connected having broken off at once; done: `in`, their boards asked for
 *   go     all break off; done: `out`
 * It lives until its input ends.
 */
import { getPriority, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
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

/** Below the racers by this much: what they leave. */
const NICER_BY = 19;
const NICEST = 19;
const COME_AGAIN_MS = 250;

const clock = createSystemClock();
const crowd = JSON.parse(process.argv[2] ?? '{}') as Crowd;
let readers: SlowReader[] = [];

/** Tries again, as clients do whom a full line or a broken link turned away. */
async function enter(n: number): Promise<void> {
  const { url, tokens, boards } = crowd;
  try {
    const reader = await SlowReader.open(url, tokens[n % tokens.length] as string);
    readers.push(reader);
    // Without waiting for the answers: it would be reading for as long.
    for (const watch of boards) reader.say('board:watch', watch);
    if (boards.length > 0) reader.stopReading();
    process.stdout.write('.');
  } catch {
    await new Promise<void>((resolve) => void clock.after(COME_AGAIN_MS, resolve));
    await enter(n);
  }
}

function breakOff(): void {
  for (const reader of readers) reader.close();
  readers = [];
}

/** A byte a second each, for ever. */
function readSlowly(): void {
  for (const reader of readers) reader.readOneByte();
  clock.after(1_000, readSlowly);
}

setPriority(Math.min(getPriority() + NICER_BY, NICEST));
if (crowd.boards.length > 0) readSlowly();
for await (const word of createInterface(process.stdin)) {
  breakOff();
  if (word === 'come') await Promise.all(Array.from({ length: crowd.sockets }, (_, n) => enter(n)));
  process.stdout.write(word === 'come' ? 'in\n' : 'out\n');
}
process.exit(0);
