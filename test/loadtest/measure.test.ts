/** What the figures of the load tester rest on, each with a case that must go wrong. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gatedOf } from '../../loadtest/commands/gate.ts';
import { targetOf } from '../../loadtest/commands/remote.ts';
import type { Heat } from '../../loadtest/generator/heat.ts';
import { Cutter, dayBack } from '../../loadtest/ground/copies.ts';
import { Latencies } from '../../loadtest/measure/histogram.ts';
import { Judge } from '../../loadtest/measure/judge.ts';
import { machine } from '../../loadtest/measure/machine.ts';
import { interleave, ratioOf, spreadOf } from '../../loadtest/measure/rounds.ts';
import { reportOf } from '../../loadtest/report/report.ts';
import { figure } from '../../loadtest/scenarios/scenario.ts';
import { GATE, limitOf, TARGETS, type Target, type TargetId } from '../../loadtest/targets.ts';
import { allFiles, textOf } from '../house/source.ts';

const offer = { leadId: 'lead_1', offerId: 'offer_1' };
const claim = (repId: string, verdict: object) => ({
  ...{ offer, repId, requestId: repId, sentAt: 1, answeredAt: 2 },
  answer: `430[${JSON.stringify({ ...offer, ...verdict })}]`,
});
const won = (repId: string) => claim(repId, { verdict: 'won' });
const lost = (repId: string, to: string) => claim(repId, { verdict: 'lost', winner: { id: to, name: to } });
const taken = (repId: string, by: string) => ({
  ...{ repId, at: 3 },
  packet: `42${JSON.stringify(['lead:taken', { id: 1, ...offer, by: { id: by, name: by }, at: '' }])}`,
});
function brokenBy(claims: Heat['claims'], told: Heat['taken'] = []): string[] {
  const judge = new Judge();
  judge.heat('a heat', { claims, taken: told, seconds: 1, latencies: new Latencies() }, null);
  return judge.broken;
}

describe('a heat is judged', () => {
  it('one winner, and everybody is told that one', () => {
    expect(brokenBy([won('ani'), lost('beni', 'ani')], [taken('beni', 'ani')])).toEqual([]);
  });
  it.each([
    ['two winners', [won('ani'), won('beni')], [], 'won by ani and by beni'],
    ['no winner', [lost('ani', 'beni')], [], 'won by nobody'],
    ['a loser told another name', [won('ani'), lost('beni', 'cici')], [], 'was told cici, not ani'],
    ['a claim that was not judged', [won('ani'), claim('beni', { verdict: 'retry' })], [], '"retry"'],
    ['lead:taken with another name', [won('ani')], [taken('beni', 'cici')], 'told beni of cici'],
  ])('%s is found', (_, claims, told, words) => {
    expect(brokenBy(claims, told).join()).toContain(words);
  });
});

describe('figures', () => {
  it('a median, of an even number the mean of the middle two', () => {
    expect(spreadOf([3, 1, 2])).toMatchObject({ median: 2, least: 1, most: 3, rounds: [3, 1, 2] });
    expect(spreadOf([4, 1, 2, 3]).median).toBe(2.5);
    expect(spreadOf([]).median).toBeNaN();
  });

  it('a ratio is taken within its round', () => {
    expect(ratioOf([10, 40], [10, 20]).rounds).toEqual([1, 2]);
  });

  it('subjects take turns, and turn about', async () => {
    const order: string[] = [];
    await interleave(2, ['a', 'b'], async (subject, round) => void order.push(`${subject}${round}`));
    expect(order).toEqual(['a0', 'b0', 'b1', 'a1']);
  });

  it('a histogram keeps three digits, to the slowest', () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 1_000; ms++) latencies.record(ms);
    const { p50Ms, p99Ms, count } = latencies.summary();
    expect(count).toBe(1_000);
    expect(p50Ms).toBeCloseTo(500, -1);
    expect(p99Ms).toBeCloseTo(990, -1);
    expect(new Latencies().summary().maxMs).toBe(0);
  });

  it('the gate fails beyond a limit, and without a figure', () => {
    const at = (id: TargetId, value: number) => figure(id, spreadOf([value]));
    const gated = (value: (limit: number) => number) => {
      const figures = Object.entries(GATE).map(([id, limit]) => at(id as TargetId, value(limit)));
      const scenario = { scenario: 'a', shows: '', settings: {}, seconds: 1, runs: [], broken: [], figures };
      return gatedOf(reportOf(machine(false), [scenario]));
    };
    expect(gated((limit) => limit).every(({ passed }) => passed)).toBe(true);
    expect(gated((limit) => limit * 1.01).some(({ passed }) => passed)).toBe(false);
    expect(gatedOf(reportOf(machine(false), [])).some(({ passed }) => passed)).toBe(false);
  });

  it('every target stands in docs/performance.md with its limit', () => {
    const doc = textOf('docs/performance.md');
    for (const target of Object.values<Target>(TARGETS)) {
      expect(doc).toContain(`| ${target.what} | ${limitOf(target)} |`);
    }
  });

  it('every target has a limit that can be missed', () => {
    for (const { limit, better } of Object.values(TARGETS)) {
      expect(limit).toBeGreaterThan(0);
      expect(['less', 'more']).toContain(better);
    }
  });
});

describe('a file is grown by copies', () => {
  const copy = { number: 5, daysBack: 2, team: 1 };
  const made = (value: string | number) => new Cutter().maker(value)(copy);

  it('in which ids, instants and days are others, wherever they stand', () => {
    const id = 'lead_01m81m6j3x32fhrghm99nx0npf';
    const text = made(`{"leadId":"${id}","at":1795351071278,"counter":"claims:day:2026-11-22","byMs":12}`) as string;
    expect(text).toContain('"at":1795178271278,"counter":"claims:day:2026-11-20","byMs":12');
    expect(text).not.toContain(id);
    expect(made(id)).toMatch(/^lead_01m7wfcjkx32fhrghm99nx0005$|^lead_01[0-9a-z]{8}32fhrghm99nx0005$/);
    expect(made(1_795_351_071_278)).toBe(1_795_351_071_278 - 2 * 86_400_000);
    expect(made(433)).toBe(433);
  });

  it('for another team, whose reps are others', () => {
    expect(made('rep_01m81m6hf1n59vf8tyhs0m5x3z')).toBe('rep_01m81m6hf1n59vf8tyhs0m0001');
    expect(dayBack('2026-03-01', 1)).toBe('2026-02-28');
  });
});

describe('a server of somebody else', () => {
  const key = 'k'.repeat(24);
  it('is taken on this machine', () => {
    expect(targetOf({ url: 'http://127.0.0.1:3000/', key })).toEqual({ url: 'http://127.0.0.1:3000', key });
    expect(targetOf({})).toBeUndefined();
  });
  it.each([
    [{ url: 'http://10.0.0.5:3000', key }, '--yes-remote'],
    [{ url: 'http://127.0.0.1.example.com', key }, '--yes-remote'],
    [{ url: 'https://127.0.0.1', key }, 'only http://'],
    [{ url: 'nowhere', key }, 'is no address'],
  ])('%o is refused in words', (options, words) => {
    expect(() => targetOf(options)).toThrow(words);
  });
  it('may be elsewhere when that was said', () => {
    expect(targetOf({ url: 'http://10.0.0.5:3000', key, yesRemote: true })?.url).toBe('http://10.0.0.5:3000');
  });
});

describe('baselines', () => {
  it('stay under 60 lines each', () => {
    const baselines = allFiles().filter((path) => /^loadtest\/baselines\/(?!frames)/.test(path));
    expect(baselines.length).toBeGreaterThanOrEqual(8);
    for (const path of baselines) expect(readFileSync(path, 'utf8').split('\n').length, path).toBeLessThan(60);
  });
});
