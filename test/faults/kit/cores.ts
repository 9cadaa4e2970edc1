/**
 * Which core runs what, for a row whose judgement is time: the server has one to itself, as on a machine of its
 * own, and whoever talks to it shares another. With a single core, or without `taskset`, all share what there is.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Moves a process, all its threads, and what it starts from now on. */
function pin(pid: number, core: number): boolean {
  if (availableParallelism() < 2) return false;
  return spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}

/** To core 0. False: it shares the cores with everybody. */
export const pinServer = (pid: number): boolean => pin(pid, 0);

/** This process, and what it starts from now on, to core 1. */
export const pinClients = (): boolean => pin(process.pid, 1);
