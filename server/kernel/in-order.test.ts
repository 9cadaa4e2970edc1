import { describe, expect, it } from 'vitest';
import { createInOrder } from './in-order.ts';

describe('in order', () => {
  it('runs at once while nothing waits', () => {
    const heard: number[] = [];
    createInOrder().run(() => heard.push(1));
    expect(heard).toEqual([1]);
  });

  it.each(['resolves', 'rejects'])(
    'keeps the order over a hold that %s, and runs at once again after it',
    async (how) => {
      const order = createInOrder();
      const heard: number[] = [];
      let release: (() => void) | undefined;
      const held = new Promise<void>((resolve, reject) => {
        release = () => (how === 'resolves' ? resolve() : reject(new Error('away')));
      });
      order.hold(held);
      order.run(() => heard.push(1));
      order.run(() => heard.push(2));
      expect(heard).toEqual([]);
      release?.();
      await new Promise<void>((resolve) => order.run(() => resolve()));
      expect(heard).toEqual([1, 2]);
      await Promise.resolve();
      order.run(() => heard.push(3));
      expect(heard).toEqual([1, 2, 3]);
    },
  );
});
