/**
 * Writes a history down as it happens: to the oracle at once, to memory for a test that looks at it, and
 * to a file when one is given.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { type Clock, createSystemClock } from '../../server/kernel/clock.ts';
import type { Claim, Happening, Line } from './line.ts';
import type { FileSource } from './on-file.ts';
import { type Judgement, type JudgeOptions, Oracle, type OracleOptions } from './oracle.ts';

export interface HistoryOptions extends OracleOptions {
  /** Left out: this machine's. A simulation gives its own. */
  clock?: Pick<Clock, 'monotonicMs' | 'nowMs'>;
  /** False: a run too long to be kept in memory; `lines` stays empty. */
  isKept?: boolean;
  /** A JSONL file that is written beside, line by line. */
  file?: string;
}

type Answered = Extract<Line, { kind: 'answered' }>;

export class History implements Disposable {
  readonly oracle: Oracle;
  readonly lines: Line[] = [];
  /** Called after each line: a fault may be set to strike at the n-th. */
  onLine: (line: Line) => void = () => undefined;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'nowMs'>;
  readonly #isKept: boolean;
  readonly #descriptor: number | null;
  #length = 0;

  constructor({ clock, isKept = true, file, ...options }: HistoryOptions = {}) {
    this.oracle = new Oracle(options);
    this.#clock = clock ?? createSystemClock();
    this.#isKept = isKept;
    this.#descriptor = file === undefined ? null : openSync(file, 'a');
  }

  record(happening: Happening & { via?: string }): void {
    const line: Line = { at: this.#clock.monotonicMs(), wallMs: this.#clock.nowMs(), ...happening };
    this.#length++;
    if (this.#isKept) this.lines.push(line);
    if (this.#descriptor !== null) writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
    this.oracle.line(line);
    this.onLine(line);
  }

  /** Lines so far, kept or not. */
  get length(): number {
    return this.#length;
  }

  /** What the oracle finds, with `file` as it is now. */
  judge(file: FileSource, options: JudgeOptions = {}): Judgement {
    return this.oracle.judge(file, options);
  }

  answers(): Answered[] {
    return this.lines.filter((line) => line.kind === 'answered');
  }

  /** Claims that were sent, each request once, in the order of the first sending. */
  requests(): Claim[] {
    const byId = new Map<string, Claim>();
    for (const line of this.lines) {
      if (line.kind === 'sent' && !byId.has(line.requestId)) byId.set(line.requestId, line);
    }
    return [...byId.values()];
  }

  /** How many claims of each verdict were heard. */
  count(verdict: Verdict['verdict']): number {
    return this.answers().filter((line) => line.verdict.verdict === verdict).length;
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
  }
}

/** Every broken rule in a line of words; empty: the history is sound. For `expect(...).toEqual([])`. */
export function brokenRules({ broken }: Judgement): string[] {
  return broken.map(({ id, says, count, cases }) => `${id} ${says} (${count}): ${cases.join('; ')}`);
}

/** Lets an oracle hear a history that was kept in a file. */
export function replayHistory(file: string, oracle: Oracle): void {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line !== '') oracle.line(JSON.parse(line) as Line);
  }
}
