/** The demo as a visitor starts it: a process that plays, stops by itself or at Ctrl-C, and leaves nothing. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChance } from '../../server/kernel/chance.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { Chaos } from '../../tools/demo/chaos.ts';
import { Match } from '../../tools/demo/match.ts';
import { ServerProcess } from '../../tools/simulation/server-process.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sambar-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Demo {
  process: ChildProcessWithoutNullStreams;
  said: { out: string; err: string };
  ended: Promise<number | null>;
}

/** Its temporary folder is made inside the test's own, so that what is left behind is seen. */
function demo(...argv: string[]): Demo {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tools/demo.ts', ...argv], {
    env: { ...process.env, TMPDIR: folder },
    stdio: 'pipe',
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    said.err += String(chunk);
  });
  return { process: child, said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

/** Resolves when `pattern` was said; rejects when the demo ends first. */
async function hears({ process: child, said, ended }: Demo, pattern: RegExp): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (pattern.test(said.out)) resolve();
    });
  });
  const gone = ended.then((code) => Promise.reject(new Error(`ended with ${String(code)}: ${said.err}`)));
  await Promise.race([heard, gone]);
}

/** tsx keeps a cache beside; everything else in the folder would be a leak. */
function leftBehind(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('sambar-'));
}

async function occupied(port: number): Promise<Server | null> {
  const server = createServer();
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  return (await listening) ? server : null;
}

it('in chaos the simulated reps are cut off and come back, and each race has one winner all the same', async () => {
  const clock = createSystemClock();
  const server = await ServerProcess.start({ port: 0 });
  const chaos = await Chaos.over(server.url, clock, createChance('weather'));
  let races = 0;
  const match = await Match.seat({
    url: server.url,
    repsUrl: chaos.url,
    adminKey: server.adminKey,
    clock,
    seed: 'chaos',
    chance: createChance('chaos'),
    onRace: () => void races++,
  });
  try {
    await match.play();
    chaos.switch(true);
    match.leadNow();
    // Those with a bad link of their own are cut off anyway: more than two are back.
    await expect.poll(() => races > 0 && match.reconnects > 2, { timeout: 60_000 }).toBe(true);
    chaos.switch(false);
    expect(await match.finish()).toBe(true);
    const { doubleWins, wrongNames } = match.book;
    expect([doubleWins, wrongNames, await match.follower.matchesFresh()]).toEqual([0, 0, true]);
  } finally {
    await match.leave();
    await chaos.close();
    await server.remove();
  }
});

describe('the demo', () => {
  it('plays five seconds, says one object, and everything else beside it', async () => {
    const played = demo('--seconds', '5', '--json', '--port', '0');
    expect([await played.ended, played.said.err]).toEqual([0, expect.stringContaining('/rep/#token=')]);
    const lines = played.said.out.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const summary = JSON.parse(lines[0] ?? '') as Record<string, number>;
    expect(summary).toMatchObject({
      ok: true,
      doubleWins: 0,
      wrongNames: 0,
      boardMatchesFresh: true,
      boardGaps: 0,
      verify: { ok: true },
    });
    expect(summary.races).toBeGreaterThan(0);
    expect(summary.claims).toBe(summary.races);
    expect(summary.verdictP99Ms).toBeGreaterThanOrEqual(summary.verdictP50Ms ?? Number.POSITIVE_INFINITY);
    expect(leftBehind()).toEqual([]);
  });

  it('takes another port when 3000 is taken, and ends clean at Ctrl-C with the board', async () => {
    const taken = await occupied(3000);
    try {
      const played = demo();
      await hears(played, /Manager +http:\/\/127\.0\.0\.1:(?!3000\/)\d+\/manage\/#token=\S+/);
      await hears(played, /\d+ tried/);
      played.process.kill('SIGINT');
      expect(await played.ended).toBe(0);
      expect(played.said.out.split('\n')[0]).toMatch(/^Rep +http:\/\/\S+\/rep\/#token=sbr_rep_\S+$/);
      expect(played.said.out).toContain('Points this week');
      expect(leftBehind()).toEqual([]);
    } finally {
      taken?.close();
    }
  });

  it('says what is wrong with its command line and ends with 2', async () => {
    const refused = demo('--seconds', 'many');
    expect([await refused.ended, refused.said.err]).toEqual([2, expect.stringContaining('--seconds')]);
  });
});
