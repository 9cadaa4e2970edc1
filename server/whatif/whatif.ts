/**
 * What if another policy had been in force: a span of the record, or made-up leads for the team on file, decided twice
 * in memory, by the policies that were in force and by the one that is tried, with the same people and the same
 * arrivals. The file is only read.
 */
import { addDays, localDay } from '../kernel/calendar.ts';
import { type Connection, openReader } from '../platform/sqlite.ts';
import { createPolicyBook } from '../policy/policy.ts';
import { type ParsedPolicy, type Policy, parsePolicy } from '../policy/policy-rules.ts';
import { createPolicyStore, loadPolicies } from '../policy/policy-store.ts';
import { type Fitted, fitHabits } from './fit.ts';
import { drawnArrivals, drawnSources, workingDays } from './generated.ts';
import type { TrialOutcome } from './outcome.ts';
import { createDrawnPeople, createRecordedPeople, type People } from './people.ts';
import { hasUnknownChanges, readRecord, type TheRecord } from './record.ts';
import { type Reproduced, recordedLots, reproducedBy } from './reproduced.ts';
import { rewound } from './rewind.ts';
import { type Arrival, runTrial } from './trial.ts';

export interface WhatIfOrder {
  file: string;
  /** A policy document or `{preset}`, to be tried; null: only what was in force is decided again. */
  policy: unknown;
  fromMs: number;
  /** Outside. */
  untilMs: number;
  seed: string;
  /** Made-up leads instead of those on record, so many a working day. */
  generatedPerDay: number | null;
}

/** A rep's leads under the policy in force and under the one that is tried. */
export interface RepChange {
  repId: string;
  name: string;
  inForce: number;
  tried: number;
}

export interface WhatIfResult {
  ok: true;
  from: string;
  until: string;
  seed: string;
  generated: boolean;
  leads: number;
  /** How far deciding the record again by the policies in force led to the same; null for made-up leads. */
  reproduced: Reproduced | null;
  model: Fitted['told'];
  inForce: TrialOutcome;
  /** Null: no policy was named. */
  tried: TrialOutcome | null;
  /** Leads whose first owner is another, or none, under the policy that is tried; null: no policy was named. */
  moved: number | null;
  /** Who gains most first. */
  reps: RepChange[];
  /** What the trial leaves out, in words. */
  notes: string[];
}

/** The document that is to be tried is none; nothing was tried. */
export class PolicyRefused extends Error {
  override name = 'PolicyRefused';
  readonly code = 'policyInvalid';
  readonly problems: Extract<ParsedPolicy, { ok: false }>['problems'];

  constructor(problems: PolicyRefused['problems']) {
    super(problems.map(({ path, message }) => `${path || 'the document'}: ${message}`).join('; '));
    this.problems = problems;
  }
}

/** How far back people's times are looked at. */
const FITTED_MS = 90 * 86_400_000;

/** @param onProgress how many leads have come, in both runs together */
export async function runWhatIf(
  order: WhatIfOrder,
  onProgress: (done: number, of: number) => void,
): Promise<WhatIfResult> {
  const reader = openReader(order.file);
  try {
    const before = createPolicyBook(loadPolicies(reader.db)).at(order.fromMs).policy;
    const tried = order.policy === null ? null : documentOf(order.policy, before);
    const material = materialOf(reader, order, before);
    const { arrivals } = material;
    const runs = tried === null ? 1 : 2;
    const run = (nth: number, policy: Policy | null) =>
      decide(reader, order, material, policy, (done) =>
        onProgress(nth * arrivals.length + done, runs * arrivals.length),
      );
    const first = await run(0, null);
    const second = tried === null ? null : await run(1, tried);
    const { record, fitted } = material;
    return {
      ok: true,
      from: new Date(order.fromMs).toISOString(),
      until: new Date(order.untilMs).toISOString(),
      seed: order.seed,
      generated: record === null,
      leads: arrivals.length,
      reproduced: record === null ? null : first.reproduced,
      model: fitted.told,
      inForce: first.outcome,
      tried: second?.outcome ?? null,
      moved: second === null ? null : movedBetween(first.firstOwners, second.firstOwners),
      reps: second === null ? [] : changesOf(first.outcome, second.outcome),
      notes: notesOf(before, tried, record, hasUnknownChanges(reader, order.fromMs)),
    };
  } finally {
    reader.sqlite.close();
  }
}

interface Material {
  /** Null: the leads are made up. */
  record: TheRecord | null;
  arrivals: Arrival[];
  fitted: Fitted;
  people: People;
  lots: ReturnType<typeof recordedLots> | null;
}

function documentOf(input: unknown, current: Policy): Policy {
  const parsed = parsePolicy(input, current);
  if (!parsed.ok) throw new PolicyRefused(parsed.problems);
  return parsed.policy;
}

function materialOf(reader: Connection, order: WhatIfOrder, policy: Policy): Material {
  const { fromMs, untilMs, seed, generatedPerDay } = order;
  const fitted = fitHabits(readRecord(reader, { fromMs: fromMs - FITTED_MS, untilMs }));
  const drawn = createDrawnPeople(seed, fitted.habitsOf);
  if (generatedPerDay !== null) {
    const arrivals = madeUp(policy.calendar.timeZone, { fromMs, untilMs, seed, perDay: generatedPerDay });
    return { record: null, arrivals, fitted, people: drawn, lots: null };
  }
  const record = readRecord(reader, { fromMs, untilMs });
  const arrivals = record.leads.map((lead) => ({ key: lead.id, atMs: lead.acceptedAt, lead }));
  return { record, arrivals, fitted, people: createRecordedPeople(record, drawn), lots: recordedLots(record) };
}

function madeUp(
  zone: string,
  { fromMs, untilMs, seed, perDay }: { fromMs: number; untilMs: number; seed: string; perDay: number },
): Arrival[] {
  const last = localDay(untilMs - 1, zone);
  const days: string[] = [];
  for (let day = localDay(fromMs, zone); day <= last; day = addDays(days.at(-1) ?? day, 1)) {
    const [next = last] = workingDays(day, 1);
    days.push(next);
  }
  const working = days.filter((day) => day <= last);
  const all = drawnArrivals(working, drawnSources(working, perDay, seed), { seed, zone });
  return all.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
}

interface Decided {
  outcome: TrialOutcome;
  reproduced: Reproduced;
  /** Lead → the first rep who had it; null: nobody. */
  firstOwners: Map<string, string | null>;
}

async function decide(
  reader: Connection,
  order: WhatIfOrder,
  { record, arrivals, people, lots }: Material,
  tried: Policy | null,
  onProgress: (done: number) => void,
): Promise<Decided> {
  const { fromMs, untilMs, seed } = order;
  const scratch = rewound(reader, fromMs);
  try {
    if (tried !== null) {
      scratch.sqlite.prepare('DELETE FROM policies WHERE effective_at >= ?').run(fromMs);
      const document = JSON.stringify(tried);
      createPolicyStore(scratch.db).insert({
        document,
        effectiveAt: fromMs,
        createdAt: fromMs,
        actor: 'system',
        reason: null,
      });
    }
    const drawn = tried === null ? lots : null;
    const reproduced: Reproduced = { offers: 0, sameOffers: 0, winners: 0, sameWinners: 0 };
    const firstOwners: Decided['firstOwners'] = new Map();
    const outcome = await runTrial(
      {
        scratch,
        seed,
        fromMs,
        untilMs,
        arrivals,
        people,
        ...(record && { record }),
        ...(drawn && { lot: drawn(scratch, seed) }),
        onEnd(fates) {
          for (const [key, { owner }] of fates) firstOwners.set(key, owner?.repId ?? null);
          if (record !== null) Object.assign(reproduced, reproducedBy(record, scratch, { fromMs, untilMs }));
        },
      },
      onProgress,
    );
    return { outcome, reproduced, firstOwners };
  } finally {
    scratch.sqlite.close();
  }
}

function movedBetween(before: Decided['firstOwners'], after: Decided['firstOwners']): number {
  return [...before].filter(([key, owner]) => (after.get(key) ?? null) !== owner).length;
}

function changesOf(inForce: TrialOutcome, tried: TrialOutcome): RepChange[] {
  const before = new Map(inForce.reps.map((rep) => [rep.repId, rep]));
  const after = new Map(tried.reps.map((rep) => [rep.repId, rep]));
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids]
    .map((repId) => ({
      repId,
      name: (before.get(repId) ?? after.get(repId))?.name ?? '',
      inForce: before.get(repId)?.leads ?? 0,
      tried: after.get(repId)?.leads ?? 0,
    }))
    .sort((a, b) => b.tried - b.inForce - (a.tried - a.inForce) || (a.repId < b.repId ? -1 : 1));
}

/** What no row on file says of the past (server/whatif/rewind.ts). */
const TODAYS =
  'companies have the account owners of today: what was changed since the span began decides otherwise than on record';
const TODAYS_REPS =
  'some changes of reps since the span began are from before their record said how things were: of these reps team, territories, verticals, products, languages, function, seniority, quota, hire date and onboarding are those of later';

function notesOf(inForce: Policy, tried: Policy | null, record: TheRecord | null, isUnknown: boolean): string[] {
  const notes: string[] = [];
  const isScoredAnew = tried !== null && JSON.stringify(inForce.scoring) !== JSON.stringify(tried.scoring);
  if (record !== null && isScoredAnew)
    notes.push('leads keep the scores they have on record: other scoring is not tried');
  if (record === null) return notes;
  notes.push('who owns a lead that another had on record works it as its own figures say');
  notes.push(TODAYS);
  if (isUnknown) notes.push(TODAYS_REPS);
  return notes;
}
