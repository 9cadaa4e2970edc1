import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { endNow, identityOf, type ProcessIdentity, stateOf } from './processes.ts';

async function startSleeper() {
  const child = spawn('sleep', ['600']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return { child, identity: identityOf(child.pid as number) as ProcessIdentity };
}

describe('which process a pid means', () => {
  test('a process is here until it is ended, stopped or not', async () => {
    const { child, identity } = await startSleeper();
    expect(identity.startTicks).toMatch(/^\d+$/);
    expect(stateOf(identity)).toBe('here');
    child.kill('SIGSTOP');
    expect(stateOf(identity)).toBe('here');
    const exited = once(child, 'exit');
    expect(endNow(identity)).toBe(true);
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(stateOf(identity)).toBe('gone');
    expect(identityOf(identity.pid)).toBeNull();
  });

  test('another start time under the same pid is another process', async () => {
    const { identity } = await startSleeper();
    expect(stateOf({ ...identity, startTicks: String(Number(identity.startTicks) - 1) })).toBe('gone');
  });

  test.each([{ bootId: 'another boot' }, { pidNamespace: 'pid:[1]' }])('%o is elsewhere', async (other) => {
    const { identity } = await startSleeper();
    expect(stateOf({ ...identity, ...other })).toBe('elsewhere');
  });
});
