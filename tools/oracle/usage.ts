/** What a process uses, as the kernel counts it; for L5. Linux. */
import { readdirSync, readFileSync } from 'node:fs';
import { type Clock, pause } from '../../server/kernel/clock.ts';

/** Looks at a quiet process: the least of them is what it holds, what is above it waits to be collected. */
const LOOKS = 8;
const BETWEEN_LOOKS_MS = 150;

export interface Usage {
  rssBytes: number;
  descriptors: number;
}

function usageNow(pid: number): Usage {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { rssBytes: Number(kilobytes) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** The least that the process uses while nothing is asked of it; null: it is gone. */
export async function usageOf(pid: number, clock: Clock): Promise<Usage | null> {
  try {
    let least = usageNow(pid);
    for (let look = 1; look < LOOKS; look++) {
      await pause(clock, BETWEEN_LOOKS_MS);
      const { rssBytes, descriptors } = usageNow(pid);
      least = {
        rssBytes: Math.min(least.rssBytes, rssBytes),
        descriptors: Math.min(least.descriptors, descriptors),
      };
    }
    return least;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
