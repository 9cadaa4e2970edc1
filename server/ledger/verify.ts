/**
 * Checks a database file against the invariants of the contract (section 6), as far as a file can
 * show them. It is the auditor: it shares no code with what writes the rows, only SQL over the file,
 * so that one mistake cannot be made twice. Read-only, in one read transaction: a running server is
 * neither stopped nor seen half-way.
 */
import { openReader } from '../platform/sqlite.ts';
import { type Auditor, type Check, rule } from './verify-check.ts';
import { claimReplayChecks } from './verify-claims.ts';
import { ownershipChecks, pointChecks } from './verify-owners.ts';
import { boardChecks, leadChecks, timerChecks } from './verify-state.ts';

export interface Violation {
  /** Of the contract's section 6; 0: the file itself. */
  invariant: number;
  name: string;
  /** The first cases, in words. */
  detail: string;
  /** How many cases there are. */
  count: number;
}

export interface Verification {
  ok: boolean;
  violations: Violation[];
  /** What was looked at: a file with nothing in it is sound, too. */
  counted: Record<string, number>;
}

export interface Progress {
  done: number;
  of: number;
  /** The check that begins. */
  name: string;
}

/** Cases told in words for each check; the rest is counted. */
const CASES_TOLD = 3;

const COUNTED = {
  leads: 'SELECT count(*) FROM leads',
  offers: 'SELECT count(*) FROM offers',
  claims: `SELECT count(*) FROM ownerships WHERE via = 'claim'`,
  ownerships: 'SELECT count(*) FROM ownerships',
  events: 'SELECT count(*) FROM events',
  pointEntries: 'SELECT count(*) FROM point_entries',
  repDays: 'SELECT count(*) FROM rep_days',
  deadlines: 'SELECT count(*) FROM deadlines',
  raceNotes: 'SELECT count(*) FROM race_notes',
};

const fileChecks: Check[] = [
  rule(0, 'integrity', `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`),
  rule(0, 'foreignKeys', `SELECT "table" || ' row ' || coalesce(rowid, '?') FROM pragma_foreign_key_check`),
];

/** Every check there is; a check may find violations of several names. */
export const CHECKS: readonly Check[] = [
  ...fileChecks,
  ...ownershipChecks,
  ...claimReplayChecks,
  ...pointChecks,
  ...boardChecks,
  ...leadChecks,
  ...timerChecks,
];

class Findings {
  readonly #found = new Map<string, Violation & { told: string[] }>();

  add(invariant: number, name: string, detail: string): void {
    let violation = this.#found.get(name);
    if (violation === undefined) {
      violation = { invariant, name, detail: '', count: 0, told: [] };
      this.#found.set(name, violation);
    }
    violation.count++;
    if (violation.told.length < CASES_TOLD) violation.told.push(detail);
  }

  all(): Violation[] {
    return [...this.#found.values()].map(({ told, invariant, name, count }) => ({
      invariant,
      name,
      detail: told.join('; ') + (count > told.length ? `; and ${count - told.length} more` : ''),
      count,
    }));
  }
}

function run(check: Check, sqlite: Auditor, findings: Findings): void {
  try {
    for (const { name, detail } of check.find(sqlite)) findings.add(check.invariant, name, detail);
  } catch (error) {
    // Damaged JSON, or a damaged page: that this could not be checked is a finding, and the rest goes on.
    const reason = error instanceof Error ? error.message : String(error);
    findings.add(check.invariant, check.names[0]!, `cannot be checked: ${reason}`);
  }
}

export function verifyFile(file: string, onProgress: (progress: Progress) => void = () => undefined): Verification {
  const { sqlite } = openReader(file);
  try {
    sqlite.exec('BEGIN');
    const findings = new Findings();
    const counted: Record<string, number> = {};
    for (const [name, query] of Object.entries(COUNTED)) {
      counted[name] = sqlite.prepare(query).pluck().get() as number;
    }
    CHECKS.forEach((check, done) => {
      onProgress({ done, of: CHECKS.length, name: check.names[0]! });
      run(check, sqlite, findings);
    });
    const violations = findings.all();
    return { ok: violations.length === 0, violations, counted };
  } finally {
    sqlite.close();
  }
}
