/** What must hold of the whole: the record, the feeds, the processes, Redis, and what was owed in the end. */
import type { BoardState } from '../../client-sdk/protocol/down.ts';
import { PrefixCheck } from './marks.ts';
import { type Run, type RunRule, Unjudged } from './rule.ts';

/** The auditor's findings of these names, in its words; each name belongs to one rule. */
function audited(run: Run, names: readonly string[]): string[] {
  return run.audit.violations
    .filter(({ name }) => names.includes(name))
    .map(({ name, detail, count }) => `${name} (${count}): ${detail}`);
}

/** The auditor's findings of an invariant, but for those that another rule reports. */
function auditedInvariant(run: Run, invariant: number, elsewhere: readonly string[] = []): string[] {
  const names = run.audit.violations.filter((one) => one.invariant === invariant).map(({ name }) => name);
  return audited(
    run,
    names.filter((name) => !elsewhere.includes(name)),
  );
}

const S7_NAMES = ['claimantInOffer', 'offerReadable', 'claimHasClaimedOffer'];

export const RECORD_RULES: readonly RunRule[] = [
  {
    id: 'C0',
    says: 'the file is whole',
    ofRun: (run) => auditedInvariant(run, 0),
  },
  {
    id: 'C1',
    says: 'a lead has one live owner, an offer one claim, a claim its event',
    ofRun: (run) => auditedInvariant(run, 1, S7_NAMES),
  },
  {
    id: 'S2',
    says: 'the record of a race names as winner who has the claim',
    ofRun: (run) => auditedInvariant(run, 2),
  },
  {
    id: 'S3',
    says: 'losers on record were told the winner on disk, and a wall shows claims on disk',
    ofRun: (run) => [...auditedInvariant(run, 3), ...shownAndNotThere(run)],
  },
  {
    id: 'S5',
    says: 'no claim wins before its rep’s `opensAt` or from `closesAt` on',
    ofRun: (run) => audited(run, ['claimInWindow']),
  },
  {
    id: 'S6',
    says: 'every limit in force held at each claim, in commit order, and the counters are the claims counted',
    ofRun: (run) => audited(run, ['limitKept', 'claimCountedOnItsDay', 'counterRecount']),
  },
  {
    id: 'S7',
    says: 'the winner was in the offer, and the offer ended by that claim alone',
    ofRun: (run) => audited(run, S7_NAMES),
  },
  {
    id: 'S10',
    says: 'points are entries with one cause each, reversed at most once; what was awarded is one; facts are only added',
    ofRun: (run) => [...auditedInvariant(run, 5), ...awardedAndNotThere(run), ...changedSinceMarks(run)],
  },
  {
    id: 'S11',
    says: 'boards are folds of the record; two who follow one see the same; the last state is the fresh one',
    ofRun: (run) => [...auditedInvariant(run, 6), ...run.feeds.boardFindings, ...staleBoards(run)],
  },
  {
    id: 'C7',
    says: 'an accepted lead exists, and is offered, owned, waiting for a timer that exists, or finished',
    ofRun: (run) => [
      ...auditedInvariant(run, 7),
      ...run.accepted.filter((leadId) => !run.file.hasLead(leadId)).map((leadId) => `${leadId} was accepted`),
    ],
  },
  {
    id: 'C8',
    says: 'a timer has one effect and is gone then',
    ofRun: (run) => auditedInvariant(run, 8),
  },
];

function shownAndNotThere({ feeds, file }: Run): string[] {
  return feeds.shown.flatMap(({ leadId, repId }) => {
    const owned = file.all('SELECT 1 FROM ownerships WHERE lead_id = ? AND rep_id = ?', leadId, repId);
    return owned.length === 0 ? [`a wall showed ${leadId} with ${repId}`] : [];
  });
}

function awardedAndNotThere({ feeds, file }: Run): string[] {
  return feeds.awarded.flatMap(({ repId, award }) => {
    const entry = file.all(
      'SELECT 1 FROM point_entries WHERE id = ? AND rep_id = ? AND points = ? AND rule = ?',
      ...[award.id, repId, award.points, award.rule],
    );
    return entry.length === 0 ? [`${repId} was awarded ${award.points} (${award.rule}), entry ${award.id}`] : [];
  });
}

function changedSinceMarks({ file, marks }: Run): string[] {
  const check = new PrefixCheck(file, marks);
  return check
    .changed()
    .map(({ lastEvent, lastEntry }) => `events to ${lastEvent} and entries to ${lastEntry} changed`);
}

/** Of everybody who is still here and follows a board: what they show, against what one who asks now is told. */
function staleBoards({ boards, feeds }: Run): string[] {
  const rows = ({ epoch, seq, rows: list }: BoardState) => `${epoch} ${seq} ${JSON.stringify(list)}`;
  return boards.flatMap(({ state: fresh }) =>
    [...feeds.clients.values()].flatMap(({ repId, isHere, boards: followed }) => {
      const shown = followed.get(fresh.stream);
      if (!isHere || shown === undefined || rows(shown) === rows(fresh)) return [];
      return [`${repId} shows ${fresh.stream} as ${rows(shown)}, it is ${rows(fresh)}`];
    }),
  );
}

export const PROCESS_RULES: readonly RunRule[] = [
  {
    id: 'S12',
    says: 'generation and epoch only grow, and a generation is one process',
    ofRun({ marks, ledgers }) {
      if (marks.length < 2 && ledgers.length === 0) return new Unjudged('no two marks of the file, no ledgers named');
      const backwards = marks.flatMap((mark, n) => {
        const before = marks[n - 1];
        if (before === undefined) return [];
        const fell = mark.generation < before.generation || mark.epoch < before.epoch;
        return fell
          ? [`generation ${mark.generation}, epoch ${mark.epoch} after ${before.generation}, ${before.epoch}`]
          : [];
      });
      const owners = new Map<number, Set<string>>();
      for (const { generation, process } of ledgers) {
        owners.set(generation, (owners.get(generation) ?? new Set()).add(process));
      }
      const shared = [...owners].filter(([, processes]) => processes.size > 1);
      return [
        ...backwards,
        ...shared.map(([generation, names]) => `generation ${generation}: ${[...names].join(', ')}`),
      ];
    },
  },
  {
    id: 'S13',
    says: 'a fact is the same for all its receivers, comes in order, and in the end nobody shows another pool than the file',
    ofRun: (run) => [...run.feeds.poolFindings, ...(run.isOver ? otherPools(run) : [])],
  },
  {
    id: 'S14',
    says: 'no provisional win is left without its end: on disk, or given back',
    ofRun({ redis, file }) {
      if (redis === null) return new Unjudged('no Redis was given');
      return redis.wins.flatMap(({ offerId, repId, order }) => {
        const stands = redis.offers.get(offerId)?.state === 'pending';
        const isSettled = file.offer(offerId) !== undefined && !stands;
        return isSettled ? [] : [`win ${order} of ${offerId} by ${repId} is not settled`];
      });
    },
  },
];

/** Ready reps only: one on a break is shown nothing. */
function otherPools({ feeds, file }: Run): string[] {
  const open = file.openOffers().map(({ offerId }) => ({ offerId, members: file.members(offerId) }));
  const isOpen = new Set(open.map(({ offerId }) => offerId));
  const ready = new Set(
    file.all<{ id: string }>(`SELECT id FROM reps WHERE active = 1 AND status = 'ready'`).map(({ id }) => id),
  );
  return [...feeds.clients.values()].flatMap((feed) => {
    if (!feed.isHere || feed.upTo < 0 || !ready.has(feed.repId)) return [];
    const missed = open.filter(({ offerId, members }) => members.has(feed.repId) && !feed.open.has(offerId));
    const stale = [...feed.open].filter((offerId) => !isOpen.has(offerId));
    return [
      ...missed.map(({ offerId }) => `${feed.repId} was not told of ${offerId}`),
      ...stale.map((offerId) => `${feed.repId} still shows ${offerId}`),
    ];
  });
}
