/**
 * Who is the one writer of a database file.
 *
 * States of a process: refused ⇄ (tries again) → holder → released, or dead. The lock is a lock of
 * the kernel on a companion file (`<file>.role`), so a killed holder leaves nothing behind; but a
 * frozen one keeps it, and a frozen one that wakes after its successor began must not commit. So
 * each acquisition also raises `generation` in the file itself, and every commit compares it.
 *
 * Whoever becomes the holder migrates the file first: migrating is for one process at a time, and
 * there is no moment at which somebody holds the role over a file of another shape.
 *
 * Beside the file the holder says who it is and, each second, that it is alive (`<file>.holder`): for
 * whoever is refused, and for a standby (standby.ts), which ends a holder that has fallen silent.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { type Migration, migrateFile } from '../platform/migrate.ts';
import { identityOf, type ProcessIdentity } from '../platform/processes.ts';
import { openExclusive, openWriter, trueName } from '../platform/sqlite.ts';

/**
 * Two that reach for a free lock at the same instant can each find it busy: both look again for this
 * long, so that one gets it. A second server on a file is refused this much later.
 */
const CONTEST_MS = 250;

export interface Holder {
  pid: number;
  /** When it took the role, ms since 1970. */
  startedAtMs: number;
  /** When it last said that it is alive, ms since 1970; null: it has not begun to (a start, a tool). */
  beatAtMs: number | null;
  /** Null where processes cannot be told apart. */
  identity: ProcessIdentity | null;
  /** Under which lease it holds the cell's role in Redis; null: none. */
  lease: string | null;
}

export interface Role {
  /** Larger than that of every holder before. */
  generation: number;
  /** What bringing the file up to date took. */
  migration: Migration;
  /** Who held it before and did not hand it back; it is dead, since the kernel gave its lock away. */
  predecessor: Holder | null;
  /** Says that the holder is alive: from the first one on, silence means that it is not. */
  beat(nowMs: number): void;
  /** The lease in Redis, which a successor may end for a holder who died; written with the next beat. */
  leased(lease: string): void;
  /** Hands the role back; close the ledger first. */
  release(): void;
}

/** Another process has the database: named, so that an operator knows what to stop. */
export class DatabaseInUseError extends Error {
  readonly code = 'databaseInUse';
  readonly holder: Holder | null;

  constructor(file: string, holder: Holder | null) {
    super(
      holder === null
        ? `database is in use by another process: ${file}`
        : `database is in use by pid ${holder.pid} since ${new Date(holder.startedAtMs).toISOString()}: ${file}`,
    );
    this.name = 'DatabaseInUseError';
    this.holder = holder;
  }
}

/** Held here so that a forgotten `Role` is not collected, which would close its file and free the lock. */
const held = new Set<Database.Database>();

/** Not in the locked file: opening and closing that one in the holder's process would free the lock. */
function holderFile(file: string): string {
  return `${file}.holder`;
}

function writeHolder(file: string, holder: Holder): void {
  const next = `${holderFile(file)}.${holder.pid}`;
  writeFileSync(next, JSON.stringify(holder));
  renameSync(next, holderFile(file));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function lastHolder(name: string): Holder | null {
  try {
    return JSON.parse(readFileSync(holderFile(name), 'utf8')) as Holder;
  } catch {
    return null;
  }
}

/** Who holds the role of this file, as far as it has written; null when nobody living has. */
export function readHolder(file: string): Holder | null {
  const holder = lastHolder(trueName(file));
  return holder !== null && isAlive(holder.pid) ? holder : null;
}

/** In a transaction of its own: the number must be on disk before the first commit that names it. */
function raiseGeneration(file: string): number {
  const { sqlite } = openWriter(file);
  try {
    const raised = sqlite
      .prepare(
        `INSERT INTO cell (key, value) VALUES ('generation', '1')
         ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
         RETURNING value`,
      )
      .pluck()
      .get() as string;
    return Number(raised);
  } finally {
    sqlite.close();
  }
}

/**
 * Keeps everybody else from becoming the writer of `file`, without becoming it: for what replaces the
 * file whole. @throws DatabaseInUseError naming the holder
 */
export function lockOut(file: string): { release(): void } {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  const name = trueName(file);
  const lock = openExclusive(`${name}.role`, CONTEST_MS);
  if (lock === null) throw new DatabaseInUseError(name, readHolder(name));
  held.add(lock);
  return {
    release() {
      if (held.delete(lock)) lock.close();
    },
  };
}

/**
 * Becomes the one writer of `file`, made if it is not there, or throws `DatabaseInUseError` after
 * `waitMs` (this thread stands still meanwhile).
 */
export function acquireRole(file: string, { nowMs, waitMs = CONTEST_MS }: { nowMs: number; waitMs?: number }): Role {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  const name = trueName(file);
  const lock = openExclusive(`${name}.role`, waitMs);
  if (lock === null) throw new DatabaseInUseError(name, readHolder(name));
  try {
    const predecessor = lastHolder(name);
    const { pid } = process;
    let holder: Holder = { pid, startedAtMs: nowMs, beatAtMs: null, identity: identityOf(pid), lease: null };
    writeHolder(name, holder);
    const migration = migrateFile(name);
    const generation = raiseGeneration(name);
    held.add(lock);
    return {
      generation,
      migration,
      predecessor,
      beat(beatAtMs) {
        holder = { ...holder, beatAtMs };
        if (held.has(lock)) writeHolder(name, holder);
      },
      leased(lease) {
        holder = { ...holder, lease };
      },
      release() {
        if (!held.delete(lock)) return;
        rmSync(holderFile(name), { force: true });
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}
