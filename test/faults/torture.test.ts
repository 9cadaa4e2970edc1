/**
 * `npm run loadtest -- torture`, made small: both arbiters under a few kills, and a server that tells who won
 * before it is on disk, which the same run must catch.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTorture, type TortureFigures } from '../../loadtest/scenarios/torture.ts';
import type { Tempo } from '../../loadtest/torture/arm.ts';
import type { ArbiterKind } from '../../loadtest/torture/torture-cell.ts';
import { BUILT_SERVER, buildOnce, type Program, ROOT } from '../support/server-process.ts';
import { brokenBuild } from './kit/broken-build.ts';

/** Give the one that was printed to draw the same blows again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const KILLS = 2;
const UNJUDGED: Record<ArbiterKind, string[]> = { embedded: ['L3', 'L4', 'S14', 'S9'], redis: [] };
/** A loaded machine starts processes in seconds. */
const TEST_MS = 180_000;

/** All answers leave at the arbiter's yes, the winner's too; the commit follows a while later. */
const TELLS_BEFORE_COMMIT = brokenBuild(
  {
    file: 'server/flow/settlement.js',
    from: 'const result = await write(win);',
    to: `const early = { winnerId: win.repId, winnerName: null, claimedAtMs: win.claimedAtMs, claimSpeedMs: 0 };
      world.settled({ offerId: win.offerId, order: win.order, outcome: 'committed', ...early });
      await new Promise((resolve) => setTimeout(resolve, 150));
      const result = await write(win);`,
  },
  {
    file: 'server/flow/claim-record.js',
    from: 'const verdict = wonBy(notice.winnerId, notice.offerId);',
    to: `const verdict = wonVerdict(world.owners.byOffer(offerId) ??
        { id: offerId, offerId, leadId: world.offers.get(offerId).leadId, startedAt: claimedAtMs });`,
  },
);

/** Blows fall close together. */
const SHORT_CALM_MS = [100, 500] as const;
const QUICK: Tempo = { calmMs: SHORT_CALM_MS, settlesWithinMs: 30_000 };
/** A server that loses wins leaves leads that are never through: nobody needs to wait for them long. */
const IMPATIENT: Tempo = { calmMs: SHORT_CALM_MS, settlesWithinMs: 2_000 };

async function torture(arbiter: ArbiterKind, args: Program, tempo: Tempo): Promise<TortureFigures> {
  const { arms } = await runTorture({
    arbiters: [arbiter],
    minutes: 0.05,
    leads: Number.POSITIVE_INFINITY,
    leastKills: KILLS,
    seed: SEED,
    historyFile: null,
    signal: new AbortController().signal,
    program: { args, folder: ROOT },
    tempo,
    onProgress: () => undefined,
  });
  return arms[0] as TortureFigures;
}

beforeAll(buildOnce);

describe(`torture, FAULT_SEED=${SEED}`, () => {
  it.each<ArbiterKind>(['embedded', 'redis'])(
    '%s: processes are killed and links cut while reps race; nothing is lost, doubled or left unanswered',
    async (arbiter) => {
      const figures = await torture(arbiter, BUILT_SERVER, QUICK);
      expect(figures.broken).toEqual([]);
      // All rules had what they need, but those that speak of Redis where there is none.
      expect(figures.unjudged.map((words) => words.split(':')[0]).sort()).toEqual(UNJUDGED[arbiter]);
      expect(figures.kills).toBeGreaterThanOrEqual(KILLS);
      expect(figures.killsInFlight).toBeGreaterThan(0);
      // Each lead was won, by one of the racers, and each of the others was told so.
      expect(figures.verdicts).toMatchObject({
        won: figures.leads,
        lost: figures.leads * 4,
        gone: 0,
        early: 0,
        refused: 0,
      });
      expect(figures).toMatchObject({ doubleWins: 0, lostWins: 0, lostLeads: 0, wrongNames: 0, unanswered: 0 });
    },
    TEST_MS,
  );

  it(
    'a server that tells before it is on disk is caught',
    async () => {
      const { broken } = await torture('embedded', TELLS_BEFORE_COMMIT, IMPATIENT);
      expect(broken.join('\n')).toMatch(/^S2 .*the file has no claim/m);
    },
    TEST_MS,
  );
});
