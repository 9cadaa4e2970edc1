/** Idle sockets: what each one costs in memory, beside a Socket.IO server that knows nobody. */
import { readFileSync } from 'node:fs';
import { createSystemClock, pause } from '../../server/kernel/clock.ts';
import type { Bench, Subject } from '../bench.ts';
import { sideBySide } from '../generator/http.ts';
import { Wire } from '../generator/wire.ts';
import { type Ground, groundFile, TEAM } from '../ground/ground.ts';
import { residentBytes } from '../measure/cpu.ts';
import { interleave, ratioOf, spreadOf } from '../measure/rounds.ts';
import { figure, type Scenario, told } from './scenario.ts';

export interface SocketsSize {
  rounds: number;
  sockets: number;
  /** Whose they are, in turn. */
  reps: number;
  team: number;
  /** The first ones are not counted: what a server makes once is none of theirs. */
  first: number;
  settleMs: number;
}

const WIDTH = 100;
/** Beside its sockets a process has a few dozen files. */
const OTHER_FILES = 200;
const clock = createSystemClock();

/** @throws Error in words when this machine does not let a process have so many files */
function assertFiles(sockets: number): void {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const most = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  const needed = sockets + OTHER_FILES;
  if (most === undefined || Number(most) >= needed) return;
  throw new Error(
    `${sockets} sockets need ${needed} open files and this shell allows ${most}: run \`ulimit -n ${needed}\` first`,
  );
}

/** Bytes for each socket beyond the first ones. The subject is a new process and ends with this. */
async function bytesPerSocket(subject: Subject, tokens: readonly string[], size: SocketsSize): Promise<number> {
  const wires: Wire[] = [];
  const connect = (count: number) =>
    sideBySide(count, WIDTH, async () => {
      wires.push(await Wire.open(subject.url, tokens[wires.length % tokens.length] as string));
    });
  await connect(size.first);
  await pause(clock, size.settleMs);
  const before = residentBytes(subject.pid as number);
  await connect(size.sockets - size.first);
  await pause(clock, size.settleMs);
  const bytes = residentBytes(subject.pid as number) - before;
  for (const wire of wires) wire.close();
  await subject.end();
  return bytes / (size.sockets - size.first);
}

async function run(bench: Bench, size: SocketsSize) {
  assertFiles(size.sockets);
  const ground: Ground = await groundFile({ leads: 0, reps: size.reps, team: size.team }, bench);
  const tokens = ground.reps.map(({ token }) => token);
  const kinds = ['product', 'bare'] as const;
  let done = 0;
  const [ours = [], bare = []] = await interleave(size.rounds, kinds, async (kind) => {
    bench.step(`${size.sockets} idle sockets`, done++, size.rounds * kinds.length);
    const subject = await (kind === 'product'
      ? bench.product({ file: bench.copyOf(ground.file) })
      : bench.baseline('bare-echo'));
    return bytesPerSocket(subject, tokens, size);
  });
  const kilobytes = (bytes: number[]) => spreadOf(bytes.map((each) => each / 1024));
  return {
    figures: [
      figure('socketMemory', ratioOf(ours, bare)),
      told('memory per idle socket', 'KB', kilobytes(ours)),
      told('memory per idle socket, bare Socket.IO', 'KB', kilobytes(bare)),
    ],
    runs: [],
    broken: [],
  };
}

export const sockets: Scenario<SocketsSize> = {
  name: 'sockets',
  shows: 'how much memory an idle socket takes, beside a bare Socket.IO server',
  owes: ['socketMemory'],
  sizes: {
    full: { rounds: 3, sockets: 10_000, reps: 10_000, team: TEAM, first: 500, settleMs: 3_000 },
    smoke: { rounds: 1, sockets: 60, reps: 3, team: 3, first: 10, settleMs: 50 },
  },
  takesUrl: false,
  run,
};
