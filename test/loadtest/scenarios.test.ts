/**
 * Every scenario of the load tester, made tiny: that it runs, finds what it owes, and counts nothing as wrong.
 * What was fast or slow is no matter here.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, BUILT } from '../../loadtest/bench.ts';
import { slowed } from '../../loadtest/commands/gate.ts';
import { putEveryRule } from '../../loadtest/generator/every-rule.ts';
import { machine } from '../../loadtest/measure/machine.ts';
import { pageOf } from '../../loadtest/report/page.ts';
import { reportOf } from '../../loadtest/report/report.ts';
import { scenarioLines } from '../../loadtest/report/table.ts';
import { SCENARIOS } from '../../loadtest/scenarios/list.ts';
import { race } from '../../loadtest/scenarios/race.ts';
import { TARGETS } from '../../loadtest/targets.ts';
import { buildOnce } from '../support/server-process.ts';

const TEST_MS = 120_000;

const groundFolder = mkdtempSync(join(tmpdir(), 'sambar-ground-'));

beforeAll(buildOnce);
afterAll(() => rmSync(groundFolder, { recursive: true }));

describe('load tests', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s runs, and every target that it owes has a figure',
    async (_, scenario) => {
      await using bench = new Bench({ isPinned: false, groundFolder });
      const findings = await scenario.run(bench, scenario.sizes.smoke);
      expect(findings.broken).toEqual([]);
      const figures = new Map(findings.figures.map((figure) => [figure.id, figure]));
      for (const id of scenario.owes)
        expect(figures.get(id)?.spread.median, id).toBeGreaterThan(Number.NEGATIVE_INFINITY);
      const report = { scenario: scenario.name, shows: scenario.shows, settings: {}, seconds: 1, ...findings };
      for (const { what } of findings.figures) expect(scenarioLines(report).join('\n')).toContain(what);
      expect(pageOf(reportOf(machine(false), [report]))).toContain(scenario.shows);
    },
    TEST_MS,
  );

  it(
    'a server that runs already is measured alone, and judged by what was heard',
    async () => {
      await using host = new Bench({ isPinned: false });
      const { url, key } = await host.product();
      for (const scenario of SCENARIOS.filter(({ takesUrl }) => takesUrl)) {
        await using bench = new Bench({ isPinned: false, remote: { url, key } });
        const { runs, figures, broken } = await scenario.run(bench, scenario.sizes.smoke);
        expect(broken).toEqual([]);
        expect(new Set(runs.map(({ subject }) => subject))).toEqual(new Set([url]));
        expect(figures.filter(({ what }) => what.includes('÷'))).toEqual([]);
      }
    },
    TEST_MS,
  );

  it('the gate can be shown to fail: the line that its planted slowness changes is there, once', () => {
    const { file, from, to } = slowed(30);
    expect(readFileSync(join(BUILT, file), 'utf8').split(from)).toHaveLength(2);
    expect(to).toContain(from);
  });

  it('with every rule of the policy at work nobody is held back', async () => {
    await using bench = new Bench({ isPinned: false, isEveryRule: true });
    const policy = await putEveryRule(await bench.product());
    expect(Object.entries(policy).filter(([, section]) => section === null)).toEqual([]);
    const size = { ...race.sizes.smoke, withRedis: false, withPaced: false };
    expect(await race.run(bench, size)).toMatchObject({ broken: [] });
  });

  it('every target is owed by one scenario', () => {
    expect(SCENARIOS.flatMap(({ owes }) => owes).toSorted()).toEqual(Object.keys(TARGETS).toSorted());
  });
});
