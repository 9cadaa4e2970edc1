/** The record of a lead's races, as `GET /v1/races/{leadId}` answers it, and where its moments lie on an axis. */
export interface RaceView {
  leadId: string;
  offers: RaceOffer[];
  owners: RaceOwner[];
}

export interface RaceOwner {
  repId: string;
  via: string;
  startedAt: string;
  firstContactAt: string | null;
  endedAt: string | null;
  endReason: string | null;
}

export interface RaceOffer {
  offerId: string;
  openedAt: string;
  closesAt: string;
  endedAt: string | null;
  state: 'open' | 'claimed' | 'closed';
  /** Why it is over without a winner. */
  closeReason: string | null;
  pool: string;
  blind: boolean;
  winner: { repId: string; claimSpeedMs: number | null } | null;
  alerts: RaceAlert[];
  attempts: RaceAttempt[];
}

export interface RaceAlert {
  repId: string;
  repName: string | null;
  lane: number;
  opensAt: string;
  sentAt: string | null;
  deliveredAt: string | null;
  seenAt: string | null;
}

export interface RaceAttempt {
  repId: string;
  at: string;
  verdict: string;
  /** The rule that decided it. */
  rule?: string;
  byMs?: number;
  /** What no thumb does: a question to ask, not a verdict. */
  flags?: string[];
}

/** One rep's line in a race. */
export interface RaceLine {
  repId: string;
  name: string;
  alert: RaceAlert | undefined;
  attempts: RaceAttempt[];
}

/** Those who tried come first, the fastest on top; then those who saw it: they are what a manager looks for. */
export function linesOf(offer: RaceOffer): RaceLine[] {
  const lines = new Map<string, RaceLine>();
  const lineOf = (repId: string, repName: string | null): RaceLine => {
    const line = lines.get(repId) ?? {
      repId,
      name: repName ?? repId,
      alert: undefined,
      attempts: [],
    };
    lines.set(repId, line);
    return line;
  };
  for (const alert of offer.alerts) lineOf(alert.repId, alert.repName).alert = alert;
  // Everyone who tried was alerted, and named there.
  for (const attempt of offer.attempts) lineOf(attempt.repId, null).attempts.push(attempt);
  const firstTry = ({ attempts }: RaceLine): number =>
    Math.min(Number.POSITIVE_INFINITY, ...attempts.map(({ at }) => Date.parse(at)));
  const saw = ({ alert }: RaceLine): number => Date.parse(alert?.seenAt ?? alert?.deliveredAt ?? '9999-12-31');
  return [...lines.values()].sort((one, other) => {
    const [first, second] = [firstTry(one), firstTry(other)];
    return first === second ? saw(one) - saw(other) : first - second;
  });
}

/** The first alert, ms since 1970; without one, the opening. */
export function firstAlertMs(offer: RaceOffer): number {
  const sent = offer.alerts.flatMap(({ sentAt }) => (sentAt === null ? [] : [Date.parse(sentAt)]));
  return sent.length > 0 ? Math.min(...sent) : Date.parse(offer.openedAt);
}

export interface RaceLane {
  lane: number;
  opensAtMs: number;
  /** Whether it opened while the offer lasted. */
  isOpened: boolean;
  lines: RaceLine[];
}

/** In the order in which they open. Who tried without being in the offer stands in none. */
export function lanesOf(lines: readonly RaceLine[]): RaceLane[] {
  const lanes = new Map<number, RaceLane>();
  for (const line of lines) {
    if (line.alert === undefined) continue;
    const { lane, opensAt, sentAt } = line.alert;
    const held = lanes.get(lane) ?? { lane, opensAtMs: Date.parse(opensAt), isOpened: false, lines: [] };
    held.opensAtMs = Math.min(held.opensAtMs, Date.parse(opensAt));
    held.isOpened ||= sentAt !== null;
    held.lines.push(line);
    lanes.set(lane, held);
  }
  return [...lanes.values()].sort((one, other) => one.opensAtMs - other.opensAtMs || one.lane - other.lane);
}

export type MarkKind = 'sent' | 'delivered' | 'seen' | 'won' | 'lost' | 'refused' | 'other';

export interface Mark {
  kind: MarkKind;
  /** Since the rep's own alert; never negative. */
  atMs: number;
  /** Of a claim. */
  attempt?: RaceAttempt;
}

export function marksOf({ alert, attempts }: RaceLine): Mark[] {
  if (alert === undefined) return [];
  const fromMs = Date.parse(alert.sentAt ?? alert.opensAt);
  const since = (at: string): number => Math.max(0, Date.parse(at) - fromMs);
  const marks: Mark[] = alert.sentAt === null ? [] : [{ kind: 'sent', atMs: 0 }];
  if (alert.deliveredAt !== null) marks.push({ kind: 'delivered', atMs: since(alert.deliveredAt) });
  if (alert.seenAt !== null) marks.push({ kind: 'seen', atMs: since(alert.seenAt) });
  for (const attempt of attempts) marks.push({ kind: kindOf(attempt.verdict), atMs: since(attempt.at), attempt });
  return marks;
}

function kindOf(verdict: string): MarkKind {
  return verdict === 'won' || verdict === 'lost' || verdict === 'refused' ? verdict : 'other';
}

/** What is this many times as late as the win says nothing of the race, and would push the rest together. */
const LATE_TIMES = 3;

/** How long an axis is, ms: to the last of its marks, late ones left out. */
export function axisMs(marks: readonly Mark[]): number {
  const won = marks.find(({ kind }) => kind === 'won');
  const most = won === undefined ? Number.POSITIVE_INFINITY : Math.max(1, won.atMs) * LATE_TIMES;
  return Math.max(1, ...marks.map(({ atMs }) => atMs).filter((atMs) => atMs <= most));
}
