/**
 * What must hold of each offer: who was told what, against the file. In this order, and a rule leaves to
 * an earlier one what that one has said: two who were both told `won` are one finding, not four.
 */
import type { OfferOnFile } from './on-file.ts';
import type { OfferRule } from './rule.ts';
import type { Answer, Request, Story, Told } from './stories.ts';

type Won = Extract<Told, { verdict: 'won' }>;

function answersOf(story: Story): { request: Request; answer: Answer }[] {
  return [...story.requests.values()].flatMap((request) => request.answers.map((answer) => ({ request, answer })));
}

/** Reps who were told that the offer is theirs. */
function toldWon(story: Story): Set<string> {
  return new Set(
    answersOf(story)
      .filter(({ answer }) => answer.told.verdict === 'won')
      .map(({ request }) => request.repId),
  );
}

const ofWho = ({ repId, requestId }: Request) => `${repId} (${requestId})`;
const winnerOf = (onFile: OfferOnFile | undefined) => onFile?.winner ?? 'nobody';

/** S1. An offer is never opened twice: what is released goes up as another one. */
const oneTold: OfferRule = {
  id: 'S1',
  says: 'of one offer at most one rep is ever told `won`',
  ofOffer(story) {
    const reps = toldWon(story);
    return reps.size > 1 ? [`${story.offerId}: ${[...reps].join(' and ')}`] : [];
  },
};

/** S2. The row may have ended since (released), but it must be there, with the instant that was told. */
const wonIsOnDisk: OfferRule = {
  id: 'S2',
  says: 'every `won` that was heard is a claim on disk, as it was told',
  ofOffer(story, onFile) {
    if (toldWon(story).size !== 1) return [];
    return answersOf(story).flatMap(({ request, answer: { told } }) => {
      if (told.verdict !== 'won') return [];
      if (onFile?.winner == null) return [`${story.offerId}: ${ofWho(request)} won, the file has no claim`];
      if (onFile.winner !== request.repId || Date.parse(told.claimedAt) === onFile.claimedAt) return [];
      return [`${story.offerId}: ${ofWho(request)} won at ${told.claimedAt}, the file says ${onFile.claimedAt}`];
    });
  },
};

/** S3, for verdicts and `lead:taken`; walls are looked at apart. */
const namedIsTheWinner: OfferRule = {
  id: 'S3',
  says: 'whoever is named as a winner, to anybody, is the winner on disk',
  ofOffer(story, onFile) {
    const isAnotherRules = toldWon(story).size > 1 || (onFile?.winner == null && toldWon(story).size > 0);
    if (isAnotherRules) return [];
    return [...story.named]
      .filter(([repId]) => repId !== onFile?.winner)
      .map(([repId, where]) => `${story.offerId}: ${repId} was named (${where}), the file has ${winnerOf(onFile)}`);
  },
};

/** What a final answer says once it is given; null: judged anew each time. */
function finalOf(told: Told): string | null {
  if (told.verdict === 'won') return `won ${told.claimId} at ${told.claimedAt} after ${told.claimSpeedMs} ms`;
  return told.verdict === 'lost' ? `lost to ${told.winner.id}` : null;
}

/** An answer that may follow a final one: not judged, or the owner's own lead was taken back. */
function mayFollow(final: string, told: Told, onFile: OfferOnFile | undefined): boolean {
  if (told.verdict === 'retry') return true;
  const isOwners = final.startsWith('won') && onFile?.ownedUntil != null;
  return isOwners && told.verdict === 'gone' && ['released', 'reassigned'].includes(told.reason);
}

/** S4. Final are `won`, until the lead is taken back, and `lost`; `retry` says that it was not judged. */
const finalIsFinal: OfferRule = {
  id: 'S4',
  says: 'a final answer to a request never changes',
  ofOffer(story, onFile) {
    if (toldWon(story).size > 1) return [];
    return [...story.requests.values()].flatMap((request) => {
      let final: string | null = null;
      for (const { told } of request.answers) {
        const now = finalOf(told);
        if (final !== null && now !== final && !mayFollow(final, told, onFile)) {
          return [`${story.offerId}: ${ofWho(request)} ${final}, then ${now ?? told.verdict}`];
        }
        final ??= now;
      }
      return [];
    });
  },
};

/**
 * S5, from outside: a win lies between its first sending and its answer, both on the client's clock, give
 * or take what clocks may differ by. (The window itself is the auditor's.)
 */
const wonWhenClaimed: OfferRule = {
  id: 'S5',
  says: 'no win before the claim was sent or after it was answered, on clocks that agree',
  ofOffer(story, _, { skewMs }) {
    if (skewMs === null) return [];
    return [...story.requests.values()].flatMap((request) => {
      const first = request.answers.find(({ told }) => told.verdict === 'won');
      if (first?.wallMs === undefined || request.sentWallMs === undefined) return [];
      const claimedAt = Date.parse((first.told as Won).claimedAt);
      // A second device is told of the first one's win.
      const earliest = Math.min(...sentBy(story, request.repId)) - skewMs;
      if (claimedAt >= earliest && claimedAt <= first.wallMs + skewMs) return [];
      return [`${story.offerId}: ${ofWho(request)} at ${claimedAt}, sent ${request.sentWallMs}, told ${first.wallMs}`];
    });
  },
};

function sentBy(story: Story, repId: string): number[] {
  return [...story.requests.values()]
    .filter((request) => request.repId === repId)
    .map(({ sentWallMs }) => sentWallMs ?? Number.POSITIVE_INFINITY);
}

const OVER_FOR_GOOD = ['assigned', 'released', 'reassigned'];

/** S7, from outside: after anybody was told that the offer is over for good, nobody's later claim wins. */
const overIsOver: OfferRule = {
  id: 'S7',
  says: 'no claim wins an offer that was told to be over before it was sent',
  ofOffer: (story) =>
    wonAfter(story, (told) => told.verdict === 'gone' && OVER_FOR_GOOD.includes(told.reason), 'it was gone'),
};

/** S8: the offer as a register that everybody sees in one order. */
const realTimeOrder: OfferRule = {
  id: 'S8',
  says: 'after somebody was told `lost`, no claim that was sent later wins',
  ofOffer: (story) => wonAfter(story, (told) => told.verdict === 'lost', 'it was lost to somebody'),
};

/** Wins of reps who had not asked at all when an answer of this kind had been given to another. */
function wonAfter(story: Story, isOver: (told: Told) => boolean, words: string): string[] {
  const over = answersOf(story).filter(({ answer }) => isOver(answer.told));
  return [...toldWon(story)].flatMap((repId) => {
    const firstSent = Math.min(
      ...[...story.requests.values()].filter((request) => request.repId === repId).map(({ sentAt }) => sentAt),
    );
    const before = over.find(({ request, answer }) => request.repId !== repId && answer.at < firstSent);
    if (before === undefined) return [];
    return [`${story.offerId}: ${repId} sent at ${firstSent} and won, ${words} at ${before.answer.at}`];
  });
}

/** Stream ids: milliseconds, a dash, and a number among those of the same millisecond. */
function isBefore(one: string, other: string): boolean {
  const [ms = 0, n = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherN = 0] = other.split('-').map(Number);
  return ms < otherMs || (ms === otherMs && n < otherN);
}

/**
 * S9, where an observer read the stream of wins: of the newest epoch the first one is the one on disk, but for
 * those that the ledger refused.
 */
const firstClaimWins: OfferRule = {
  id: 'S9',
  says: 'the first provisional win of the epoch that survived, and that was not given back, is the one on disk',
  ofOffer(story, onFile) {
    const wins = story.wins.filter(({ order }) => !story.reopened.has(order));
    if (wins.length === 0 || onFile?.winner == null) return [];
    const newest = Math.max(...wins.map(({ epoch }) => epoch ?? 0));
    const first = wins
      .filter(({ epoch }) => (epoch ?? 0) === newest)
      .reduce((one, other) => (isBefore(other.order, one.order) ? other : one));
    if (onFile.winner === first.repId) return [];
    // A win that was on disk before Redis forgot stands, whatever Redis decided since.
    if (wins.some(({ repId, epoch }) => repId === onFile.winner && (epoch ?? 0) < newest)) return [];
    return [`${story.offerId}: ${first.repId} was first (${first.order}), the file has ${onFile.winner}`];
  },
};

/** V1. */
const answersItsClaim: OfferRule = {
  id: 'V1',
  says: 'an answer names the lead and the offer that were asked for',
  ofOffer: (story) =>
    answersOf(story)
      .filter(({ request, answer: { told } }) => {
        return told.leadId !== request.leadId || (request.offerId !== null && told.offerId !== request.offerId);
      })
      .map(({ request, answer: { told } }) => `${ofWho(request)} was answered for ${told.leadId} ${told.offerId}`),
};

/** V2: `byMs` is counted from the winning claim. */
const neverBeforeTheWin: OfferRule = {
  id: 'V2',
  says: 'nobody loses by less than no time',
  ofOffer: (story) =>
    answersOf(story).flatMap(({ request, answer: { told } }) =>
      told.verdict === 'lost' && !(told.byMs >= 0) ? [`${ofWho(request)} lost by ${told.byMs} ms`] : [],
    ),
};

/** V4: a team pool is worked and never claimed (DIST-08); that it was, the auditor finds on file. */
const poolIsNoRace: OfferRule = {
  id: 'V4',
  says: 'a claim is refused as a team pool’s where the offer is in one, and nowhere else',
  ofOffer: (story, onFile) =>
    answersOf(story)
      .filter(({ answer: { told } }) => told.verdict === 'refused' && told.rule === 'teamPool')
      .filter(() => onFile === undefined || onFile.teamPool === null)
      .map(({ request }) => `${story.offerId}: ${ofWho(request)} was refused for a team pool, the file has none`),
};

export const OFFER_RULES: readonly OfferRule[] = [
  oneTold,
  wonIsOnDisk,
  namedIsTheWinner,
  finalIsFinal,
  wonWhenClaimed,
  overIsOver,
  realTimeOrder,
  firstClaimWins,
  answersItsClaim,
  neverBeforeTheWin,
  poolIsNoRace,
];
