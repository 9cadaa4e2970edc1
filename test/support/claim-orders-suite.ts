/**
 * The claim, from the tap to the verdict, in every order that its steps can take, on either arbiter: between
 * the processes, the disk and the phones nothing comes in the order in which it was said. What the oracle
 * holds of any history must hold of each (first of all S1 to S4 and S9), everybody is answered in the end, and
 * a Redis says at the end what the file says (L3, L4).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripts } from '../../server/claims/redis-scripts.ts';
import { createTransactions } from '../../server/flow/transactions/transactions.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { schemaOfMigrations } from '../../server/platform/migrate.ts';
import { type Connection, openScratch } from '../../server/platform/sqlite.ts';
import { OrderedRace, type Outcome, type Plan, REPS } from './claim-orders.ts';
import { type Edit, edited, importEdited } from './mutated-source.ts';
import { type Parts, REAL_PARTS } from './ordered-house.ts';
import type { MakeSeat } from './ordered-seats.ts';

/** Give SAMBAR_TEST_SEED to run the orders of a title again. */
const SEED = Number(process.env.SAMBAR_TEST_SEED ?? Math.floor(createSystemRandom().unit() * 2 ** 31));

const schema = [...schemaOfMigrations().values()].join(';\n');

/** A file of its own for each race, in memory: what a disk does to a commit is said by the plan. */
function newFile(): Connection {
  const connection = openScratch();
  connection.sqlite.exec(schema);
  connection.sqlite.pragma('foreign_keys = ON');
  connection.sqlite.exec(`INSERT INTO cell (key, value) VALUES ('generation', '1')`);
  const commits = createTransactions(connection.db);
  for (const id of REPS) {
    const row = { id, name: id, email: `${id}@example.com`, tier: 1, createdAt: 0 };
    commits.addRep({ row, actor: 'admin', at: 0 });
  }
  return connection;
}

const plansWith = (crashes: Suite['crashes']): fc.Arbitrary<Plan> =>
  fc.record({
    taps: fc.array(
      fc.record({
        rep: fc.nat(2),
        lead: fc.nat(1),
        request: fc.nat(1),
        gateway: fc.nat(1),
        unheard: fc.constantFrom(0, 0, 0, 1, 2),
        judgementsLost: fc.constantFrom(0, 0, 0, 1),
      }),
      { minLength: 4, maxLength: 9, size: 'max' },
    ),
    leads: fc.integer({ min: 1, max: 2 }),
    refused: fc.subarray([0, 1, 2, 3]),
    crashes: fc.array(fc.record({ after: fc.nat(20), forgets: fc.boolean() }), { ...crashes, size: 'max' }),
  });

async function raceOf(
  scheduler: fc.Scheduler,
  plan: Plan,
  seat: MakeSeat,
  parts = REAL_PARTS,
  prepare = '',
): Promise<Outcome> {
  const connection = newFile();
  connection.sqlite.exec(prepare);
  try {
    return await new OrderedRace(scheduler, plan, connection, parts, seat).run();
  } finally {
    connection.sqlite.close();
  }
}

interface Mutant {
  title: string;
  /** The rule that must be found broken. */
  rule: string;
  parts(): Promise<Partial<Parts>>;
  /** SQL before the race. */
  prepare?: string;
}

const claimsWith = (from: string, to: string) => () =>
  importEdited<Pick<Parts, 'createClaims'>>('server/claims/claims.ts', { file: 'server/claims/claims.ts', from, to });
const houseWith = (from: string, to: string) => () =>
  importEdited<Pick<Parts, 'openHouse'>>('server/house.ts', { file: 'server/flow/settlement.ts', from, to });

/** They grant the same offer again and again. */
const WRONG_ARBITER: Edit = {
  file: 'server/claims/embedded-arbiter.ts',
  from: 'if (offer.winnerId !== null) {\n      const receivedAtMs',
  to: 'if (false) {\n      const receivedAtMs',
};
const WRONG_SCRIPT: Edit = { file: 'claim.lua', from: 'if winner then', to: 'if false then' };
const wrongArbiter = async (): Promise<Partial<Parts>> => ({
  ...(await importEdited<Pick<Parts, 'createEmbeddedArbiter'>>('server/claims/embedded-arbiter.ts', WRONG_ARBITER)),
  scripts: { claim: edited(scripts.claim, WRONG_SCRIPT) },
});

/** The settlement's transaction as it would be if it believed the arbiter. */
const REFEREE = 'server/flow/transactions/settle-claim.ts';
const noReferee = () =>
  importEdited<Pick<Parts, 'createTransactions'>>(
    'server/flow/transactions/transactions.ts',
    { file: REFEREE, from: 'if (earlier !== undefined) return settledBefore(earlier, win);', to: '' },
    { file: REFEREE, from: "if (offer.state !== 'open') return 'notOpen';", to: '' },
    { file: REFEREE, from: '    id: win.offerId,', to: '    id: win.offerId + win.repId,' },
  );

/** A verdict of a win that does not ask whose win the file has: the last one to notice that there are two. */
const nobodysName = () =>
  importEdited<Pick<Parts, 'openHouse'>>('server/house.ts', {
    file: 'server/flow/claim-record.ts',
    from: 'return owner?.repId === repId ? wonVerdict(owner) : null;',
    to: 'return owner === undefined ? null : wonVerdict(owner);',
  });

const WAITS = '    const notice = await deps.desk.wait(';
const mutants: Mutant[] = [
  {
    title: 'told at the arbiter’s yes',
    rule: 'notBeforeTheDisk',
    parts: claimsWith(
      WAITS,
      `    if (judged.mine) {
      const claimedAt = new Date(judged.claim.claimedAtMs).toISOString();
      return { verdict: 'won', leadId: attempt.leadId, offerId, claimId: offerId, claimedAt, claimSpeedMs: 0, lead: {} };
    }
${WAITS}`,
    ),
  },
  {
    title: 'a loser told the name of a win on its way',
    rule: 'S3',
    parts: claimsWith(
      WAITS,
      `    if (!judged.mine) {
      const winner = { id: judged.claim.repId, name: null };
      return { verdict: 'lost', leadId: attempt.leadId, offerId, winner, byMs: 0 };
    }
${WAITS}`,
    ),
  },
  {
    title: 'claims told before the commit',
    rule: 'notBeforeTheDisk',
    parts: houseWith(
      'const result = await write(win);',
      `const { offerId, order, repId, claimedAtMs: at } = win;
      const soon = { winnerId: repId, winnerName: null, claimedAtMs: at, claimSpeedMs: 0 };
      world.settled({ offerId, order, outcome: 'committed', ...soon });
      const result = await write(win);`,
    ),
  },
  {
    title: 'a win refused by the disk, and the arbiter not told',
    rule: 'answeredInTheEnd',
    parts: houseWith(
      "await world.arbiter.settle(win, { outcome: 'reopened' }).catch(",
      'await Promise.resolve().catch(',
    ),
  },
  {
    title: 'a wrong arbiter, no referee, and a verdict that asks for no name',
    rule: 'S1',
    parts: async () => ({ ...(await wrongArbiter()), ...(await noReferee()), ...(await nobodysName()) }),
    prepare: 'DROP INDEX ownerships_one_claim; DROP INDEX ownerships_one_live',
  },
];

const MUTANT_ORDERS = 100;
/** A wrong arbiter grants out of turn and miscounts, which a Redis shows; nobody is told anything that rests on it. */
const ITS_OWN_MEMORY = ['S9', 'L3'];

interface Broken {
  plans: fc.Arbitrary<Plan>;
  seat: MakeSeat;
  parts: Partial<Parts>;
  prepare?: string;
  until?: string;
}

/** Which rules were found broken in so many orders; `until` one of them is. Throws when a race could not be run. */
async function brokenIn(orders: number, { plans, seat, parts, prepare, until }: Broken): Promise<Set<string>> {
  const broken = new Set<string>();
  const faults: unknown[] = [];
  const property = fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
    const race = raceOf(scheduler, plan, seat, { ...REAL_PARTS, ...parts }, prepare);
    const outcome = await race.catch((fault: unknown) => void faults.push(fault));
    for (const rule of outcome?.broken ?? []) broken.add(rule.split(/[ :]/)[0] as string);
    return faults.length === 0 && (until === undefined || !broken.has(until));
  });
  await fc.check(property, { numRuns: orders, endOnFailure: true, seed: 7 });
  if (faults.length > 0) throw faults[0];
  return broken;
}

export interface Suite {
  /** Races of the sound house, and of the one with a wrong arbiter; SAMBAR_TEST_RUNS overrides the first. */
  orders: number;
  ordersWithWrongArbiter: number;
  /** How many a race has. */
  crashes: { minLength: number; maxLength: number };
  /** How often each must come about, on an average of all orders. */
  least: Record<string, number>;
  /** Rules that must have had what they need. */
  judged: string[];
  seat(): MakeSeat;
}

/** The tests of one arbiter. */
export function claimOrders({ orders: usual, ordersWithWrongArbiter, crashes, least, judged, seat }: Suite): void {
  const plans = plansWith(crashes);
  const count = Number(process.env.SAMBAR_TEST_RUNS ?? usual);

  test(`the oracle's rules hold in ${count} orders of a claim's steps (seed ${SEED})`, async () => {
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
      const outcome = await raceOf(scheduler, plan, seat());
      expect(outcome.broken).toEqual([]);
      expect(judged.filter((id) => outcome.unjudged.includes(id))).toEqual([]);
      for (const name of [...outcome.verdicts, ...outcome.notices, ...outcome.crashes])
        seen.set(name, (seen.get(name) ?? 0) + 1);
    });
    await fc.assert(property, { numRuns: count, seed: SEED });
    const rare = Object.entries(least).filter(([name, share]) => (seen.get(name) ?? 0) < share * count);
    expect(rare, `too rare in ${JSON.stringify(Object.fromEntries(seen))}`).toEqual([]);
  }, 3_600_000);

  test.for(mutants)('$title: $rule', async ({ rule, parts, prepare = '' }) => {
    const given = { plans, seat: seat(), parts: await parts(), prepare, until: rule };
    expect([...(await brokenIn(MUTANT_ORDERS, given))]).toContain(rule);
  });

  test('a wrong arbiter alone misleads nobody: the file is the second referee', async () => {
    const broken = await brokenIn(ordersWithWrongArbiter, { plans, seat: seat(), parts: await wrongArbiter() });
    expect([...broken].filter((rule) => !ITS_OWN_MEMORY.includes(rule))).toEqual([]);
  }, 300_000);
}
