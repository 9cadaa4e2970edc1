/**
 * The oracle: judges a history against the file and, where there is one, Redis. It hears the history line
 * by line, keeps what is under way, and trusts nothing that the server says of itself.
 *
 *   hearing → judged   `judge`, as often as one likes; hearing goes on
 *   hearing → hearing  `retire`: offers that are over are judged against the file and forgotten, so that a
 *                      run of a million leads needs no more memory than one of a thousand
 */
import { type Verification, verifyFile } from '../../server/ledger/verify.ts';
import { Coverage, type CoverageCounts } from './coverage.ts';
import { Feeds } from './feeds.ts';
import { CONTACT_MARK, type Line, type Mark } from './line.ts';
import { LIVENESS_RULES } from './liveness-rules.ts';
import { Marker } from './marks.ts';
import { OFFER_RULES } from './offer-rules.ts';
import { type FileSource, OnFile } from './on-file.ts';
import type { RedisFacts } from './on-redis.ts';
import { type Run, Unjudged } from './rule.ts';
import { PROCESS_RULES, RECORD_RULES } from './run-rules.ts';
import { Stories } from './stories.ts';

export interface Broken {
  /** Of the rule: `S1`. */
  id: string;
  says: string;
  count: number;
  /** The first cases, in words. */
  cases: string[];
}

export interface Judgement {
  /** Empty: the history is sound, as far as it could be judged. */
  broken: Broken[];
  /** Rules for which the history has not what they need, and what that is. */
  unjudged: { id: string; why: string }[];
  counts: CoverageCounts;
  /** Heard wins, or accepted leads, that the file does not hold. */
  lost: number;
  /** Offers that two were told to have won (S1), or whose owners on file do not add up (C1). */
  doubled: number;
}

export interface OracleOptions {
  /** How far the arbiter's clock may be from the clients'. Left out: they are not compared. */
  skewMs?: number;
}

export interface JudgeOptions {
  /** Nobody says anything any more: what is owed is asked for, too. */
  isOver?: boolean;
  redis?: RedisFacts;
  /** False: the file is not recounted, which takes longer than a short run; what rests on it is unjudged. */
  isAudited?: boolean;
}

/** Cases of a rule told in words; the rest is counted. */
const CASES_TOLD = 5;
const ALL_RUN_RULES = [...RECORD_RULES, ...PROCESS_RULES, ...LIVENESS_RULES];

const NO_AUDIT: Verification = { ok: true, violations: [], counted: {} };

/** V3, judged at once: a history may be too long to look for it again. */
const NO_CONTACT = { id: 'V3', says: 'contact details reach nobody but by a `won`' };

/** Every rule by its id, with what it says; some are judged both offer by offer and over the whole. */
export const RULES: ReadonlyMap<string, string> = new Map(
  [...ALL_RUN_RULES, ...OFFER_RULES, NO_CONTACT].map(({ id, says }) => [id, says]),
);

class Findings {
  readonly #broken: Map<string, Broken>;

  constructor(broken: Iterable<[string, Broken]> = []) {
    this.#broken = new Map(broken);
  }

  add({ id, says }: { id: string; says: string }, cases: readonly string[]): void {
    if (cases.length === 0) return;
    const before = this.#broken.get(id);
    this.#broken.set(id, {
      id,
      says: before?.says ?? says,
      count: (before?.count ?? 0) + cases.length,
      cases: [...(before?.cases ?? []), ...cases].slice(0, CASES_TOLD),
    });
  }

  count(id: string): number {
    return this.#broken.get(id)?.count ?? 0;
  }

  copy(): Findings {
    return new Findings(this.#broken);
  }

  all(): Broken[] {
    return [...this.#broken.values()];
  }
}

const found = (judged: string[] | Unjudged) => (judged instanceof Unjudged ? [] : judged);

export class Oracle {
  readonly #options: OracleOptions;
  readonly #stories = new Stories();
  readonly #feeds = new Feeds();
  readonly #coverage = new Coverage();
  readonly #accepted = new Set<string>();
  readonly #marks: Mark[] = [];
  readonly #ledgers: (Line & { kind: 'ledger' })[] = [];
  readonly #usage = new Map<string, (Line & { kind: 'usage' })[]>();
  readonly #boards = new Map<string, Line & { kind: 'board' }>();
  /** Found about what was forgotten since. */
  readonly #kept = new Findings();
  #marker: Marker | null = null;
  #calmAt: number | null = null;
  #winsSeen = 0;

  constructor(options: OracleOptions = {}) {
    this.#options = options;
  }

  line(line: Line): void {
    this.#coverage.line(line);
    if (line.kind === 'sent') this.#stories.sent(line);
    else if (line.kind === 'silence') this.#stories.silent(line);
    else if (line.kind === 'answered') this.#answered(line);
    else if (line.kind === 'heard') this.#heard(line);
    else this.#observed(line);
  }

  /** Offers whose stories are kept. */
  get underWay(): number {
    return this.#stories.size;
  }

  /**
   * Judges what is over and forgets it: offers that the file no longer has open, on which nobody waits, and
   * of which nothing was heard for `quietMs`. Marks the record, so that what was borne out stays so.
   * @param nowMs on the history's monotonic clock
   */
  retire(path: string, nowMs: number, quietMs: number): void {
    using file = new OnFile(path);
    const run = this.#run(file, NO_AUDIT, {});
    for (const story of this.#stories.open) {
      const waits = [...story.requests.values()].some(({ waiting, answers }) => {
        return waiting > 0 || answers.every(({ told }) => told.verdict === 'retry');
      });
      const onFile = file.offer(story.offerId);
      if (waits || nowMs - story.lastAt < quietMs || onFile === undefined || onFile.state === 'open') continue;
      for (const rule of OFFER_RULES) this.#kept.add(rule, rule.ofOffer(story, onFile, run));
      this.#stories.forget(story);
    }
    for (const leadId of this.#accepted) if (file.hasLead(leadId)) this.#accepted.delete(leadId);
    for (const rule of RECORD_RULES) {
      if (['S3', 'S10'].includes(rule.id)) this.#kept.add(rule, found(rule.ofRun({ ...run, marks: [] })));
    }
    this.#feeds.shown = [];
    this.#feeds.awarded = [];
    this.#marker ??= new Marker(path);
    this.#marks.push(this.#marker.markOn(file));
  }

  /** @param source the database, or an image of it; only read, beside a running server too */
  judge(source: FileSource, options: JudgeOptions = {}): Judgement {
    using file = new OnFile(source);
    const { isAudited = true } = options;
    const path = typeof source === 'string' ? source : source.name;
    const run = this.#run(file, isAudited ? verifyFile(path) : NO_AUDIT, options);
    const findings = this.#kept.copy();
    const unjudged: Judgement['unjudged'] = [];
    for (const rule of OFFER_RULES) {
      for (const story of run.stories.open) findings.add(rule, rule.ofOffer(story, file.offer(story.offerId), run));
    }
    for (const rule of ALL_RUN_RULES) {
      const judged = rule.ofRun(run);
      if (judged instanceof Unjudged) unjudged.push({ id: rule.id, why: judged.why });
      else findings.add(rule, judged);
    }
    if (!isAudited) unjudged.push(...RECORD_RULES.map(({ id }) => ({ id, why: 'the file was not audited' })));
    if (run.skewMs === null) unjudged.push({ id: 'S5', why: 'how far clocks may differ was not given: windows alone' });
    if (run.winsSeen === 0) unjudged.push({ id: 'S9', why: 'nobody read the stream of wins' });
    return {
      broken: findings.all(),
      unjudged,
      counts: this.#coverage.counts(),
      lost: findings.count('S2') + run.accepted.filter((leadId) => !file.hasLead(leadId)).length,
      doubled: findings.count('S1') + findings.count('C1'),
    };
  }

  #answered(line: Line & { kind: 'answered' }): void {
    if (this.#stories.answered(line)) this.#coverage.win();
    const { verdict, repId } = line;
    if (verdict.offerId !== null && ['won', 'lost', 'gone'].includes(verdict.verdict)) {
      this.#feeds.settled(repId, verdict.offerId);
    }
    if (verdict.verdict !== 'won') this.#lookForContact(verdict, `${verdict.verdict} to ${repId}`);
  }

  #heard(line: Line & { kind: 'heard' }): void {
    this.#lookForContact(line.payload, `${line.event} to ${line.repId}`);
    this.#feeds.heard(line);
    if (line.event !== 'lead:taken') return;
    const { offerId, leadId, by } = line.payload as { offerId: string; leadId: string; by: { id: string } };
    this.#stories.taken(offerId, leadId, by.id, line);
  }

  #lookForContact(payload: unknown, where: string): void {
    if (JSON.stringify(payload).includes(CONTACT_MARK)) this.#kept.add(NO_CONTACT, [where]);
  }

  #observed(line: Line): void {
    if (line.kind === 'joined') this.#feeds.joined(line);
    if (line.kind === 'left') this.#feeds.left(line);
    if (line.kind === 'accepted') this.#accepted.add(line.leadId);
    if (line.kind === 'calm') this.#calmAt = line.at;
    if (line.kind === 'fault') this.#calmAt = null;
    if (line.kind === 'mark') this.#marks.push(line);
    if (line.kind === 'ledger') this.#ledgers.push(line);
    if (line.kind === 'board') this.#boards.set(line.state.stream, line);
    if (line.kind === 'win') this.#stories.win(line);
    if (line.kind === 'win') this.#winsSeen++;
    if (line.kind === 'reopened') this.#stories.reopened(line);
    if (line.kind === 'usage') this.#used(line);
  }

  /** The first and the last of each process are what counts. */
  #used(line: Line & { kind: 'usage' }): void {
    const [first] = this.#usage.get(line.process) ?? [];
    this.#usage.set(line.process, first === undefined ? [line] : [first, line]);
  }

  #run(file: OnFile, audit: Verification, { isOver = false, redis }: JudgeOptions): Run {
    return {
      stories: this.#stories,
      feeds: this.#feeds,
      file,
      audit,
      redis: redis ?? null,
      accepted: [...this.#accepted],
      marks: this.#marks,
      ledgers: this.#ledgers,
      usage: [...this.#usage.values()].flat(),
      boards: [...this.#boards.values()],
      calmAt: this.#calmAt,
      winsSeen: this.#winsSeen,
      isOver,
      skewMs: this.#options.skewMs ?? null,
    };
  }
}
