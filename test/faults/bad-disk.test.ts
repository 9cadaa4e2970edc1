/**
 * A disk that refuses (contract 5): full, which is a clean no, or failing under the sync, of which
 * nobody can tell the outcome.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, watch, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { verifyFile } from '../../server/ledger/verify.ts';
import { readOnFile } from '../support/history.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { endServers } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { alertedRace, expectOneWinner, type Race, serverOn, tapUntilJudged } from './alerted-race.ts';
import { markedLead, post } from './racers.ts';
import { compileShim } from './shims/compile.ts';

/** The server's exit code when a commit has an unknown outcome. */
const EXIT_UNKNOWN = 70;

let redis: TestRedis;
let race: Race;

beforeAll(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  for (const racer of race.racers) racer.leave();
  await endServers();
});

afterAll(async () => {
  await redis.stop();
});

/** A small disk of its own, which needs root to mount; let go of when the test ends. */
class SmallDisk {
  readonly folder: string;

  constructor() {
    this.folder = join(tempFolder(), 'disk');
    mkdirSync(this.folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', this.folder]);
    // Lazily: a server that is being killed may still have its files open.
    onTestFinished(() => void execFileSync('umount', ['--lazy', this.folder]));
  }

  /** Writes until there is no room for another byte. */
  fill(): void {
    const descriptor = openSync(join(this.folder, 'filler'), 'w');
    const block = Buffer.alloc(4096);
    try {
      for (;;) writeSync(descriptor, block);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    } finally {
      closeSync(descriptor);
    }
  }

  /** Resolves when the server has tried to write its heartbeat twice: it must outlive that, too. */
  async refusesAHeartbeat(): Promise<void> {
    const folder = watch(this.folder);
    let tries = 0;
    await new Promise<void>((resolve) => {
      folder.on('change', (_, name) => {
        if (String(name).includes('.holder.') && ++tries === 2) resolve();
      });
    });
    folder.close();
  }

  free(): void {
    rmSync(join(this.folder, 'filler'));
  }
}

describe.each(['embedded', 'redis'])('a bad disk, %s', (arbiter) => {
  const env = (cell: string): Record<string, string> =>
    arbiter === 'redis' ? { REDIS_URL: redis.url, CELL: cell } : {};

  it('full: everybody is told to ask again, the offer is open again, and one wins when there is room', async () => {
    const disk = new SmallDisk();
    race = await alertedRace(join(disk.folder, 'sambar.db'), env('full'));
    const { racers, history, server, file } = race;
    disk.fill();
    const tapped = await Promise.all(racers.map((racer) => racer.claimAs(`${racer.person.id}-tap`, race)));
    expect(new Set(tapped.map((verdict) => verdict?.verdict === 'retry' && verdict.reason))).toEqual(
      new Set(['notStored']),
    );
    await expect(post(server.url, '/leads', markedLead(2))).rejects.toThrow('503');
    expect(history.lines.filter((line) => line.kind === 'heard' && line.event === 'lead:taken')).toEqual([]);
    const died = server.ended.then((code) => Promise.reject(new Error(`the server ended with ${code}`)));
    await Promise.race([disk.refusesAHeartbeat(), died]);
    died.catch(() => undefined);
    for (const racer of racers) await racer.refresh();
    expect(racers.map(({ snapshot }) => snapshot.offers.map(({ offerId }) => offerId))).toEqual(
      racers.map(() => [race.offerId]),
    );
    disk.free();
    expectOneWinner(await tapUntilJudged(race), race);
    await post(server.url, '/leads', markedLead(2));
    expect(verifyFile(file)).toMatchObject({ violations: [], counted: { leads: 2, claims: 1, pointEntries: 1 } });
  });

  it('failing under the sync: nobody is answered, the process ends, and the file says who won', async () => {
    const folder = tempFolder();
    const file = join(folder, 'sambar.db');
    const failing = join(folder, 'disk-fails');
    const images = join(folder, 'images');
    mkdirSync(images);
    const shim = {
      LD_PRELOAD: compileShim('fsync-image', folder),
      IMAGE_OF: file,
      IMAGE_DIR: images,
      IMAGE_FAIL: failing,
    };
    race = await alertedRace(file, { ...env('failing'), ...shim });
    const { racers, history, server } = race;
    writeFileSync(failing, '');
    const tapped = await Promise.all(racers.map((racer) => racer.claimAs(`${racer.person.id}-tap`, race)));
    expect(tapped).toEqual(racers.map(() => null));
    expect(history.lines.filter((line) => line.kind === 'heard' && line.event === 'lead:taken')).toEqual([]);
    expect(await server.ended).toBe(EXIT_UNKNOWN);
    const onFile = readOnFile(file).winners.get(race.offerId);
    rmSync(failing);
    const again = await serverOn(file, env('failing'));
    await Promise.all(racers.map((racer) => racer.join(again.url)));
    const winner = expectOneWinner(await tapUntilJudged(race), race);
    expect(onFile ?? winner).toBe(winner);
  });
});
