/**
 * Power loss (invariant 2): the machine goes dark in the middle of races, and only what was synced is there
 * afterwards. The company goes on with that, round after round, so that a win may be lost by none of them.
 */
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { type Chance, createChance } from '../../tools/simulation/chance.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { endServers, type Program, type ServerProcess, startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-database.ts';
import { brokenBuild } from './kit/broken-build.ts';
import { reportRow, rounds } from './kit/matrix.ts';
import { makePeople, markedLead, type Person, post, Racer } from './racers.ts';
import { compileShim } from './shims/compile.ts';

/** Give the one that was printed to draw the same moments again. */
const SEED = process.env.FAULT_SEED ?? randomUUID().slice(0, 8);
const ROUNDS = rounds({ quick: 3, full: 100 });
/** Of the broken build; it loses wins at once. */
const CONTROL_ROUNDS_MAX = 5;
const ROUND_MS_MAX = 20_000;
const RACERS = 5;
/** Leads posted at a time; their races overlap. */
const POSTERS = 3;

/** FULL is what makes COMMIT wait for the disk. */
const WITHOUT_SYNC = brokenBuild(
  {
    file: 'server/platform/sqlite.js',
    from: `sqlite.pragma('synchronous = FULL')`,
    to: `sqlite.pragma('synchronous = NORMAL')`,
  },
  { file: 'server/platform/sqlite.js', from: `assertPragma(sqlite, 'synchronous', SYNCHRONOUS_FULL);`, to: '' },
);

const racers: Racer[] = [];

afterEach(async () => {
  for (const racer of racers.splice(0)) racer.leave();
  await endServers();
});

class Company {
  readonly history = new History();
  readonly #chance: Chance;
  readonly #program: Program | undefined;
  readonly #folder = tempFolder();
  readonly #shim = compileShim('fsync-image', this.#folder);
  #people: Person[] = [];
  /** What the disk held when the power went last; null: nothing has been yet. */
  #survived: string | null = null;
  #round = 0;
  hitsInFlight = 0;

  constructor(seed: string, program?: Program) {
    this.#chance = createChance(seed);
    this.#program = program;
  }

  /** Races until the power goes, and answers the folder with what is left. */
  async raceUntilDark(): Promise<string> {
    const place = join(this.#folder, `round-${++this.#round}`);
    const left = join(place, 'left');
    mkdirSync(left, { recursive: true });
    // What was on the disk before is on it now, synced or not in this life of the server.
    for (const name of this.#survived === null ? [] : readdirSync(this.#survived)) {
      for (const folder of [place, left]) copyFileSync(join(this.#survived as string, name), join(folder, name));
    }
    const file = join(place, 'sambar.db');
    const env = { DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, APP_SECRET: 'a'.repeat(48), LOG_LEVEL: 'silent' };
    const shim = { LD_PRELOAD: this.#shim, IMAGE_OF: file, IMAGE_DIR: left };
    const server = await startServer({ ...env, ...shim }, this.#program);
    await this.#enter(server);
    await this.#raceUntilKilled(server);
    for (const racer of racers) racer.leave();
    this.#survived = left;
    return join(left, 'sambar.db');
  }

  async #enter({ url }: ServerProcess): Promise<void> {
    if (this.#people.length === 0) {
      this.#people = await makePeople(url, RACERS);
      for (const person of this.#people) racers.push(new Racer(person, this.history));
    }
    await Promise.all(racers.map((racer) => racer.join(url)));
  }

  async #raceUntilKilled(server: ServerProcess): Promise<void> {
    const stop = new AbortController();
    const claims: Promise<unknown>[] = [];
    let inFlight = 0;
    for (const racer of racers) {
      racer.onAlert = (card) => {
        if (stop.signal.aborted) return;
        inFlight++;
        claims.push(racer.claim(card).finally(() => inFlight--));
      };
    }
    const dark = this.#darkAtDrawnWin(async () => {
      stop.abort();
      if (inFlight > 0) this.hitsInFlight++;
      await server.end('SIGKILL');
    });
    await Promise.all([dark, ...Array.from({ length: POSTERS }, () => this.#postUntil(server, stop.signal))]);
    await Promise.all(claims);
  }

  /** Right when somebody has heard of a win, while others are on their way. */
  #darkAtDrawnWin(strike: () => Promise<void>): Promise<void> {
    let wins = Math.floor(this.#chance.between(1, 40));
    return new Promise((resolve, reject) => {
      this.history.onLine = (line) => {
        if (line.kind !== 'answered' || line.verdict.verdict !== 'won' || --wins > 0) return;
        this.history.onLine = () => undefined;
        strike().then(resolve, reject);
      };
    });
  }

  async #postUntil({ url }: ServerProcess, stop: AbortSignal): Promise<void> {
    for (let n = 0; !stop.aborted; n++) {
      try {
        const { id } = await post<{ id: string }>(url, '/leads', markedLead(n));
        this.history.record({ kind: 'accepted', leadId: id });
      } catch (error) {
        if (!stop.aborted) throw error;
      }
    }
  }
}

const won = ({ history }: Company) => history.answers().filter(({ verdict }) => verdict.verdict === 'won').length;

it(
  `every heard win and every accepted lead is on the disk when the power goes, FAULT_SEED=${SEED}`,
  async () => {
    const company = new Company(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const left = await company.raceUntilDark();
      expect(brokenRules(company.history.judge(left))).toEqual([]);
    }
    for (const racer of racers.splice(0)) racer.leave();
    const broken = await controlLoses();
    expect(broken).toContain('S2 every `won`');
    reportRow({
      row: 'power-loss',
      part: 'image',
      rounds: ROUNDS,
      faults: ROUNDS,
      hitsInFlight: company.hitsInFlight,
      claims: company.history.requests().length,
      wins: won(company),
      lost: 0,
      doubled: 0,
      control: { what: 'synchronous=NORMAL', caught: true },
    });
  },
  (ROUNDS + CONTROL_ROUNDS_MAX) * ROUND_MS_MAX,
);

/** The same rounds with a server whose commits do not wait for the disk; answers the rule that broke. */
async function controlLoses(): Promise<string> {
  const company = new Company(SEED, WITHOUT_SYNC);
  for (let round = 0; round < CONTROL_ROUNDS_MAX; round++) {
    const left = await company.raceUntilDark();
    // A file that was never synced is not even there, or holds no table yet.
    const rules = existsSync(left)
      ? brokenRules(company.history.judge(left))
      : ['S2 every `won` was in a file that is not there'];
    if (rules.length > 0) return rules.join('; ');
  }
  return 'nothing was lost';
}
