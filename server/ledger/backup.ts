/**
 * A whole copy of a database file, taken beside a running server, and the way back.
 *
 *   copy    one read transaction: the server goes on writing, and none of it is half in the copy
 *   restore the copy is made fit under another name (`beginRestore`), then takes the file's place in one
 *           rename (`finishRestore`); what it replaces is kept. A crash in between leaves the old file.
 *
 * A restored file has forgotten the last hours, while Redis, clients and phones have not. So its numbers
 * that must only grow (generation of the role, epoch of the cell, sequence of the events) leap ahead of
 * whatever was handed out since, by the clock: nothing is refused as old, and no number means two things.
 */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { foldLog, openReader, openWriter, sealFile, trueName } from '../platform/sqlite.ts';
import { partialNameOf, placeWhole } from '../platform/whole-file.ts';

/** Copied between two looks at the progress; 4 MiB at SQLite's page of 4 KiB. */
const PAGES_A_STEP = 1_024;

/** More events than a cell writes in a second, for as long as the copy is old. */
const EVENTS_A_SECOND_MAX = 1_000;
/** A leap at least, for a copy that is seconds old. */
const EVENTS_LEAP_MIN = 1_000_000;

export interface Extent {
  /** The last event in the file; 0: none. */
  lastSeq: number;
  /** When it happened, ms since 1970; null: none. */
  lastEventAtMs: number | null;
  leads: number;
  claims: number;
}

/** How far the record in a file goes. */
export function extentOf(file: string): Extent {
  const { sqlite } = openReader(file);
  try {
    return sqlite
      .prepare(
        `SELECT coalesce(max(seq), 0) AS lastSeq, max(at) AS lastEventAtMs,
          (SELECT count(*) FROM leads) AS leads,
          (SELECT count(*) FROM ownerships WHERE via = 'claim') AS claims FROM events`,
      )
      .get() as Extent;
  } finally {
    sqlite.close();
  }
}

/**
 * Copies `file` to `target`, which is one file with everything in it, there only when it is whole and
 * on the disk. `check` sees the copy before it gets its name, and may throw to refuse it.
 */
export async function copyDatabase(
  file: string,
  target: string,
  options: { onProgress?: (done: number, of: number) => void; check?: (copy: string) => void } = {},
): Promise<void> {
  const partial = partialNameOf(target);
  rmSync(partial, { force: true });
  const { sqlite } = openReader(file);
  try {
    // Held from the first page to the last: a commit of the server in between would start the copy anew.
    sqlite.exec('BEGIN');
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get();
    await sqlite.backup(partial, {
      progress({ totalPages, remainingPages }) {
        options.onProgress?.(totalPages - remainingPages, totalPages);
        return PAGES_A_STEP;
      },
    });
  } finally {
    sqlite.close();
  }
  sealFile(partial);
  options.check?.(partial);
  placeWhole(partial, target);
}

/** Copies a backup beside `file` and answers the copy's name, for whatever must be done to it before it counts. */
export function beginRestore(backup: string, file: string): string {
  const partial = partialNameOf(file);
  for (const name of [partial, `${partial}-wal`, `${partial}-shm`]) rmSync(name, { force: true });
  copyFileSync(backup, partial);
  return partial;
}

/** Numbers that must only grow, set beyond all that may have been handed out since the copy was made. */
export function leapAhead(file: string, nowMs: number): void {
  const { lastSeq, lastEventAtMs } = extentOf(file);
  const { sqlite } = openWriter(file);
  const seconds = Math.floor(nowMs / 1000);
  const ageSeconds = Math.ceil((nowMs - (lastEventAtMs ?? nowMs)) / 1000);
  const seq = lastSeq + Math.max(EVENTS_LEAP_MIN, ageSeconds * EVENTS_A_SECOND_MAX);
  const raise = sqlite.prepare(
    `INSERT INTO cell (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE
     SET value = CAST(max(CAST(value AS INTEGER) + 1, CAST(excluded.value AS INTEGER)) AS TEXT)`,
  );
  try {
    sqlite
      .transaction(() => {
        for (const key of ['generation', 'arbiterEpoch']) raise.run(key, String(seconds));
        const moved = sqlite.prepare(`UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'`).run(seq);
        if (moved.changes === 0) sqlite.prepare(`INSERT INTO sqlite_sequence VALUES ('events', ?)`).run(seq);
      })
      .immediate();
  } finally {
    sqlite.close();
  }
}

/**
 * Puts the copy of `beginRestore` in the file's place, under the file's lock. What stood there is kept
 * under the name that is answered (null: nothing did), with its log if that could not be folded in.
 */
export function finishRestore(file: string, nowMs: number): string | null {
  const name = trueName(file);
  const partial = partialNameOf(name);
  sealFile(partial);
  if (!existsSync(name)) {
    for (const rest of ['-wal', '-shm']) rmSync(`${name}${rest}`, { force: true });
    placeWhole(partial, name);
    return null;
  }
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '');
  const replaced = `${name}.replaced-${stamp}`;
  try {
    foldLog(name);
  } catch {
    // Damaged, which may be why it is replaced: kept as it is, its log beside it.
  }
  // Linked, not moved: at no moment is there no file, which a start would take for a new company's.
  linkSync(name, replaced);
  if (existsSync(`${name}-wal`)) renameSync(`${name}-wal`, `${replaced}-wal`);
  rmSync(`${name}-shm`, { force: true });
  placeWhole(partial, name);
  return replaced;
}
