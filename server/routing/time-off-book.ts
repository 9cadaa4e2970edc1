/** Each rep's time off in memory, read when it is first asked for: the cold minimum asks for every rep of an offer. */
import type { Away } from '../policy/hours-rules.ts';

export interface TimeOffBook {
  of(repId: string): readonly Away[];
  /** The file has changed. */
  changed(repId: string): void;
}

/** @param read what the file has of one rep, as far back as anybody asks */
export function createTimeOffBook(read: (repId: string) => readonly Away[]): TimeOffBook {
  const held = new Map<string, readonly Away[]>();
  return {
    of(repId) {
      const known = held.get(repId);
      if (known !== undefined) return known;
      const rows = read(repId).map(({ fromAt, untilAt }) => ({ fromAt, untilAt }));
      held.set(repId, rows);
      return rows;
    },
    changed: (repId) => void held.delete(repId),
  };
}
