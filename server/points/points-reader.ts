/** Reads of what the points capability keeps, for the flows. */
import { eq } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import type { AssistRow } from './points-store.ts';
import { assists } from './schema.ts';

export interface PointsReader {
  assist(id: string): AssistRow | undefined;
}

export function createPointsReader(db: Db): PointsReader {
  return { assist: (id) => db.select().from(assists).where(eq(assists.id, id)).get() };
}
