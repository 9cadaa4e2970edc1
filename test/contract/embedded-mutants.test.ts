/**
 * The embedded arbiter, wrong on purpose in one place at a time: the probe of the rule it breaks must
 * catch it, and random schedules must tell it from the model.
 */
import { describe, expect, test } from 'vitest';
import { embeddedBench } from '../support/arbiter-benches.ts';
import { type Edit, edited, importEdited } from '../support/mutated-source.ts';
import { contractProbes } from './arbiter-contract-probes.ts';
import { expectFoundBySchedules, expectKilledBy } from './mutants.ts';

const ENTRY = 'server/claims/embedded-arbiter.ts';

interface Mutant {
  title: string;
  rule: string;
  edit: Edit;
}

const mutantIn =
  (file: string) =>
  (rule: string, title: string, from: string, to: string): Mutant => ({
    title,
    rule,
    edit: { file: `server/claims/${file}.ts`, from, to },
  });
const arbiter = mutantIn('embedded-arbiter');
const offers = mutantIn('embedded-offers');
const gates = mutantIn('embedded-gates');
const limits = mutantIn('limits');
const attempts = mutantIn('attempt-windows');

const mutants: readonly Mutant[] = [
  arbiter('AR18', 'no opensAt check', 'const early = nowMs < opensAtMs;', 'const early = false;'),
  arbiter('AR18', 'opensAt one millisecond late', 'early = nowMs < opensAtMs', 'early = nowMs <= opensAtMs'),
  arbiter(
    'AR18',
    'early remembered for the request',
    'const early = nowMs < opensAtMs;',
    `const heard = (offer.heard ??= new Set());
    const early = nowMs < opensAtMs || heard.has(request.requestId);
    if (early) heard.add(request.requestId);`,
  ),
  arbiter(
    'AR12',
    'no check of the winner',
    'if (offer.winnerId !== null) {\n      const rec',
    'if (false) {\n      const rec',
  ),
  arbiter('AR5', 'the own win not recognized', 'offer.winnerId === request.repId', 'false'),
  arbiter(
    'AR5',
    'the own claim forgotten',
    "return { kind: 'owned', offerId: offer.id };",
    "return { kind: 'unknown' };",
  ),
  arbiter('AR20', 'no limit check', 'if (broken !== undefined)', 'if (false)'),
  arbiter('AR22', 'counters never added', 'this.#add(claim.repId, counter, by);', ''),
  arbiter('AR16', 'no closesAt check', 'if (nowMs >= offer.closesAtMs)', 'if (false)'),
  arbiter('AR16', 'closesAt still inside', 'nowMs >= offer.closesAtMs', 'nowMs > offer.closesAtMs'),
  arbiter('AR7', 'no deadline', 'if (nowMs > request.deadlineMs)', 'if (false)'),
  arbiter('AR7', 'the deadline itself too late', 'nowMs > request.deadlineMs', 'nowMs >= request.deadlineMs'),
  arbiter(
    'AR10',
    'no membership',
    'const member = offer.members.get(request.repId);',
    'const member = offer.members.get(request.repId) ?? { opensAtMs: 0, lane: 0, stamp: 0 };',
  ),
  arbiter('AR2', 'a repeat judged on a later offer', 'request.offerId === undefined && asked !== undefined', 'false'),
  arbiter('AR4', 'request ids not remembered', 'this.#requests.set(key, {', 'void ({'),
  arbiter('AR13', 'byMs counted from the last try', 'return asked.receivedAtMs;', 'return nowMs;'),
  arbiter(
    'AR15',
    'a closed offer still to be had',
    "if (offer.reason !== null) return { kind: 'gone'",
    "if (false) return { kind: 'gone'",
  ),
  arbiter('AR19', 'every first claim counted', 'if (early || offer.tried.has(repId))', 'if (true)'),
  arbiter('AR19', 'repeats not counted', 'if (early || offer.tried.has(repId))', 'if (early)'),
  arbiter(
    'AR24',
    'opened twice is opened anew',
    'if (known !== undefined && !this.#gates.cellRaised(known)) return;',
    '',
  ),
  arbiter('AR28', 'a lane later', 'Math.min(lane, admission.opensAtMs)', 'admission.opensAtMs'),
  arbiter('AR29', 'closesAt earlier', 'Math.max(offer.closesAtMs, closesAtMs)', 'closesAtMs'),
  arbiter('AR30', 'a pending offer closed', "if (offer.state === 'pending') return { kind: 'pending' };", ''),
  arbiter('AR32', 'reopened without giving back', 'this.#add(win.repId, counter, -by);', ''),
  arbiter('AR34', 'any settlement settles', ' && offer.order === win.order;', ';'),
  arbiter('AR34', 'an offer put up anew never claimed', "!(own || offer.state === 'open')", '!own'),
  arbiter('AR44', 'held after the deadline', 'if (this.#clock.nowMs() > deadlineMs)', 'if (false)'),
  arbiter(
    'AR44',
    'a hold counts as a win',
    'makePending(offer, win, []);',
    'makePending(offer, win, offer.given.increments);',
  ),
  arbiter('AR44', 'the same hold is another', 'offer.order === win.order) return', 'false) return'),
  arbiter('AR35', 'a cause counted twice', 'if (this.#causes.get(key) !== undefined) return;', ''),
  arbiter(
    'AR27',
    'a rep who comes back keeps the old stamp',
    'const stamp = this.#gates.repStamp(repId);',
    'const stamp = 0;',
  ),
  offers('AR1', 'an offer of any lead', 'offer?.given.leadId === leadId ? offer : undefined', 'offer'),
  offers('AR25', 'an offer put up anew becomes the newest', 'place >= 0', 'false'),
  offers('AR26', 'the first lane instead of the earliest', 'opensAtMs < stands.opensAtMs', 'false'),
  gates('AR11', 'no rep gate', 'raised.generation <= stamp', 'true'),
  gates('AR17', 'no team gate', 'this.#teamStamp(team) > stamp', 'false'),
  gates('AR6', 'no cell gate', 'return this.#cell.generation > offer.cellStamp;', 'return false;'),
  limits('AR20', 'a limit off by one', 'sum > limit.max', 'sum > limit.max + 1'),
  limits('AR21', 'out of their time', 'rule.untilMs === undefined || nowMs < rule.untilMs', 'true'),
  limits('AR21', 'before their time', 'rule.fromMs === undefined || rule.fromMs <= nowMs', 'true'),
  limits(
    'AR21',
    'limits and increments of other lanes',
    'rule.lanes === undefined || rule.lanes.includes(lane)',
    'true',
  ),
  attempts('AR19', 'no limit a second', 'inSecond >= rate.perSecond ||', ''),
  attempts('AR19', 'no limit a minute', '|| inMinute >= rate.perMinute', ''),
];

type Arbiters = typeof import('../../server/claims/embedded-arbiter.ts');

describe('embedded: mutants of the source', () => {
  test.for(mutants)('$rule $edit.file: $title', async ({ rule, edit }) => {
    const { createEmbeddedArbiter } = await importEdited<Arbiters>(ENTRY, edit);
    const make = () => embeddedBench(createEmbeddedArbiter);
    await expectKilledBy(rule, make, contractProbes);
    await expectFoundBySchedules(make);
  });

  test('a source that is as it should be is not caught', async () => {
    const edit = { file: ENTRY, from: 'createEmbeddedArbiter(options', to: 'createEmbeddedArbiter( options' };
    const { createEmbeddedArbiter } = await importEdited<Arbiters>(ENTRY, edit);
    const make = () => embeddedBench(createEmbeddedArbiter);
    await expect(expectKilledBy('AR18', make, contractProbes)).rejects.toThrow('must catch it');
    await expect(expectFoundBySchedules(make)).rejects.toThrow();
  });

  test('an edit that finds no place, or two, is refused', () => {
    for (const text of ['a', 'ab ab']) {
      expect(() => edited(text, { file: 'x.ts', from: 'ab', to: 'c' })).toThrow('x.ts has');
    }
  });
});
