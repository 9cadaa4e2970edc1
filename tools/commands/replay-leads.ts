/** `sambar replay-leads`: a real funnel, replayed as a live race, and accounted for to the last lead. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { percentile, tenths } from '../../server/kernel/percentile.ts';
import { boardsSurviveRebuild } from '../replay/aftermath.ts';
import { countLeads, dealsOf, leadsOf } from '../replay/funnel.ts';
import { type Account, ReplayRace } from '../replay/race.ts';
import { ServerProcess } from '../simulation/server-process.ts';
import { createOutput, mark, type Output, table } from '../terminal/output.ts';
import { createProgress } from '../terminal/progress.ts';
import { adminKeyOf, EXIT, type ExitCode, UsageError, wholeNumber } from './command.ts';
import { checkRebuild } from './rebuild.ts';
import { verified } from './verify.ts';

interface ReplayOptions {
  json: boolean;
  deals: string;
  rate?: number;
  reps: number;
  redis?: string;
  limit: number;
  url?: string;
  key?: string;
  file?: string;
  seed: string;
}

export interface ReplaySummary extends Account {
  ok: boolean;
  leads: number;
  doubleWins: number;
  wrongNames: number;
  unanswered: number;
  verdicts: number;
  opportunities: number;
  won: number;
  verdictP50Ms: number;
  verdictP99Ms: number;
  /** Of the race alone, from the first lead to the end of the last race. */
  seconds: number;
  /** Null: a server of somebody else, whose file was not named. */
  verify: { ok: boolean } | null;
  rebuild: { same: boolean } | null;
  boardsSame: boolean | null;
}

/** More reps than a company has; the sockets of all are held by this one process. */
const REPS_MAX = 1_000;

export function addReplayLeads(program: Command, ends: (code: ExitCode) => void): void {
  program
    .command('replay-leads')
    .description('replay a real funnel as a live race of simulated reps, on a throw-away server unless --url names one')
    .argument('<leads.csv>', 'columns mql_id, first_contact_date, landing_page_id, origin')
    .requiredOption('--deals <deals.csv>', 'columns mql_id, won_date, declared_monthly_revenue')
    .option(
      '--rate <leads/s>',
      'leads a second, whatever the server does (default: as fast as races end)',
      wholeNumber(1, 100_000),
    )
    .option('--reps <n>', 'how many reps race', wholeNumber(1, REPS_MAX), 54)
    .option('--limit <n>', 'only the first leads', wholeNumber(1, 10_000_000), 10_000_000)
    .option('--redis <url>', 'let the throw-away server judge claims in this Redis')
    .option('--url <address>', 'race on the server that runs at this address')
    .option('--key <admin key>', 'its admin key (default: ADMIN_API_KEY)')
    .option('--file <path>', "with --url: that server's file, to be verified as well")
    .option('--seed <text>', 'other reaction times and contenders', 'sambar')
    .option('--json', 'one JSON object on standard output, and nothing else there', false)
    .action(async (leadsFile: string, options: ReplayOptions) => ends(await replayLeads(leadsFile, options)));
}

async function replayLeads(leadsFile: string, options: ReplayOptions): Promise<ExitCode> {
  for (const file of [leadsFile, options.deals])
    if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  if (options.url !== undefined && options.redis !== undefined)
    throw new UsageError('--redis is for the throw-away server; leave it away with --url');
  if (options.url === undefined && options.file !== undefined) throw new UsageError('--file goes with --url');
  const adminKey = adminKeyOf(options);
  const server = adminKey === null ? await ServerProcess.start({ port: 0, redisUrl: options.redis }) : null;
  const target = { url: server?.url ?? options.url ?? '', adminKey: server?.adminKey ?? adminKey ?? '' };
  const interrupted = () => {
    void (server?.remove() ?? Promise.resolve()).finally(() => process.exit(EXIT.bad));
  };
  process.once('SIGINT', interrupted);
  try {
    const summary = await race(leadsFile, target, server, options);
    const output = createOutput(options.json);
    output.json(summary);
    if (!options.json) report(output, summary);
    return summary.ok ? EXIT.ok : EXIT.bad;
  } finally {
    process.off('SIGINT', interrupted);
    await server?.remove();
  }
}

async function race(
  leadsFile: string,
  target: { url: string; adminKey: string },
  server: ServerProcess | null,
  options: ReplayOptions,
): Promise<ReplaySummary> {
  const { limit, reps, seed, rate, json: isJson } = options;
  const clock = createSystemClock();
  const [leads, deals] = await Promise.all([countLeads(leadsFile, limit), dealsOf(options.deals)]);
  const progress = createProgress('race', { isJson, unit: 'leads' });
  const replay = await ReplayRace.open({
    ...target,
    clock,
    reps,
    seed,
    rate: rate ?? null,
    onLeadOver: (over) => progress.update(over, leads),
  });
  try {
    const beganAtMs = clock.monotonicMs();
    const ended = await replay.run(leadsOf(leadsFile, limit), new Set(deals.map(({ externalId }) => externalId)));
    const seconds = (clock.monotonicMs() - beganAtMs) / 1000;
    progress.stop();
    await sell(replay, deals, isJson);
    const account = await replay.account();
    return summaryOf(replay, account, { leads, ended, seconds, after: await aftermath(server, options) });
  } finally {
    progress.stop();
    await replay.leave();
  }
}

async function sell(replay: ReplayRace, deals: Awaited<ReturnType<typeof dealsOf>>, isJson: boolean): Promise<void> {
  const progress = createProgress('deals', { isJson, unit: 'deals' });
  await replay.sell(deals, (count) => progress.update(count, deals.length)).finally(progress.stop);
}

type Aftermath = Pick<ReplaySummary, 'verify' | 'rebuild' | 'boardsSame'>;

/** The checks of the file, while its server runs; then what a rebuild from nothing makes of the boards. */
async function aftermath(server: ServerProcess | null, { file, json }: ReplayOptions): Promise<Aftermath> {
  const database = server?.databaseFile ?? file;
  if (database === undefined) return { verify: null, rebuild: null, boardsSame: null };
  return {
    verify: { ok: verified(database, json).ok },
    rebuild: { same: checkRebuild(database, json).same },
    boardsSame: server === null ? null : await boardsSurviveRebuild(server, json),
  };
}

function summaryOf(
  { book, opportunities, won }: ReplayRace,
  account: Account,
  { leads, ended, seconds, after }: { leads: number; ended: boolean; seconds: number; after: Aftermath },
): ReplaySummary {
  const { doubleWins, wrongNames, unanswered, verdictMs } = book;
  const isAccounted = ended && account.accepted === leads && account.lost === 0 && doubleWins === 0 && wrongNames === 0;
  return {
    ok: isAccounted && after.verify?.ok !== false && after.rebuild?.same !== false && after.boardsSame !== false,
    leads,
    ...account,
    doubleWins,
    wrongNames,
    unanswered,
    verdicts: verdictMs.length,
    opportunities,
    won,
    verdictP50Ms: tenths(percentile(verdictMs, 0.5)),
    verdictP99Ms: tenths(percentile(verdictMs, 0.99)),
    seconds: tenths(seconds),
    ...after,
  };
}

function report(output: Output, summary: ReplaySummary): void {
  const { leads, accepted, claims, lost, doubleWins, verdicts, opportunities, won, seconds } = summary;
  const checked = (isGood: boolean | undefined | null) => (isGood == null ? 'not looked at' : mark(isGood));
  const rows = [
    ['leads in the file', leads],
    ['accepted', accepted],
    ['claimed exactly once', claims],
    ['lost or claimed twice', lost],
    ['won by two', doubleWins],
    ['verdicts', verdicts],
    ['opportunities', opportunities],
    ['deals won', won],
    ['verdict, half within', `${summary.verdictP50Ms} ms`],
    ['verdict, 99 of 100 within', `${summary.verdictP99Ms} ms`],
    ['seconds', seconds],
    ['every invariant holds', checked(summary.verify?.ok)],
    ['tables are what the record says', checked(summary.rebuild?.same)],
    ['boards are the same after a rebuild', checked(summary.boardsSame)],
  ];
  for (const line of table(rows)) output.line(line);
  output.line(`every lead is accounted for: ${mark(summary.ok)}`);
}
