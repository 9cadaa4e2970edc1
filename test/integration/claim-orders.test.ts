/**
 * The claim, from the tap to the verdict, in every order that its steps can take: between the two
 * processes, the disk and the phones nothing comes in the order in which it was said (S1 to S4 of what a
 * client may rely on, and that everybody is answered in the end).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTransactions } from '../../server/flow/transactions/transactions.ts';
import { createSystemRandom } from '../../server/kernel/random.ts';
import { schemaOfMigrations } from '../../server/platform/migrate.ts';
import { type Connection, openScratch } from '../../server/platform/sqlite.ts';
import { OrderedRace, type Outcome, type Plan, REPS } from '../support/claim-orders.ts';
import { type Edit, importEdited } from '../support/mutated-source.ts';
import { type Parts, REAL_PARTS } from '../support/ordered-house.ts';

/** Give SAMBAR_TEST_RUNS for a longer look, and SAMBAR_TEST_SEED to run the orders of a title again. */
const ORDERS = Number(process.env.SAMBAR_TEST_RUNS ?? 200);
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

const plans: fc.Arbitrary<Plan> = fc.record({
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
  crashes: fc.array(fc.nat(20), { maxLength: 2, size: 'max' }),
});

async function raceOf(scheduler: fc.Scheduler, plan: Plan, parts = REAL_PARTS, prepare = ''): Promise<Outcome> {
  const connection = newFile();
  connection.sqlite.exec(prepare);
  try {
    return await new OrderedRace(scheduler, plan, connection, parts).run();
  } finally {
    connection.sqlite.close();
  }
}

test(`S1 to S4 hold in ${ORDERS} orders of a claim's steps (seed ${SEED})`, async () => {
  const seen = new Map<string, number>();
  const property = fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
    const { broken, verdicts, notices, crashes } = await raceOf(scheduler, plan);
    expect(broken).toEqual([]);
    for (const name of [...verdicts, ...notices, ...crashes]) seen.set(name, (seen.get(name) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: ORDERS, seed: SEED });
  const rare = Object.entries(LEAST).filter(([name, share]) => (seen.get(name) ?? 0) < share * ORDERS);
  expect(rare, `too rare in ${JSON.stringify(Object.fromEntries(seen))}`).toEqual([]);
}, 3_600_000);

/** How often each must come about, on an average of all orders. */
const LEAST = {
  won: 1,
  lost: 1,
  retry: 1,
  committed: 0.5,
  reopened: 0.5,
  crash: 0.3,
  'crash, claim on its way': 0.1,
  'crash, judgement on its way': 0.1,
  'crash, commit on its way': 0.02,
  'crash, committed on its way': 0.02,
  'crash, settle on its way': 0.02,
  'crash, notice at 0 on its way': 0.01,
  'crash, notice at 1 on its way': 0.01,
};

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

/** It grants the same offer again and again. */
const WRONG_ARBITER: Edit = {
  file: 'server/claims/embedded-arbiter.ts',
  from: 'if (offer.winnerId !== null) {\n      const receivedAtMs',
  to: 'if (false) {\n      const receivedAtMs',
};
const wrongArbiter = () =>
  importEdited<Pick<Parts, 'createEmbeddedArbiter'>>('server/claims/embedded-arbiter.ts', WRONG_ARBITER);

/** The settlement's transaction as it would be if it believed the arbiter. */
const REFEREE = 'server/flow/transactions/settle-claim.ts';
const noReferee = () =>
  importEdited<Pick<Parts, 'createTransactions'>>(
    'server/flow/transactions/transactions.ts',
    { file: REFEREE, from: 'if (earlier !== undefined) {', to: 'if (false) {' },
    { file: REFEREE, from: "if (offer.state !== 'open') return 'notOpen';", to: '' },
    { file: REFEREE, from: '    id: win.offerId,', to: '    id: win.offerId + win.repId,' },
  );

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
      '    const result = await write(win);',
      `    const { repId, claimedAtMs: at } = win;
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
    title: 'a wrong arbiter, and no referee',
    rule: 'S1',
    parts: async () => ({ ...(await wrongArbiter()), ...(await noReferee()) }),
    prepare: 'DROP INDEX ownerships_one_claim; DROP INDEX ownerships_one_live',
  },
];

const MUTANT_ORDERS = 100;

async function orders(parts: Partial<Parts>, prepare: string | undefined, broken: Set<string>): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), plans, async (scheduler, plan) => {
    const outcome = await raceOf(scheduler, plan, { ...REAL_PARTS, ...parts }, prepare);
    for (const rule of outcome.broken) broken.add(rule.split(/[ :]/)[0] as string);
    return broken.size === 0;
  });
  await fc.check(property, { numRuns: MUTANT_ORDERS, endOnFailure: true, seed: 7 });
}

test.for(mutants)('$title: $rule', async ({ rule, parts, prepare }) => {
  const broken = new Set<string>();
  await orders(await parts(), prepare, broken);
  expect([...broken]).toContain(rule);
});

test('a wrong arbiter alone breaks nothing: the file is the second referee', async () => {
  const broken = new Set<string>();
  await orders(await wrongArbiter(), undefined, broken);
  expect([...broken]).toEqual([]);
}, 300_000);
