/**
 * What is done to a cell, and how it is put right again. Each torment resolves when everything stands once
 * more; whether it also works is for the races to show.
 */

import type { Chance } from '../../server/kernel/chance.ts';
import { type Clock, pause, within } from '../../server/kernel/clock.ts';
import { CommitWatch } from '../../tools/faults/commit-watch.ts';
import type { ProxyMode, TcpProxy } from '../../tools/faults/proxy.ts';
import type { History } from '../../tools/oracle/history.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import type { LeadBook, RunningLead } from './lead-book.ts';
import type { TortureCell } from './torture-cell.ts';

export interface Ground {
  cell: TortureCell;
  book: LeadBook;
  history: History;
  clock: Clock;
  chance: Chance;
  tally: Tally;
}

/** What was done in all, and what it met. */
export class Tally {
  kills = 0;
  /** Kills while a claim was on its way. */
  killsInFlight = 0;
  /** Kills that met a commit: of a claim that had been decided, nobody had been told, and the file has it. */
  killsAtCommit = 0;
  freezes = 0;
  redisRestarts = 0;
  /** Of these and by FLUSHALL: it had forgotten everything. */
  redisEmptied = 0;
  cuts = 0;
  /** From a blow to a file's holder to the first `won` that its successor told. */
  readonly takeOverMs: number[] = [];
}

export interface Torment {
  name: string;
  /** How often it is in the hat from which torments are drawn. */
  weight: number;
  strike(ground: Ground): Promise<void>;
}

/** No commit at all in this time: the blow falls anyway. */
const AIM_MS_MAX = 3_000;
/** A commit takes less; meanwhile the racers stand still. */
const HELD_MS_MAX = 10;
/** What the dead had sent is read by now. */
const ECHO_MS = 60;
const OUTAGE_MS = [150, 900] as const;
const SUCCESSOR_TELLS_WITHIN_MS = 20_000;

/**
 * Resolves when a commit is on its way while claims are: as the log is written to, or, as often, when a claim is
 * on file and its answer is not here.
 */
async function nextCommit({ cell, book, clock, chance }: Ground): Promise<void> {
  const isForAnswer = chance.happens(0.5);
  using commits = new CommitWatch(cell.file);
  const commit = commits.until(() => {
    const offerIds = book.untold().flatMap(({ offerId }) => offerId ?? []);
    if (!isForAnswer) return offerIds.length > 0;
    return commits.awaitClaim(offerIds, { clock, withinMs: HELD_MS_MAX });
  });
  await within(clock, AIM_MS_MAX, commit);
}

/** Strikes the holder at a commit, and answers which offers nobody had been told of. */
async function strikeHolder(
  ground: Ground,
  signal: 'SIGKILL' | 'SIGSTOP',
): Promise<{ atMs: number; wallMs: number; untold: RunningLead[] }> {
  const { cell, book, history, clock, tally } = ground;
  await nextCommit(ground);
  cell.holder.signal(signal);
  const struck = { atMs: clock.monotonicMs(), wallMs: clock.nowMs(), untold: book.untold() };
  if (signal === 'SIGKILL') tally.kills++;
  if (signal === 'SIGKILL' && book.claimsInFlight > 0) tally.killsInFlight++;
  history.record({ kind: 'fault', what: signal, target: 'holder' });
  return struck;
}

/** Claims of these offers that were decided by then, on file by now. */
function decidedBefore(file: string, leads: readonly RunningLead[], wallMs: number): number {
  using onFile = new OnFile(file);
  return leads.filter(({ offerId }) => {
    const claimedAt = offerId === null ? null : onFile.offer(offerId)?.claimedAt;
    return claimedAt != null && claimedAt <= wallMs;
  }).length;
}

/** Waits for the successor, and for the first `won` that it tells. */
async function succession({ cell, book, clock, tally }: Ground, struckAtMs: number): Promise<void> {
  const told = book.moreWon(clock, 1, SUCCESSOR_TELLS_WITHIN_MS).then((isTold) => {
    if (isTold) tally.takeOverMs.push(clock.monotonicMs() - struckAtMs);
  });
  await Promise.all([told, cell.succeed()]);
}

async function killHolder(ground: Ground): Promise<void> {
  const { cell, clock, tally } = ground;
  const { atMs, wallMs, untold } = await strikeHolder(ground, 'SIGKILL');
  await cell.holder.ended;
  await pause(clock, ECHO_MS);
  const silent = untold.filter(({ isTold }) => !isTold);
  await succession(ground, atMs);
  if (decidedBefore(cell.file, silent, wallMs) > 0) tally.killsAtCommit++;
}

/** Its standby ends it. */
async function freezeHolder(ground: Ground): Promise<void> {
  const { cell, tally } = ground;
  const { atMs } = await strikeHolder(ground, 'SIGSTOP');
  tally.freezes++;
  await cell.holder.ended;
  await succession(ground, atMs);
}

/** Nobody takes its place: it wakes up again. */
async function freezeAlone(ground: Ground): Promise<void> {
  const { cell, clock, chance, tally } = ground;
  await strikeHolder(ground, 'SIGSTOP');
  tally.freezes++;
  await pause(clock, chance.between(...OUTAGE_MS));
  cell.holder.signal('SIGCONT');
}

async function killGateway({ cell, book, history, chance, tally }: Ground): Promise<void> {
  const n = chance.oneOf(cell.doors.map((_, index) => index));
  if (book.claimsInFlight > 0) tally.killsInFlight++;
  tally.kills++;
  cell.gateway(n).signal('SIGKILL');
  history.record({ kind: 'fault', what: 'SIGKILL', target: `gateway ${n + 1}` });
  await cell.restartGateway(n);
}

function killRedis(keeps: 'all' | 'nothing') {
  return async ({ cell: { redis }, history, clock, chance, tally }: Ground): Promise<void> => {
    if (redis === null) throw new Error('an embedded cell has no Redis');
    history.record({ kind: 'fault', what: 'SIGKILL', target: `redis, keeps ${keeps}` });
    tally.redisRestarts++;
    await redis.stopServer('SIGKILL');
    await pause(clock, chance.between(...OUTAGE_MS));
    if (keeps === 'nothing') {
      await redis.forget();
      tally.redisEmptied++;
    }
    await redis.startServer();
  };
}

async function flushRedis({ cell: { redis }, history, tally }: Ground): Promise<void> {
  history.record({ kind: 'fault', what: 'FLUSHALL', target: 'redis' });
  tally.redisEmptied++;
  await redis?.use((client) => client.flushall());
}

/** Does what networks do to one link, for a while; answers that were held may be lost in the end. */
function disturb(linkOf: (ground: Ground) => TcpProxy, target: string) {
  return async (ground: Ground): Promise<void> => {
    const { history, clock, chance, tally } = ground;
    const link = linkOf(ground);
    const how = chance.oneOf<ProxyMode | 'cut' | 'halfOpen'>(['cut', 'halfOpen', 'refuse', 'blackhole', 'holdReplies']);
    history.record({ kind: 'fault', what: how, target });
    tally.cuts++;
    if (how === 'cut') return link.cut();
    if (how === 'halfOpen') return link.halfOpen();
    link.set(how);
    await pause(clock, chance.between(...OUTAGE_MS));
    if (how === 'holdReplies' && chance.happens(0.5)) link.cut();
    link.set('pass');
  };
}

function toRedisOf({ cell }: Ground): NonNullable<TortureCell['toRedis']> {
  if (cell.toRedis === null) throw new Error('an embedded cell has no links to Redis');
  return cell.toRedis;
}

const cutDoor = disturb(({ cell, chance }) => chance.oneOf(cell.doors).link, 'door');

/** Each hat is emptied before it is filled again, so that a run of some length has met them all. */
export const TORMENTS: Record<'embedded' | 'redis', readonly Torment[]> = {
  embedded: [
    { name: 'kill the server', weight: 8, strike: killHolder },
    { name: 'freeze the server', weight: 1, strike: freezeAlone },
    { name: 'disturb the clients', weight: 2, strike: cutDoor },
  ],
  redis: [
    { name: 'kill the ledger', weight: 9, strike: killHolder },
    { name: 'freeze the ledger', weight: 1, strike: freezeHolder },
    { name: 'kill a gateway', weight: 2, strike: killGateway },
    { name: 'kill Redis', weight: 1, strike: killRedis('all') },
    { name: 'kill and empty Redis', weight: 1, strike: killRedis('nothing') },
    { name: 'empty Redis', weight: 1, strike: flushRedis },
    { name: 'disturb the clients', weight: 1, strike: cutDoor },
    {
      name: 'disturb a gateway and Redis',
      weight: 1,
      strike: disturb((ground) => toRedisOf(ground).gateway, 'gateway 1'),
    },
    {
      name: 'disturb the ledger and Redis',
      weight: 1,
      strike: disturb((ground) => toRedisOf(ground).ledger, 'ledger'),
    },
  ],
};
