/**
 * Which process a pid means, beyond doubt. A pid alone is used again, so a process is known by its
 * start time, the machine's boot and the namespace its pid is counted in as well; all from /proc, so
 * on Linux alone: elsewhere nobody can be identified, and nobody is ended.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since the boot, as the kernel prints them. */
  startTicks: string;
  bootId: string;
  /** Pids of another container mean other processes. */
  pidNamespace: string;
}

/**
 * gone: no such process, or its pid means another one by now. elsewhere: of another machine, boot or
 * container, about which this process can know nothing. diskWait: a thread waits for the disk inside
 * the kernel, where no signal reaches it.
 */
export type ProcessState = 'gone' | 'elsewhere' | 'diskWait' | 'here';

/** Field 3 on of `/proc/…/stat`: the second is a name in parentheses that may hold anything. */
function statFields(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

const STATE = 0;
const START_TICKS = 19;

/** Null: not on Linux, or there is no such process. */
export function identityOf(pid: number): ProcessIdentity | null {
  try {
    return {
      pid,
      startTicks: statFields(`/proc/${pid}/stat`)[START_TICKS] as string,
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      pidNamespace: readlinkSync('/proc/self/ns/pid'),
    };
  } catch {
    return null;
  }
}

export function stateOf(known: ProcessIdentity): ProcessState {
  const self = identityOf(process.pid);
  if (self?.bootId !== known.bootId || self.pidNamespace !== known.pidNamespace) return 'elsewhere';
  if (identityOf(known.pid)?.startTicks !== known.startTicks) return 'gone';
  try {
    const tasks = readdirSync(`/proc/${known.pid}/task`);
    const waits = tasks.some((task) => statFields(`/proc/${known.pid}/task/${task}/stat`)[STATE] === 'D');
    return waits ? 'diskWait' : 'here';
  } catch {
    // A thread ended under the look, or all of it did: the next look says which.
    return 'diskWait';
  }
}

/** SIGKILL, which a stopped process hears too. False: this process may not. */
export function endNow({ pid }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
