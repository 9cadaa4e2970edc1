/** What a figure was measured on: without it a figure is a rumour. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { CORES, ROOT } from '../bench.ts';

export interface Machine {
  at: string;
  processor: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  node: string;
  redis: string | null;
  packages: Record<string, string>;
  commit: string | null;
  /** Of the last minute when the run began: beyond the cores, others were at work as well. */
  load: number;
  isPinned: boolean;
}

const TOLD = ['socket.io', 'ws', 'better-sqlite3', 'fastify', 'ioredis', 'redlock'];

function output(command: string, ...args: string[]): string | null {
  try {
    return execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

export function machine(isPinned: boolean): Machine {
  return {
    at: new Date().toISOString(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: CORES,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    redis: output('redis-server', '--version')?.match(/v=(\S+)/)?.[1] ?? null,
    packages: Object.fromEntries(TOLD.map((name) => [name, versionOf(name)])),
    commit: output('git', 'rev-parse', '--short', 'HEAD'),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    isPinned,
  };
}
