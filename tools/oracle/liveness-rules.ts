/** What is owed once nothing is broken any more; asked for only when the run is over. */
import { type Run, type RunRule, Unjudged } from './rule.ts';
import type { Request } from './stories.ts';

/** Within this after the last fault, or after the claim was sent, it must be answered. */
export const ANSWERED_WITHIN_MS = 5_000;
/** A process is back to normal within a tenth of where it began, but for the slack. */
const USAGE_RATIO_MAX = 1.1;
/**
 * Below this a difference is the collector's: a process of a minute ago has half a young generation more or
 * less from one look to the next (measured: 20 MB between looks at servers that leak nothing).
 */
const MEMORY_SLACK_BYTES = 32 * 1024 * 1024;
/** Below this a difference is one page or one link, and no leak. */
const DESCRIPTORS_SLACK = 5;

/** Kept for as long as the cell is: all else must have its time, or an owner that is there. */
const LASTING_KEYS = [
  /^(epoch|highest-epoch|wins|settlements|out|tokens|names|ledger)$/,
  /^gate:(cell$|team:|rep:)/,
  /^(ledger-role|registry)/,
];

const isJudged = ({ answers }: Request) => answers.some(({ told }) => told.verdict !== 'retry');
/** Answered, and always with `ask again`: the server lives and does not decide. */
const isPutOff = (request: Request) => request.answers.length > 0 && !isJudged(request);

/** Every request, and whether its offer is open on file. */
function* requestsOf({ stories, file }: Run): Iterable<{ request: Request; isOpen: boolean }> {
  const open = new Set(file.openOffers().map(({ offerId }) => offerId));
  for (const { offerId, requests } of stories.open) {
    for (const request of requests.values()) yield { request, isOpen: open.has(offerId) };
  }
  for (const request of stories.unplaced) yield { request, isOpen: false };
}

/** Whole again, and time over: the answer, counted from its last sending. */
function late(request: Request, calmAt: number): string[] {
  const answer = request.answers.find(({ told }) => told.verdict !== 'retry');
  if (answer === undefined || answer.at <= calmAt) return [];
  const tookMs = answer.at - Math.max(calmAt, request.sentAt);
  return tookMs > ANSWERED_WITHIN_MS ? [`${request.repId} (${request.requestId}) after ${Math.round(tookMs)} ms`] : [];
}

function otherOffers({ file, redis }: Run & { redis: NonNullable<Run['redis']> }): string[] {
  const open = new Set(file.openOffers().map(({ offerId }) => offerId));
  const missing = [...open].filter((offerId) => redis.offers.get(offerId)?.state !== 'open');
  const wrong = [...redis.offers].flatMap(([offerId, { state, winner }]) => {
    const onFile = file.offer(offerId);
    const isOpen = state === 'open' || state === 'pending';
    if (isOpen && !open.has(offerId)) return [`${offerId} is ${state}, the file says ${onFile?.state ?? 'nothing'}`];
    if (state !== 'claimed' || winner === onFile?.winner) return [];
    return [`${offerId} is claimed by ${winner}, the file says ${onFile?.winner ?? 'nobody'}`];
  });
  return [...missing.map((offerId) => `${offerId} is open on file and not in Redis`), ...wrong];
}

function otherCounters({ file, redis }: Run & { redis: NonNullable<Run['redis']> }): string[] {
  const rows = file.all<{ repId: string; name: string; value: number }>(
    'SELECT rep_id AS repId, name, value FROM counters',
  );
  const onFile = new Map(rows.map(({ repId, name, value }) => [`${repId} ${name}`, value]));
  const inRedis = new Map(
    [...redis.counters].flatMap(([repId, own]) =>
      Object.entries(own).map(([name, value]) => [`${repId} ${name}`, value]),
    ),
  );
  return [...new Set([...onFile.keys(), ...inRedis.keys()])]
    .filter((counter) => (onFile.get(counter) ?? 0) !== (inRedis.get(counter) ?? 0))
    .map((counter) => `${counter}: ${inRedis.get(counter) ?? 0}, on file ${onFile.get(counter) ?? 0}`);
}

function strays({ file, redis }: Run & { redis: NonNullable<Run['redis']> }): string[] {
  const open = file.openOffers();
  const owned = new Set([
    ...open.flatMap(({ offerId, leadId }) => [`offer:${offerId}`, `lead:${leadId}`]),
    ...file.all<{ id: string }>('SELECT id FROM reps').map(({ id }) => `counters:${id}`),
  ]);
  return redis.keys
    .filter(({ name, ttlMs }) => ttlMs === -1 && !owned.has(name) && !LASTING_KEYS.some((kind) => kind.test(name)))
    .map(({ name }) => name);
}

const OWED: readonly RunRule[] = [
  {
    id: 'L1',
    says: 'every claim that was sent got a judgement, within 5 s of the last fault where that is known',
    ofRun(run) {
      const found: string[] = [];
      for (const { request, isOpen } of requestsOf(run)) {
        const isAnotherRules = isOpen && isPutOff(request);
        if (!isJudged(request) && !isAnotherRules)
          found.push(`${request.repId} (${request.requestId}) was never judged`);
        else if (run.calmAt !== null) found.push(...late(request, run.calmAt));
      }
      return found;
    },
  },
  {
    id: 'L2',
    says: 'no offer stays open while a claim on it is put off for ever',
    ofRun: (run) =>
      [...requestsOf(run)]
        .filter(({ request, isOpen }) => isOpen && isPutOff(request))
        .map(({ request }) => `${request.offerId} is open, ${request.repId} (${request.requestId}) only heard retry`),
  },
  {
    id: 'L3',
    says: 'Redis says of every offer and counter what the file says',
    ofRun: (run) => withRedis(run, (whole) => [...otherOffers(whole), ...otherCounters(whole)]),
  },
  {
    id: 'L4',
    says: 'every key in Redis ends by itself, or belongs to an open offer, a rep or the cell',
    ofRun: (run) => withRedis(run, strays),
  },
  {
    id: 'L5',
    says: 'memory and descriptors of each process are back within a tenth of where they were',
    ofRun({ usage }) {
      const processes = new Map<string, (typeof usage)[number][]>();
      for (const line of usage) processes.set(line.process, [...(processes.get(line.process) ?? []), line]);
      const pairs = [...processes].filter(([, all]) => all.length > 1);
      if (pairs.length === 0) return new Unjudged('no process was measured twice');
      return pairs.flatMap(([process, all]) => {
        const [first, last] = [all[0], all.at(-1)] as [(typeof all)[0], (typeof all)[0]];
        const more = last.descriptors - first.descriptors;
        const moreBytes = last.rssBytes - first.rssBytes;
        return [
          ...(moreBytes > MEMORY_SLACK_BYTES && last.rssBytes > first.rssBytes * USAGE_RATIO_MAX
            ? [`${process}: ${first.rssBytes} to ${last.rssBytes} bytes`]
            : []),
          ...(more > DESCRIPTORS_SLACK && last.descriptors > first.descriptors * USAGE_RATIO_MAX
            ? [`${process}: ${first.descriptors} to ${last.descriptors} descriptors`]
            : []),
        ];
      });
    },
  },
];

function withRedis(
  run: Run,
  judge: (whole: Run & { redis: NonNullable<Run['redis']> }) => string[],
): string[] | Unjudged {
  return run.redis === null ? new Unjudged('no Redis was given') : judge({ ...run, redis: run.redis });
}

/** A run that goes on owes nothing yet. */
export const LIVENESS_RULES: readonly RunRule[] = OWED.map((rule) => ({
  ...rule,
  ofRun: (run) => (run.isOver ? rule.ofRun(run) : new Unjudged('the run is not over')),
}));
