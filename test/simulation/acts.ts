/** What each kind of step does: people's doings here, what breaks in `mishaps.ts`. */

import { isOfferCard } from '../../client-sdk/src/pool.ts';
import type { Policy } from '../../server/policy/policy-rules.ts';
import { CONTACT_MARK } from '../../tools/oracle/line.ts';
import { BOOK_NAMES, BOOKS, LEAD_TYPES, TEAMS } from './books.ts';
import { CRASH_POINTS } from './faults.ts';
import type { Game } from './game.ts';
import { downMs, MISHAPS, rush } from './mishaps.ts';
import type { StepKind } from './script.ts';
import type { Device } from './sim-device.ts';

export type Picks = readonly [number, number, number];
export type Act = (game: Game, picks: Picks) => void;

const STAGES = ['qualified', 'opportunity', 'won', 'lost', 'nurture', 'disqualified'];
/** Nobody waits for a moment longer than this. */
const EDGE_MS_MAX = 20 * 60_000;
/** Within this some timer is due. */
const TRAP_MS_MAX = 15 * 60_000;
const KINDS = ['call', 'email', 'note'];

export function pickOf<T>(items: readonly T[], pick: number): T | undefined {
  return items[Math.floor(pick * items.length)];
}

/** A lead that was answered for: rather a new one. */
function leadOf({ leadIds }: Game, pick: number): string | undefined {
  return pickOf(leadIds.slice(-8), Math.min(1 - pick * pick, 0.999));
}

const NEWEST_OFFER = 'SELECT id FROM offers WHERE lead_id = ? ORDER BY rowid DESC LIMIT 1';
const LIVE_OWNER = 'SELECT rep_id AS repId FROM ownerships WHERE lead_id = ? AND ended_at IS NULL';

/** A device of the lead's owner; now and then somebody else's. */
function ownersDevice(game: Game, leadId: string, pick: number): Device | undefined {
  const repId = game.disk.first<{ repId: string }>(LIVE_OWNER, leadId)?.repId;
  const own = game.devices.find(({ person }) => person.repId === repId);
  return pick > 0.9 || own === undefined ? pickOf(game.devices, (pick * 10) % 1) : own;
}

/** A lead that somebody owns, mostly. */
function ownedLead(game: Game, pick: number): string | undefined {
  const owned = game.disk.all<{ id: string }>(`SELECT id FROM leads WHERE status = 'owned' ORDER BY id`);
  return pickOf(owned, pick)?.id ?? leadOf(game, pick);
}

/** One call about a lead by its owner. */
function owners(path: string, body: (picks: Picks) => object): Act {
  return (game, picks) => {
    const leadId = ownedLead(game, picks[0]);
    const device = leadId === undefined ? undefined : ownersDevice(game, leadId, picks[1]);
    if (device === undefined) return;
    void game.attempt(path, () => device.api.post(`/leads/${leadId}/${path}`, body(picks)));
  };
}

function patchRep(change: (picks: Picks) => object): Act {
  return (game, picks) => {
    const person = pickOf(game.people, picks[0]);
    if (person === undefined) return;
    void game.attempt('a change', () => game.office.patch(`/reps/${person.repId}`, change(picks)));
  };
}

/** A claim by the bare wire, with a request id of one's own. */
function bare(game: Game, device: Device, leadId: string, requestId: string, offerId?: string): void {
  const frame = { leadId, requestId, ...(offerId === undefined ? {} : { offerId }) };
  void game.attempt('a bare claim', () => device.connection.ask('lead:claim', frame, 4_000));
}

async function postLead(game: Game, picks: Picks, at: number): Promise<void> {
  const body = {
    source: 'web',
    type: pickOf(LEAD_TYPES, (picks[1] + at / 7) % 1),
    company: { name: `PT ${at}`, size: Math.floor(picks[2] * 500) },
    contact: { name: CONTACT_MARK, email: `${CONTACT_MARK}@maju.example`, phone: CONTACT_MARK },
    // A source that sends one lead twice.
    externalId: `external ${picks[2] > 0.85 ? 'same' : `${game.timeline.happened} ${at}`}`,
  };
  const lead = await game.attempt('a lead', () => game.office.post<{ id: string }>('/leads', body));
  if (lead === null || game.accepted.has(lead.id)) return;
  game.accepted.add(lead.id);
  game.record.accepted(lead.id);
  game.leadIds.push(lead.id);
}

async function policy(game: Game, picks: Picks): Promise<void> {
  await game.attempt('a policy', async () => {
    if (picks[0] < 0.35) {
      const preset = pickOf(['open', 'tiered', 'fast-tiered'], picks[1]);
      return game.office.put('/policy', { preset }, { ifMatch: '*' });
    }
    const document = await game.office.get<Policy>('/policy');
    const quick = { default: pickOf([[0], [0, 5, 20], [0, 60, null]], picks[1]) };
    const changes = [
      { dailyCap: pickOf([null, 1, 2, 5], picks[1]) },
      { delays: { premium: quick, standard: quick } },
      { clearSeconds: { hot: 20, warm: 60, cold: 120 } },
      { attemptRate: pickOf([null, { perSecond: 2, perMinute: 5 }], picks[1]) },
      { openEarlyIfLaneEmpty: picks[1] < 0.5 },
      { showWinnerName: picks[1] < 0.5 },
    ];
    const competition = { ...document.competition, ...pickOf(changes, picks[2]) };
    const leaderboard = { ...document.leaderboard, rateMinClaims: 1 };
    const effectiveAt = picks[0] > 0.9 ? { effectiveAt: new Date(game.wall.nowMs() + 30_000).toISOString() } : {};
    return game.office.put('/policy', { ...document, competition, leaderboard, ...effectiveAt }, { ifMatch: '*' });
  });
}

/** Another book of rules, over whatever is in force. */
async function rules(game: Game, picks: Picks): Promise<void> {
  await game.attempt('a book of rules', async () => {
    const document = await game.office.get<Policy>('/policy');
    const book = BOOKS[pickOf(BOOK_NAMES, picks[0]) ?? 'plain'];
    return game.office.put('/policy', book(document), { ifMatch: '*' });
  });
}

/** A word about one team. */
function teams(path: 'pause' | 'resume', body: object | null): Act {
  return (game, [who]) => {
    void game.attempt(path, () => game.office.post(`/teams/${pickOf(TEAMS, who)}/${path}`, body ?? undefined));
  };
}

const PEOPLE: Partial<Record<StepKind, Act>> = {
  leads(game, picks) {
    const count = 1 + Math.floor(picks[0] * picks[0] * 4);
    for (let at = 0; at < count; at++) void postLead(game, picks, at);
  },

  /** One rep taps what the phone shows; now and then twice, or on another lead's card. */
  tap(game, picks) {
    const device = pickOf(game.devices, picks[0]);
    const card = pickOf(device?.feed.pool.offers ?? [], picks[1]);
    if (device === undefined || card === undefined) return;
    void game.tap(device, card.leadId, card.offerId);
    if (picks[2] < 0.3) void game.tap(device, card.leadId, card.offerId);
    if (picks[2] > 0.9) void game.tap(device, card.leadId, undefined);
  },

  rush,

  /** To the millisecond: a tap around the moment at which a lane opens, or an offer closes. */
  edge(game, picks) {
    for (const device of game.devices) {
      const { offers, upcoming } = device.feed.pool;
      const card = picks[0] < 0.7 ? upcoming.at(0) : offers.at(0);
      if (card === undefined) continue;
      const atMs = Date.parse(isOfferCard(card) ? card.closesAt : card.opensAt) - device.clock.nowMs();
      const delayMs = atMs + Math.floor((picks[1] - 0.7) * 1_000) - game.network.weather.delayMs;
      if (delayMs < 0 || delayMs > EDGE_MS_MAX) continue;
      device.clock.after(delayMs, () => void game.tap(device, card.leadId, card.offerId));
      game.idle(delayMs + 500);
    }
  },

  early(game, picks) {
    const waiting = game.devices.filter(({ feed }) => feed.pool.upcoming.length > 0);
    const device = pickOf(waiting, picks[0]);
    const card = pickOf(device?.feed.pool.upcoming ?? [], picks[1]);
    if (device !== undefined && card !== undefined) void game.tap(device, card.leadId, card.offerId);
  },

  /** A lead out of an old message: it may be long over, or never have been this rep's. */
  stale(game, picks) {
    const device = pickOf(game.devices, picks[0]);
    const leadId = leadOf(game, picks[1]);
    if (device === undefined || leadId === undefined) return;
    const offers = game.disk.all<{ id: string }>('SELECT id FROM offers WHERE lead_id = ? ORDER BY rowid', leadId);
    void game.tap(device, leadId, picks[2] < 0.4 ? undefined : pickOf(offers, picks[2])?.id);
  },

  /** The winner's other device, or the same one, asks again. */
  again(game, picks) {
    const leadId = ownedLead(game, picks[0]);
    if (leadId === undefined) return;
    const repId = game.disk.first<{ repId: string }>(LIVE_OWNER, leadId)?.repId;
    const device = pickOf(
      game.devices.filter(({ person }) => person.repId === repId),
      picks[1],
    );
    if (device !== undefined) void game.tap(device, leadId, undefined);
  },

  bot(game, picks) {
    const device = pickOf(game.devices, picks[0]);
    const card = pickOf([...(device?.feed.pool.upcoming ?? []), ...(device?.feed.pool.offers ?? [])], picks[1]);
    if (device === undefined || card === undefined) return;
    const count = 3 + Math.floor(picks[2] * 12);
    for (let at = 0; at < count; at++) {
      bare(game, device, card.leadId, `bot-${game.timeline.happened}-${at}`, card.offerId);
    }
  },

  /** One request id for two leads. */
  reuse(game, picks) {
    const device = pickOf(game.devices, picks[0]);
    const requestId = `reused-${game.timeline.happened}`;
    if (device === undefined) return;
    for (const leadId of game.leadIds.slice(-2)) {
      // By name: of a claim that names none and is never answered, nobody could say what it has won.
      bare(game, device, leadId, requestId, game.disk.first<{ id: string }>(NEWEST_OFFER, leadId)?.id);
    }
  },

  release: owners('releases', () => ({ reason: 'no time' })),
  releaseByAdmin(game, picks) {
    const leadId = ownedLead(game, picks[0]);
    if (leadId === undefined) return;
    void game.attempt('a release', () => game.office.post(`/leads/${leadId}/releases`, { reason: 'taken back' }));
  },
  assign(game, picks) {
    const leadId = leadOf(game, picks[0]);
    const person = pickOf(game.people, picks[1]);
    if (leadId === undefined || person === undefined) return;
    const body = { repId: person.repId, reason: 'knows them' };
    void game.attempt('an assignment', () => game.office.post(`/leads/${leadId}/assignments`, body));
  },
  activity: owners('activities', ([, , how]) => ({ kind: pickOf(KINDS, how) })),
  stage: owners('stages', ([, , how]) => {
    const stage = pickOf(STAGES, how);
    return { stage, reason: 'as it is', ...(stage === 'won' ? { revenue: 1_000 + Math.floor(how * 1_000) } : {}) };
  }),

  assist(game, picks) {
    const device = pickOf(game.devices, picks[0]);
    const colleague = pickOf(game.people, picks[1]);
    if (device === undefined || colleague === undefined) return;
    void game.attempt('an assist', async () => {
      const { id } = await device.api.post<{ id: string }>('/assists', { colleagueId: colleague.repId });
      const helped = game.devices.find(({ person }) => person.repId === colleague.repId);
      await helped?.api.post(`/assists/${id}/confirmations`);
    });
  },

  pause: patchRep(([, how]) => ({ status: how < 0.55 ? 'break' : 'ready' })),
  leave: patchRep(([, how]) => ({ active: how > 0.5 })),
  tier: patchRep(([, how]) => ({ tier: 1 + Math.floor(how * 3) })),
  newcomer(game, [how]) {
    void game.addPerson(1 + Math.floor(how * 3)).then((person) => {
      if (person !== null) game.addDevice(person);
    });
  },

  revoke(game, picks) {
    const device = pickOf(game.devices, picks[0]);
    if (device === undefined) return;
    void game.attempt('a revocation', () => game.office.delete(`/tokens/${device.person.tokenId}`));
  },
  shortToken: (game, picks) => void signIn(game, picks, 20 + Math.floor(picks[1] * 200)),
  signIn: (game, picks) => void signIn(game, picks),

  policy: (game, picks) => void policy(game, picks),
  rules: (game, picks) => void rules(game, picks),
  account(game, picks) {
    const owner = pickOf(game.people, picks[1]);
    const ownerId = owner === undefined || picks[2] > 0.8 ? null : owner.repId;
    const company = `PT ${Math.floor(picks[0] * 3)}`;
    void game.attempt('an account', () => game.office.put('/accounts', { company, ownerId }));
  },
  timeOff(game, picks) {
    const person = pickOf(game.people, picks[0]);
    if (person === undefined) return;
    const moment = (inMs: number) => new Date(game.wall.nowMs() + inMs).toISOString();
    const body = { from: moment(-1_000), until: moment(1_000 + picks[1] * 900_000) };
    void game.attempt('time off', () => game.office.post(`/reps/${person.repId}/time-off`, body));
  },
  pauseTeam: teams('pause', { reason: 'too much at once', days: 1 }),
  resumeTeam: teams('resume', null),

  watch(game, picks) {
    const device = pickOf(game.devices, picks[0]);
    const board = pickOf(['points', 'claims', 'conversion', 'opportunities'] as const, picks[1]);
    const period = pickOf(['day', 'week', 'all'] as const, picks[2]);
    if (device !== undefined && board !== undefined && period !== undefined) game.watch(device, board, period);
  },

  forget(game, picks) {
    const leadId = leadOf(game, picks[0]);
    if (leadId === undefined) return;
    void game.attempt('forgetting', () => game.office.delete(`/leads/${leadId}/contact`));
  },

  wait: (game, picks) => game.idle(Math.floor(picks[0] * 600_000)),
  longWait: (game, picks) => game.idle(Math.floor(picks[0] * 6 * 3_600_000)),
};

/** Arms a place at which the process ends, and sees to it that something comes that way. */
function trap(game: Game, picks: Picks): void {
  const point = pickOf(CRASH_POINTS, picks[0]) ?? 'claim kept';
  game.faults.arm(point, Math.floor(picks[1] * picks[1] * 2));
  game.staysDown(downMs(picks[2]));
  game.cover(`armed: ${point}`);
  const [first] = point.split(' ');
  if (first === 'claim') rush(game, picks);
  else if (first === 'lead' || first === 'offer' || point === 'assignment kept, nothing announced')
    PEOPLE.leads?.(game, picks);
  else if (first === 'release') PEOPLE.release?.(game, picks);
  else if (first === 'assignment') PEOPLE.assign?.(game, [0, picks[1], picks[2]]);
  else if (first === 'during') game.kill(downMs(picks[2]));
  else game.idle(picks[1] * TRAP_MS_MAX);
}

/** A new token for a device; rather one that was turned away. */
async function signIn(game: Game, picks: Picks, ttlSeconds?: number): Promise<void> {
  const refused = game.devices.filter(({ connection }) => connection.state.kind === 'refused');
  const device = pickOf(refused.length > 0 ? refused : game.devices, picks[0]);
  if (device !== undefined) await game.signIn(device, ttlSeconds);
}

export const ACTS = { ...PEOPLE, ...MISHAPS, trap } as Record<StepKind, Act>;
