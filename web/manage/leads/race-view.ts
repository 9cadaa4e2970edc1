/** The record of a lead's races, as `GET /v1/races/{leadId}` answers it, and its points in time. */
export interface RaceView {
  leadId: string;
  offers: RaceOffer[];
}

export interface RaceOffer {
  offerId: string;
  openedAt: string;
  closesAt: string;
  endedAt: string | null;
  state: 'open' | 'claimed' | 'closed';
  /** Why it is over without a winner. */
  closeReason: string | null;
  winner: { repId: string } | null;
  alerts: RaceAlert[];
  attempts: RaceAttempt[];
}

export interface RaceAlert {
  repId: string;
  repName: string | null;
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
  // Those who tried come first, the fastest on top: they are what a manager looks for.
  const firstTry = ({ attempts }: RaceLine): number =>
    Math.min(Number.POSITIVE_INFINITY, ...attempts.map(({ at }) => Date.parse(at)));
  return [...lines.values()].sort((one, other) => {
    const [first, second] = [firstTry(one), firstTry(other)];
    return first === second ? 0 : first - second;
  });
}

/** From the first alert to the last thing that happened, in ms since 1970. */
export function spanOf(offer: RaceOffer): { fromMs: number; toMs: number } {
  const moments = [
    offer.openedAt,
    ...offer.alerts.flatMap(({ sentAt, deliveredAt, seenAt }) => [sentAt, deliveredAt, seenAt]),
    ...offer.attempts.map(({ at }) => at),
  ].flatMap((stamp) => (stamp === null ? [] : [Date.parse(stamp)]));
  const sent = offer.alerts.flatMap(({ sentAt }) => (sentAt === null ? [] : [Date.parse(sentAt)]));
  const fromMs = sent.length > 0 ? Math.min(...sent) : Math.min(...moments);
  return { fromMs, toMs: Math.max(fromMs + 1, ...moments) };
}
