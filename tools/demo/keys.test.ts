import { PassThrough } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { type Act, actsOf, KEYS, listenForKeys } from './keys.ts';
import { lanAddress } from './lan.ts';

describe('the keys of a demo', () => {
  test.each([
    ['l', ['lead']],
    ['Cq', ['chaos', 'quit']],
    ['?', ['help']],
    ['\u0003', ['quit']],
    ['\u0004', ['quit']],
    ['x \u001b[A\r', []],
    ['', []],
  ] as [string, Act[]][])('%j means %j', (typed, acts) => expect(actsOf(typed)).toEqual(acts));

  it('each has a letter of its own', () => {
    expect(new Set(KEYS.map(({ key }) => key)).size).toBe(KEYS.length);
  });

  it('are heard at a terminal until it is left as it was', () => {
    const modes: boolean[] = [];
    const terminal = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (isRaw: boolean) => void modes.push(isRaw),
    });
    const acts: Act[] = [];
    const leave = listenForKeys(terminal, (act) => acts.push(act));
    terminal.emit('data', Buffer.from('lc'));
    leave?.();
    terminal.emit('data', Buffer.from('q'));
    expect([acts, modes]).toEqual([
      ['lead', 'chaos'],
      [true, false],
    ]);
  });

  it('nobody types into a pipe', () => {
    expect(listenForKeys(new PassThrough(), () => expect.unreachable())).toBeNull();
  });
});

describe('the address of this machine for others', () => {
  const at = (address: string, internal = false, family = 'IPv4') => ({ address, internal, family });

  it('is one that a phone in the room can reach, before any other', () => {
    const found = lanAddress({
      lo: [at('127.0.0.1', true)],
      docker0: [at('172.17.0.1')],
      tun0: [at('100.64.0.2')],
      wlan0: [at('fe80::1', false, 'IPv6'), at('192.168.1.20')],
    });
    expect(found).toBe('192.168.1.20');
  });

  it('is null where there is no network', () => {
    expect(lanAddress({ lo: [at('127.0.0.1', true), at('::1', true, 'IPv6')] })).toBeNull();
  });
});
