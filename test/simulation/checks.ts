/**
 * What must hold in a simulation: after every step what can be asked cheaply, and at the end, when
 * everything is calm, all of it. Nothing here asks the code under test whether it is right: the auditor's
 * SQL, a recount from the events, and what clients see beside what the file says.
 */

import type { OfferCard, UpcomingCard } from '../../client-sdk/protocol/down.ts';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { onboardingView } from '../../server/flow/onboarding.ts';
import { CHECKS } from '../../server/ledger/verify.ts';
import type { Auditor } from '../../server/ledger/verify-check.ts';
import { rebuild } from '../../server/rebuild/rebuild.ts';
import type { RaceFile } from '../support/race-file.ts';
import { recount } from '../support/race-recount.ts';
import type { Game } from './game.ts';
import { pausedTeamsRest } from './handing-out.ts';
import type { Device } from './sim-device.ts';

/** Those that look at every page, or fold many rows into sums: once, at the end. */
const AT_THE_END = /^(integrity|foreignKeys|board.*|dayOnRecord)$/;
const EACH_STEP = CHECKS.filter(({ names }) => !names.some((name) => AT_THE_END.test(name)));

/** The longest window of the attempt rate. */
const ATTEMPTS_MS = 60_000;
/** Until what follows a claim has reached every board. */
const SETTLED_MS = 3_000;
/** As long as a frame takes in the calm. */
const ON_ITS_WAY_MS = 5;

function audit(game: Game, checks: typeof CHECKS): void {
  const auditor = { prepare: (sql: string) => game.disk.prepare(sql) } as unknown as Auditor;
  for (const check of checks) {
    for (const { name, detail } of check.find(auditor)) game.violate(`${name}: ${detail}`);
  }
}

export function checkStep(game: Game): void {
  const { changes } = game.disk;
  if (changes !== game.changesChecked) audit(game, EACH_STEP);
  if (changes !== game.changesChecked) pausedTeamsRest(game);
  game.changesChecked = changes;
  memoryEqualsFile(game);
}

/** A timer that the disk refuses is tried again each second. */
const LATE_MS = 2_500;

/** What is due has been done, as long as there is somebody to do it and a disk to write it on. */
export function timersAreNotLate(game: Game): void {
  const { server, disk, faults, timeline } = game;
  if (server?.state !== 'serving' || server.unanswered > 0 || faults.isFull || game.far?.isAway) return;
  const nowMs = server.house.world.arbiter.nearlyNow();
  if (timeline.nowMs - Math.max(server.servesSinceMs, game.wellSinceMs) < LATE_MS) return;
  const late = disk.first<{ kind: string; dueAt: number }>(
    'SELECT kind, due_at AS dueAt FROM deadlines WHERE due_at < ? ORDER BY due_at',
    nowMs - LATE_MS,
  );
  if (late !== undefined) game.violate(`a timer is late: ${late.kind} by ${nowMs - late.dueAt} ms`);
}

interface OpenRow {
  id: string;
  closesAt: number;
}

/** Memory changes in the turn in which a commit is known: with no call under way it is what the file says. */
function memoryEqualsFile(game: Game): void {
  const { server, disk } = game;
  if (server === null || server.state !== 'serving' || server.unanswered > 0) return;
  const { world } = server.house;
  const open = disk.all<OpenRow>(`SELECT id, closes_at AS closesAt FROM offers WHERE state = 'open' ORDER BY id`);
  const held = [...world.offers.all()].map(({ offerId, closesAtMs }) => ({ id: offerId, closesAt: closesAtMs }));
  held.sort((one, other) => (one.id < other.id ? -1 : 1));
  differ(game, 'open offers in memory', held, open);
  const counters = disk.all<{ repId: string; name: string; value: number }>(
    'SELECT rep_id AS repId, name, value FROM counters',
  );
  for (const { repId, name, value } of counters) {
    differ(game, `counter ${name} of ${repId}`, world.counters.of(repId, name), value);
  }
  const reps = disk.all<{ id: string; tier: number; active: number; status: string }>(
    'SELECT id, tier, active, status FROM reps ORDER BY num',
  );
  const known = world.directory
    .reps()
    .map(({ id, tier, active, status }) => ({ id, tier, active: Number(active), status }));
  differ(game, 'reps in memory', known, reps);
}

function differ(game: Game, what: string, found: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) game.violate(`${what}: ${one}, must be ${other}`);
}

/** With nothing under way and nothing broken. */
export async function checkEnd(game: Game): Promise<void> {
  const { timeline } = game;
  if (game.server?.state !== 'serving') return game.violate('the server is not back');
  checkStep(game);
  if (!game.isQuiet) game.violate('somebody still waits for an answer');
  await unansweredAreAnswered(game);
  await settled(game);
  viewsAreFresh(game);
  boardsAreFresh(game);
  await offersCanBeHad(game);
  await settled(game);
  viewsAreFresh(game);
  audit(game, CHECKS);
  memoryEqualsFile(game);
  promisesKept(game);
  boardsAreARecount(game);
  stateIsAFold(game);
  for (const words of game.record.judge()) game.violate(words);
  const { server } = game;
  game.restart(1_000);
  await timeline.run(timeline.nowMs + 10_000, () => server?.state === 'ended');
  if (server?.state !== 'ended') game.violate('the server does not stop');
}

/** What has been said is heard, and what was told by a timer of the last instant as well. */
async function settled({ timeline, network }: Game): Promise<void> {
  await timeline.run(timeline.nowMs + SETTLED_MS);
  while (network.onItsWay > 0) await timeline.run(timeline.nowMs + ON_ITS_WAY_MS);
}

/** Lets the task have its answers. */
async function done<T>(game: Game, task: Promise<T>): Promise<T | null> {
  let answer: T | null = null;
  let isDone = false;
  void task.then((value) => {
    answer = value;
    isDone = true;
  });
  const { timeline } = game;
  await timeline.run(timeline.nowMs + 30_000, () => isDone);
  if (!isDone) game.violate('an answer never came');
  return answer;
}

/** A tap that was never answered has an answer when it is asked about again. */
async function unansweredAreAnswered(game: Game): Promise<void> {
  for (const device of game.devices) {
    for (const { leadId, offerId } of device.taps.all()) {
      await done(game, game.tap(device, leadId, offerId));
      const isOpen = device.taps.all().some((tap) => tap.leadId === leadId && tap.offerId === offerId);
      if (isOpen) game.violate(`${device.label} still does not know of ${leadId} ${offerId ?? ''}`);
    }
  }
}

/** What every device shows is what a fresh snapshot says. */
function viewsAreFresh(game: Game): void {
  for (const device of game.devices) {
    if (!device.connection.isLive) {
      game.violate(`${device.label} is not back: ${device.connection.state.kind}`);
      continue;
    }
    const { repId } = device.person;
    differ(game, `the last assignment ${device.label} knows of`, device.assigned, lastAssigned(game, repId));
    const { offers, upcoming } = device.feed.pool;
    differ(game, `pool of ${device.label}`, shown([...offers, ...upcoming]), onFile(game, repId));
  }
}

const ASSIGNED = `SELECT coalesce(max(seq), 0) AS seq FROM events WHERE kind = 'lead.assigned' AND rep_id = ?`;

function lastAssigned({ disk }: Game, repId: string): number {
  return disk.first<{ seq: number }>(ASSIGNED, repId)?.seq ?? 0;
}

function shown(cards: (OfferCard | UpcomingCard)[]): string[] {
  return cards
    .map((card) => `${card.offerId} ${card.opensAt} ${'closesAt' in card ? card.closesAt : 'upcoming'}`)
    .sort();
}

interface PlaceRow {
  offerId: string;
  opensAt: number;
  sentAt: number | null;
  closesAt: number;
}

/** A rep's place in each open offer: the own admission, or else the lane. */
const PLACES = `
  SELECT f.id AS offerId, f.closes_at AS closesAt, coalesce(a.opens_at, n.opens_at) AS opensAt,
    CASE WHEN a.rep_id IS NULL THEN n.sent_at ELSE a.sent_at END AS sentAt
  FROM offers f JOIN reps r ON r.id = ?
  LEFT JOIN offer_admissions a ON a.offer_id = f.id AND a.rep_id = r.id
  LEFT JOIN offer_lanes n ON n.offer_id = f.id AND n.lane = (
    SELECT min(m.lane) FROM offer_lanes m JOIN json_each(m.reps) j WHERE m.offer_id = f.id AND j.value = r.num)
  WHERE f.state = 'open' AND r.active AND r.status = 'ready' AND (a.rep_id IS NOT NULL OR n.lane IS NOT NULL)`;

/** What a rep must see, from the file: nothing on a break. */
function onFile(game: Game, repId: string): string[] {
  const iso = (ms: number) => new Date(ms).toISOString();
  return game.disk
    .all<PlaceRow>(PLACES, repId)
    .map((row) => `${row.offerId} ${iso(row.opensAt)} ${row.sentAt === null ? 'upcoming' : iso(row.closesAt)}`)
    .sort();
}

function boardsAreFresh(game: Game): void {
  const { server } = game;
  for (const { device, board, period, shown: state } of game.watched) {
    const fresh = server?.house.world.boards.snapshot({ board, period, top: 10 });
    differ(game, `board ${board} ${period} of ${device.label}`, state?.rows, fresh?.rows);
  }
}

/** Of every open offer: somebody in an open lane taps, and hears for good. */
async function offersCanBeHad(game: Game): Promise<void> {
  const open = game.disk.all<{ id: string; leadId: string }>(
    `SELECT id, lead_id AS leadId FROM offers WHERE state = 'open' ORDER BY id`,
  );
  for (const { id, leadId } of open) {
    const device = game.devices.find(({ feed }) => feed.pool.offers.some(({ offerId }) => offerId === id));
    if (device === undefined) continue;
    let verdict = await done<Verdict | null>(game, game.tap(device, leadId, id));
    // Who tried too often waits for the next minute, as everybody would.
    if (verdict?.verdict === 'refused' && verdict.rule === 'attemptRate') {
      await game.timeline.run(game.timeline.nowMs + ATTEMPTS_MS);
      verdict = await done<Verdict | null>(game, game.tap(device, leadId, id));
    }
    const said = verdict?.verdict ?? 'nothing';
    game.cover(`at the end: ${said}`);
    if (!isFair(game, device, verdict)) {
      game.violate(`${device.label} taps the open offer ${id} and hears ${JSON.stringify(verdict)}`);
    }
  }
}

/** Rules that stop only who has won or been given something before: by the counters they look at. */
const STOPS: Readonly<Record<string, string>> = {
  dailyCap: 'claims:day:%',
  hotPerWarm: 'claims:day:%',
  claimsPerAuto: 'claims:day:%',
  maxOpenLeads: 'leads:open',
  weeklyAllowance: '%:week:%',
};

const MOST_COUNTED = 'SELECT max(value) AS most FROM counters WHERE rep_id = ? AND name LIKE ?';
const NEWCOMER = 'SELECT 1 FROM reps WHERE id = ? AND hired_on IS NOT NULL';

function isFair(game: Game, { person }: Device, verdict: Verdict | null): boolean {
  if (verdict?.verdict === 'won') return true;
  // A clock that was set back: the lane opens when the file says, by the clock that counts now.
  if (verdict?.verdict === 'early') return game.wallWasSetBack;
  // It ended between the look and the tap.
  if (verdict?.verdict === 'gone') return verdict.reason === 'expired';
  if (verdict?.verdict !== 'refused') return false;
  // Who watches sees the offer, and claims nothing.
  if (verdict.rule === 'onboarding') return game.disk.first(NEWCOMER, person.repId) !== undefined;
  return (game.disk.first<{ most: number }>(MOST_COUNTED, person.repId, STOPS[verdict.rule] ?? '')?.most ?? 0) > 0;
}

/** Every win and every 201 that anybody heard of is on disk. */
function promisesKept(game: Game): void {
  for (const { repId, offerId } of game.told.winsHeard()) {
    game.cover('wins heard');
    const owner = game.disk.first<{ repId: string }>(
      'SELECT rep_id AS repId FROM ownerships WHERE offer_id = ?',
      offerId,
    );
    differ(game, `winner of ${offerId}`, owner?.repId, repId);
  }
  for (const leadId of game.accepted) {
    if (game.disk.first('SELECT id FROM leads WHERE id = ?', leadId) === undefined) game.violate(`${leadId} is lost`);
  }
}

/** Who stands outside the ranking now (FAIR-15). */
function newcomers({ server }: Game): Set<string> {
  const world = server?.house.world;
  const reps = world?.directory.reps() ?? [];
  return new Set(reps.filter((rep) => world && onboardingView(world, rep) !== null).map(({ id }) => id));
}

function boardsAreARecount(game: Game): void {
  const counted = recount({ all: (sql: string) => game.disk.all(sql) } as unknown as RaceFile);
  // Help is no ownership: the recount knows nothing of it.
  const help = game.disk.all<{ repId: string; paid: number }>(
    `SELECT rep_id AS repId, sum(points) AS paid FROM point_entries WHERE rule = 'help' GROUP BY rep_id`,
  );
  for (const { repId, paid } of help)
    counted.points = { ...counted.points, [repId]: (counted.points?.[repId] ?? 0) + paid };
  // Rules start by the arbiter's clock and boards show by the machine's: far apart, the last rules wait.
  const { server } = game;
  const apartMs = Math.abs((server?.house.world.arbiter.nearlyNow() ?? 0) - (server?.clock.nowMs() ?? 0));
  if (apartMs > 0) delete counted.conversion;
  const outside = newcomers(game);
  for (const [metric, values] of Object.entries(counted)) {
    const board = server?.house.world.boards.snapshot({ board: metric as 'points', period: 'all', top: 100 });
    const rows = Object.fromEntries((board?.rows ?? []).map(({ repId, value }) => [repId, value]));
    const inOrder = (found: Record<string, number>) =>
      Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1));
    const ranked = Object.fromEntries(Object.entries(values).filter(([repId]) => !outside.has(repId)));
    differ(game, `board ${metric}, recounted`, inOrder(rows), inOrder(ranked));
  }
}

/** Every table of current state is what the record folds to. */
function stateIsAFold(game: Game): void {
  const { disk } = game;
  const { same, differences } = rebuild(disk, {
    write: false,
    nowMs: game.wall.nowMs(),
    random: { unit: () => 0.5, bytes: (length) => new Uint8Array(length) },
  });
  if (!same) game.violate(`the record folds to something else: ${JSON.stringify(differences.slice(0, 3))}`);
}
