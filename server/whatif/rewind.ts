/**
 * A copy of the file, in memory, as it stood at an instant: what was appended later is taken off, and the tables of the
 * current state are folded anew from what is left, by the same clerk as `sambar rebuild`. What was under way then is
 * under way in it. Nothing that names a contact is in it.
 */
import { createSeededRandom } from '../kernel/chance.ts';
import { RECORDED, type RecordedMembers } from '../people/change-rules.ts';
import { createPeopleStore } from '../people/people-store.ts';
import { type Connection, openCopy } from '../platform/sqlite.ts';
import { rebuild } from '../rebuild/rebuild.ts';

/** Appended later than the instant, or of no use to a trial. */
const TAKEN_OFF = [
  "DELETE FROM lead_private WHERE item <> 'interest'",
  'DELETE FROM idempotency',
  'DELETE FROM tokens',
  'DELETE FROM invites',
  'DELETE FROM race_notes',
  'DELETE FROM complaints',
  // The house makes its own anew; those that a lead owes come with the fold.
  'DELETE FROM deadlines',
  "DELETE FROM cell WHERE key = 'generation'",
];
const LATER = [
  'DELETE FROM events WHERE at >= :at',
  'DELETE FROM lead_private WHERE lead_id IN (SELECT id FROM leads WHERE accepted_at >= :at)',
  'DELETE FROM leads WHERE accepted_at >= :at',
  'DELETE FROM offer_lanes WHERE offer_id IN (SELECT id FROM offers WHERE opened_at >= :at)',
  'DELETE FROM offer_admissions WHERE offer_id IN (SELECT id FROM offers WHERE opened_at >= :at)',
  'DELETE FROM offers WHERE opened_at >= :at',
  'DELETE FROM point_entries WHERE at >= :at',
  'DELETE FROM assists WHERE at >= :at',
  // A tier that was changed since was the first change's `from_tier` before.
  `UPDATE reps SET tier = coalesce(
     (SELECT from_tier FROM rep_tiers t WHERE t.rep_id = reps.id AND t.at >= :at ORDER BY t.id LIMIT 1), tier)`,
  // Time off that was entered afterwards kept nobody away before it was known; what was ended early ends then.
  'UPDATE time_off SET from_at = max(from_at, created_at)',
  'DELETE FROM team_pauses WHERE started_at >= :at',
  'UPDATE team_pauses SET ended_at = NULL, ended_by = NULL WHERE ended_at >= :at',
  'DELETE FROM rep_tiers WHERE at >= :at',
  'DELETE FROM quota_months WHERE at >= :at',
  `UPDATE reps SET attainment =
     (SELECT attainment FROM quota_months m WHERE m.rep_id = reps.id ORDER BY m.id DESC LIMIT 1)`,
  // Who was entered later waits outside; the last change before says how the others stood.
  `UPDATE reps SET
     active = created_at < :at AND coalesce((${lastChange('active')}), 1),
     status = coalesce((${lastChange('status')}), 'ready')`,
];

function lastChange(member: 'active' | 'status'): string {
  return `SELECT json_extract(data, '$.${member}') FROM events e
    WHERE e.kind = 'people.changed' AND e.rep_id = reps.id AND json_extract(data, '$.${member}') IS NOT NULL
    ORDER BY e.seq DESC LIMIT 1`;
}

/** Reps as they were: what the first change since has changed, it says how it was. */
function unchange({ db, sqlite }: Connection, atMs: number): void {
  const changes = sqlite
    .prepare<[number], { repId: string; was: string }>(
      `SELECT rep_id AS repId, json_extract(data, '$.was') AS was FROM events
       WHERE kind = 'people.changed' AND at >= ? AND json_extract(data, '$.was') IS NOT NULL ORDER BY seq DESC`,
    )
    .all(atMs);
  const people = createPeopleStore(db);
  for (const { repId, was } of changes) {
    const before = JSON.parse(was) as RecordedMembers;
    if (RECORDED.some((member) => member in before)) people.updateRep(repId, before);
  }
}

/** @param atMs everything before it has happened */
export function rewound(reader: Connection, atMs: number): Connection {
  const scratch = openCopy(reader);
  try {
    const { sqlite } = scratch;
    sqlite.pragma('foreign_keys = OFF');
    for (const sql of TAKEN_OFF) sqlite.exec(sql);
    unchange(scratch, atMs);
    for (const sql of LATER) {
      const statement = sqlite.prepare(sql);
      if (sql.includes(':at')) statement.run({ at: atMs });
      else statement.run();
    }
    rebuild(scratch, { write: true, nowMs: atMs, random: createSeededRandom('rewound') });
    return scratch;
  } catch (error) {
    scratch.sqlite.close();
    throw error;
  }
}
