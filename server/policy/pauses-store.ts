/** The only writer of `team_pauses`. */
import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { teamPauses } from './schema.ts';

export type PauseRow = typeof teamPauses.$inferSelect;

export interface PausesStore {
  /** False, and nothing written, while the team is paused already. */
  insert(row: PauseRow): boolean;
  /** False when it had ended. */
  end(id: string, at: number, by: string): boolean;
}

export function createPausesStore(db: Db): PausesStore {
  return {
    insert: (row) => db.insert(teamPauses).values(row).onConflictDoNothing().run().changes === 1,
    end: (id, endedAt, endedBy) =>
      db
        .update(teamPauses)
        .set({ endedAt, endedBy })
        .where(and(eq(teamPauses.id, id), isNull(teamPauses.endedAt)))
        .run().changes === 1,
  };
}

/** Every pause, in the order in which they began. */
export function loadPauses(db: Db): PauseRow[] {
  return db.select().from(teamPauses).orderBy(teamPauses.startedAt).all();
}
