/** Another process that holds the role of a file, ended with the test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

const CHILD = new URL('./role-child.ts', import.meta.url).pathname;

export interface HolderProcess {
  pid: number;
  generation: number;
  signal(signal: NodeJS.Signals): void;
  /** The signal that ended it; null: it ended by itself. */
  ended: Promise<NodeJS.Signals | null>;
}

/** Resolves once it holds the role; what `how` means stands in role-child.ts. */
export async function startHolder(file: string, how: 'hold' | 'silent'): Promise<HolderProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, file, how], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  const [said] = await once(child.stdout, 'data');
  const { generation } = JSON.parse(String(said)) as { generation: number };
  return { pid: child.pid as number, generation, ended, signal: (signal) => void child.kill(signal) };
}
