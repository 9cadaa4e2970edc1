/**
 * Power loss (invariant 2): the machine goes dark in the middle of races, and only what was synced is there
 * afterwards. The company goes on with that, round after round, so that a win may be lost by none of them.
 */
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { brokenRules } from '../../tools/oracle/history.ts';
import type { Program } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { Company, type Strike } from './kit/company.ts';
import { rounds } from './kit/matrix.ts';
import { Part } from './kit/part.ts';
import { compileShim } from './shims/compile.ts';

/** Give the one that was printed to draw the same moments again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 3, full: 100 });
/** Of the broken build; it loses wins at once. */
const CONTROL_ROUNDS_MAX = 5;
const ROUND_MS_MAX = 20_000;
const RACERS = 5;

/** FULL is what makes COMMIT wait for the disk. */
const WITHOUT_SYNC = brokenBuild(
  {
    file: 'server/platform/sqlite.js',
    from: `sqlite.pragma('synchronous = FULL')`,
    to: `sqlite.pragma('synchronous = NORMAL')`,
  },
  { file: 'server/platform/sqlite.js', from: `assertPragma(sqlite, 'synchronous', SYNCHRONOUS_FULL);`, to: '' },
);

/** Right when somebody has heard of a win, while others are on their way. */
const DARK: Strike = {
  what: 'power loss',
  at: (line) => line.kind === 'answered' && line.verdict.verdict === 'won',
  lines: [1, 600],
  turnsMax: 0,
  does: (server) => server.kill(),
};

/** A machine that keeps, when it goes dark, what its disk was told to sync. */
class Machine {
  readonly company: Company;
  readonly #synced: string;

  constructor(program?: Program) {
    const folder = tempFolder();
    const file = join(folder, 'sambar.db');
    this.#synced = join(folder, 'synced');
    mkdirSync(this.#synced);
    const shim = { LD_PRELOAD: compileShim('fsync-image', folder), IMAGE_OF: file, IMAGE_DIR: this.#synced };
    const env = { ...shim, APP_SECRET: 'a'.repeat(48) };
    const of = { redis: null, name: 'power-loss', seed: SEED, racers: RACERS, file, env };
    this.company = new Company({ ...of, ...(program === undefined ? {} : { program }) });
  }

  /** Races until the power goes; what was not synced is gone, and the server goes on with the rest. */
  async raceUntilDark(): Promise<void> {
    await this.company.start();
    await this.company.enter();
    await this.company.raceUntil(DARK);
    this.company.leave();
    const folder = dirname(this.company.file);
    for (const name of readdirSync(folder)) if (name.startsWith('sambar.db')) rmSync(join(folder, name));
    for (const name of readdirSync(this.#synced)) copyFileSync(join(this.#synced, name), join(folder, name));
  }

  /** The rules that what is left breaks; a file that was never synced is not even there. */
  broken(): string[] {
    const { file, history } = this.company;
    return existsSync(file) ? brokenRules(history.judge(file)) : ['S2 every `won` was in a file that is not there'];
  }
}

it(
  `every heard win and every accepted lead is on the disk when the power goes, FAULT_SEED=${SEED}`,
  async () => {
    const part = new Part('power-loss', 'image');
    const machine = new Machine();
    await using company = machine.company;
    await part.eachRound(ROUNDS, async () => {
      await machine.raceUntilDark();
      expect(machine.broken()).toEqual([]);
    });
    part.count(company.history.judge(company.file));
    part.report({ what: 'synchronous=NORMAL', found: await controlLoses(), mustSay: /^S2 every `won`/ });
  },
  (ROUNDS + CONTROL_ROUNDS_MAX) * ROUND_MS_MAX,
);

/** The same rounds with a server whose commits do not wait for the disk; answers the rules that broke. */
async function controlLoses(): Promise<string[]> {
  const machine = new Machine(WITHOUT_SYNC);
  await using _ = machine.company;
  for (let round = 0; round < CONTROL_ROUNDS_MAX; round++) {
    await machine.raceUntilDark();
    const found = machine.broken();
    if (found.length > 0) return found;
  }
  return [];
}
