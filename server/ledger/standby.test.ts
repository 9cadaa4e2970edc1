import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startHolder } from '../../test/support/role-holder.ts';
import { tempDatabaseFile } from '../../test/support/temp-database.ts';
import type { Clock, Timer } from '../kernel/clock.ts';
import { acquireRole, type Holder } from './role-lock.ts';
import { LOOK_EVERY_MS, SILENT_MS, type StandbyNote, waitForRole } from './standby.ts';

/** Time that only passes between two looks of the standby, by as much as the test says. */
class LookClock implements Clock {
  #nowMs = 1_000_000;
  #next: (() => void) | null = null;
  #asked: () => void = () => undefined;
  nowMs = () => this.#nowMs;
  monotonicMs = () => this.#nowMs;

  after(_delayMs: number, task: () => void): Timer {
    this.#next = task;
    this.#asked();
    return { cancel: () => undefined };
  }

  /** Resolves after the look that follows `ms` later. */
  async pass(ms = LOOK_EVERY_MS): Promise<void> {
    this.#nowMs += ms;
    const looked = new Promise<void>((resolve) => {
      this.#asked = resolve;
    });
    const next = this.#next;
    this.#next = null;
    next?.();
    await looked;
  }
}

function standBy(file: string) {
  const clock = new LookClock();
  const notes: StandbyNote[] = [];
  const role = waitForRole(file, { clock, note: (note) => notes.push(note) });
  return { clock, notes, role };
}

const LOOKS_UNTIL_SILENT = Math.ceil(SILENT_MS / LOOK_EVERY_MS);

async function changeHolder(file: string, change: (holder: Holder) => Partial<Holder>): Promise<void> {
  const path = `${file}.holder`;
  const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder;
  writeFileSync(path, JSON.stringify({ ...holder, ...change(holder) }));
}

describe('a standby', () => {
  test('has a free file at once', async () => {
    const file = tempDatabaseFile();
    const { role, notes } = standBy(file);
    (await role).release();
    expect(notes).toEqual([]);
  });

  test('waits for a holder, says for whom once, and has the file when it is released', async () => {
    const file = tempDatabaseFile();
    const holder = acquireRole(file, { nowMs: 1 });
    const { clock, role, notes } = standBy(file);
    await clock.pass();
    await clock.pass();
    expect(notes).toMatchObject([{ kind: 'waiting', holder: { pid: process.pid } }]);
    holder.release();
    void clock.pass();
    const taken = await role;
    expect(taken.generation).toBe(holder.generation + 1);
    taken.release();
  });

  test('ends a holder that has fallen silent, two seconds after its last word and not before', async () => {
    const file = tempDatabaseFile();
    const { pid, ended } = await startHolder(file, 'silent');
    const { clock, role, notes } = standBy(file);
    for (let look = 1; look < LOOKS_UNTIL_SILENT; look++) await clock.pass();
    expect(notes).toMatchObject([{ kind: 'waiting', holder: { pid } }]);
    await clock.pass();
    expect(notes.at(-1)).toEqual({ kind: 'ended', pid });
    expect(await ended).toBe('SIGKILL');
    void clock.pass();
    const taken = await role;
    expect(taken.predecessor?.pid).toBe(pid);
    taken.release();
  });

  test('leaves a holder alone that beats, however its clock stands', async () => {
    const file = tempDatabaseFile();
    const { pid } = await startHolder(file, 'silent');
    const { clock, notes } = standBy(file);
    for (let look = 1; look < 3 * LOOKS_UNTIL_SILENT; look++) {
      // Now forward, now back: a word is a word.
      if (look % 10 === 0) await changeHolder(file, () => ({ beatAtMs: 5_000_000 - look * 1_000 * (-1) ** look }));
      if (look % 15 === 0) await changeHolder(file, () => ({ beatAtMs: -look }));
      await clock.pass();
    }
    expect(notes).toMatchObject([{ kind: 'waiting', holder: { pid } }]);
  });

  test('does not take its own standing still for the silence of the holder', async () => {
    const file = tempDatabaseFile();
    const { pid } = await startHolder(file, 'silent');
    const { clock, notes } = standBy(file);
    await clock.pass();
    await clock.pass(3_600_000);
    await clock.pass(3_600_000);
    expect(notes).toMatchObject([{ kind: 'waiting', holder: { pid } }]);
  });

  test('leaves a holder alone that has never beaten: a start, or a tool at work', async () => {
    const file = tempDatabaseFile();
    const { pid } = await startHolder(file, 'hold');
    const { clock, notes } = standBy(file);
    for (let look = 1; look < 3 * LOOKS_UNTIL_SILENT; look++) await clock.pass();
    expect(notes).toMatchObject([{ kind: 'waiting', holder: { pid } }]);
  });

  test.each<[string, (holder: Holder) => Partial<Holder>, string]>([
    [
      'whose pid is another process by now',
      ({ identity }) => ({ identity: identity && { ...identity, startTicks: '1' } }),
      'gone',
    ],
    [
      'of another container',
      ({ identity }) => ({ identity: identity && { ...identity, pidNamespace: 'pid:[1]' } }),
      'elsewhere',
    ],
    ['of another boot', ({ identity }) => ({ identity: identity && { ...identity, bootId: 'x' } }), 'elsewhere'],
    ['of a system without /proc', () => ({ identity: null }), 'notIdentified'],
  ])('ends no silent holder %s', async (_, change, because) => {
    const file = tempDatabaseFile();
    const { pid } = await startHolder(file, 'silent');
    await changeHolder(file, change);
    const { clock, notes } = standBy(file);
    for (let look = 1; look < 3 * LOOKS_UNTIL_SILENT; look++) await clock.pass();
    expect(notes).toMatchObject([{ kind: 'waiting' }, { kind: 'leftAlone', pid, because }]);
    process.kill(pid, 0);
  });
});
