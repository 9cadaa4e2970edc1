/**
 * A part of a row while it runs. Its numbers are counted, never given: the oracle's own counts of each
 * history against the file, the moments at which a fault struck held against the claims that were open then,
 * and a control's findings. It says on stderr how far a full run is.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../../server/kernel/clock.ts';
import type { History } from '../../../tools/oracle/history.ts';
import { type Judgement, RULES } from '../../../tools/oracle/oracle.ts';
import { isFull, type RowReport, rowNamed, unjudgedOf } from './matrix.ts';
import type { Row } from './rows.ts';

/** How often a full run says how far it is. */
const SAID_EVERY_MS = 10_000;

const clock = createSystemClock();

export interface Strikes {
  faults: number;
  /** Of those, the ones that struck while at least one claim had been sent and not answered. */
  hitsInFlight: number;
}

/** What the same judgement found of a build that breaks the promise on purpose. */
export interface ControlFindings {
  /** What was broken. */
  what: string;
  /** In words, one a finding; none: nobody noticed. */
  found: readonly string[];
  /** What one of them must be about; left out, any will do. */
  mustSay?: RegExp;
}

export class Part {
  readonly row: string;
  readonly name: string;
  readonly #row: Row;
  /** Rule → what it lacks, until a history of this part lets it be judged. */
  readonly #unjudged = new Map([...RULES.keys()].map((id) => [id, 'no history']));
  readonly #startedMs = clock.monotonicMs();
  readonly #sum = { rounds: 0, faults: 0, hitsInFlight: 0, claims: 0, wins: 0, lost: 0, doubled: 0 };

  /** @throws when rows.ts has no such row or part */
  constructor(row: string, name: string) {
    this.#row = rowNamed(row, name);
    this.row = row;
    this.name = name;
  }

  /** Counts each as it is done; may be called again for rounds of another kind. */
  async eachRound(count: number, run: (round: number) => Promise<void>): Promise<void> {
    const fromMs = clock.monotonicMs();
    let saidMs = fromMs;
    for (let round = 0; round < count; round++) {
      await run(round);
      this.#sum.rounds++;
      const nowMs = clock.monotonicMs();
      if (!isFull || (nowMs - saidMs < SAID_EVERY_MS && round + 1 < count)) continue;
      saidMs = nowMs;
      const leftS = Math.round(((nowMs - fromMs) / (round + 1)) * (count - round - 1)) / 1000;
      process.stderr.write(
        `${this.row}, ${this.name}: ${round + 1} of ${count} rounds, about ${leftS.toFixed(0)} s left\n`,
      );
    }
  }

  /**
   * Adds what the oracle counted of a history; once for each history, when it is over.
   * @param strikes left out, the faults that the history itself has
   */
  count({ counts, lost, doubled, unjudged }: Judgement, strikes: Strikes = counts): void {
    const sum = this.#sum;
    sum.faults += strikes.faults;
    sum.hitsInFlight += strikes.hitsInFlight;
    sum.claims += counts.claims;
    sum.wins += counts.wins;
    sum.lost += lost;
    sum.doubled += doubled;
    const lacking = new Map(unjudged.map(({ id, why }) => [id, why]));
    for (const id of [...this.#unjudged.keys()]) {
      const why = lacking.get(id);
      if (why === undefined) this.#unjudged.delete(id);
      else this.#unjudged.set(id, why);
    }
  }

  /**
   * Adds faults of a row without claims (a start, a malformed frame).
   * @throws when the row's faults are to strike claims: then a history says how many did
   */
  struck(faults: number): void {
    if (this.#row.needsHits) throw new Error(`${this.row} strikes claims: count its histories`);
    this.#sum.faults += faults;
  }

  /**
   * Call it last, when everything has held.
   * @throws when nobody noticed the control, or a rule that the row is there for could not be judged
   */
  report(control: ControlFindings | readonly ControlFindings[], figures: RowReport['figures'] = {}): RowReport {
    const all = [control].flat() as ControlFindings[];
    const isCaught = ({ found, mustSay = /./ }: ControlFindings) => found.some((finding) => mustSay.test(finding));
    const controls = all.map((one) => ({ what: one.what, caught: isCaught(one) }));
    const seconds = Math.round((clock.monotonicMs() - this.#startedMs) / 100) / 10;
    const { row, name: part } = this;
    const unjudged = Object.fromEntries(this.#unjudged);
    const report = { row, part, ...this.#sum, seconds, figures, unjudged, controls };
    writeDown(report);
    for (const { what, found } of all.filter((one) => !isCaught(one)))
      throw new Error(`nobody noticed the control (${what}): ${found.join('; ') || 'nothing was found'}`);
    const owed = unjudgedOf(this.#row, report);
    if (owed.length > 0) throw new Error(`${row} is there for rules that were not judged: ${owed.join('; ')}`);
    return report;
  }
}

/** Without FAULT_REPORT_DIR nobody asked. */
function writeDown(report: RowReport): void {
  const folder = process.env.FAULT_REPORT_DIR;
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${report.row}.${report.part}.json`), JSON.stringify(report));
}

/** Which of these moments, on the history's clock, met a claim that had been sent and not answered. */
export function strikesAt({ lines }: Pick<History, 'lines'>, moments: readonly number[]): Strikes {
  const sorted = [...moments].sort((one, other) => one - other);
  let open = 0;
  let passed = 0;
  let hitsInFlight = 0;
  const passUntil = (at: number) => {
    for (; passed < sorted.length && (sorted[passed] as number) < at; passed++) if (open > 0) hitsInFlight++;
  };
  for (const { kind, at } of lines) {
    if (kind !== 'sent' && kind !== 'answered' && kind !== 'silence') continue;
    passUntil(at);
    open += kind === 'sent' ? 1 : -1;
  }
  passUntil(Number.POSITIVE_INFINITY);
  return { faults: moments.length, hitsInFlight };
}
