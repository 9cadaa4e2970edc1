/** The only writer of reps, managers, sources, screens, tokens and invites. */
import { and, count, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../platform/db.ts';
import { invites, managers, reps, screens, sources, tokens } from './schema.ts';

export type RepRow = typeof reps.$inferSelect;
export type NewRepRow = typeof reps.$inferInsert;
export type ManagerRow = typeof managers.$inferSelect;
export type SourceRow = typeof sources.$inferSelect;
export type ScreenRow = typeof screens.$inferSelect;
export type TokenRow = typeof tokens.$inferSelect;
export type InviteRow = typeof invites.$inferSelect;

export interface PeopleStore {
  /** Null when the e-mail is taken. */
  insertRep(row: NewRepRow): RepRow | null;
  findRep(id: string): RepRow | undefined;
  activeReps(): number;
  updateRep(id: string, change: Partial<NewRepRow>): RepRow | undefined;
  /** The rep was given a lead by turns at this instant. A clock that was set back takes no turn back. */
  tookTurn(id: string, at: number): void;
  insertManager(row: ManagerRow): boolean;
  insertSource(row: SourceRow): void;
  insertScreen(row: ScreenRow): void;
  insertToken(row: TokenRow): void;
  revokeToken(id: string, at: number): boolean;
  /** All that live of one subject's; their ids. */
  revokeTokensOf(subjectId: string, at: number): string[];
  renewToken(id: string, expiresAt: number): void;
  insertInvite(row: InviteRow): void;
  /** Invites of a subject that nobody has used are good no more. */
  endInvites(subjectId: string, at: number): void;
  /** The invite with this hash, taken now; undefined when unknown, used or expired. */
  useInvite(hash: string, at: number): InviteRow | undefined;
}

export function createPeopleStore(db: Db): PeopleStore {
  return {
    insertRep: (row) => db.insert(reps).values(row).onConflictDoNothing().returning().get() ?? null,
    findRep: (id) => db.select().from(reps).where(eq(reps.id, id)).get(),
    activeReps: () => db.select({ all: count() }).from(reps).where(eq(reps.active, true)).get()?.all ?? 0,
    updateRep: (id, change) => db.update(reps).set(change).where(eq(reps.id, id)).returning().get(),
    tookTurn: (id, at) =>
      void db
        .update(reps)
        .set({ lastAssignedAt: sql`max(${reps.lastAssignedAt}, ${at})` })
        .where(eq(reps.id, id))
        .run(),
    insertManager: (row) => db.insert(managers).values(row).onConflictDoNothing().run().changes === 1,
    insertSource: (row) => void db.insert(sources).values(row).run(),
    insertScreen: (row) => void db.insert(screens).values(row).run(),
    insertToken: (row) => void db.insert(tokens).values(row).run(),
    revokeToken: (id, at) =>
      db
        .update(tokens)
        .set({ revokedAt: at })
        .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
        .run().changes === 1,
    revokeTokensOf: (subjectId, at) =>
      db
        .update(tokens)
        .set({ revokedAt: at })
        .where(and(eq(tokens.subjectId, subjectId), isNull(tokens.revokedAt)))
        .returning({ id: tokens.id })
        .all()
        .map(({ id }) => id),
    renewToken: (id, expiresAt) =>
      void db
        .update(tokens)
        .set({ expiresAt })
        .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
        .run(),
    insertInvite: (row) => void db.insert(invites).values(row).run(),
    endInvites: (subjectId, at) =>
      void db
        .update(invites)
        .set({ usedAt: at })
        .where(sql`used_at is null and expires_at > ${at} and subject_id = ${subjectId}`)
        .run(),
    useInvite: (hash, at) =>
      db
        .update(invites)
        .set({ usedAt: at })
        .where(sql`hash = ${hash} and used_at is null and expires_at > ${at}`)
        .returning()
        .get(),
  };
}

export interface EveryoneRows {
  reps: RepRow[];
  managers: ManagerRow[];
  sources: SourceRow[];
  screens: ScreenRow[];
  tokens: TokenRow[];
}

/** All there is, for the directory at start; revoked tokens left out. */
export function loadEveryone(db: Db): EveryoneRows {
  return {
    reps: db.select().from(reps).all(),
    managers: db.select().from(managers).all(),
    sources: db.select().from(sources).all(),
    screens: db.select().from(screens).all(),
    tokens: db.select().from(tokens).where(isNull(tokens.revokedAt)).all(),
  };
}
