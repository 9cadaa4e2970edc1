import { expect, test } from 'vitest';
import { createMemoryStorage } from './platform.ts';
import { UnansweredTaps } from './unanswered-taps.ts';

function tap(number: number) {
  return { leadId: `lead_${number}`, offerId: `offer_${number}`, requestId: `req_${number}` };
}

test('a tap survives a reload until its verdict is known', () => {
  const storage = createMemoryStorage();
  new UnansweredTaps(storage).add(tap(1));
  const reloaded = new UnansweredTaps(storage);
  expect(reloaded.find('lead_1', 'offer_1')).toEqual(tap(1));
  expect(reloaded.find('lead_1', 'offer_2')).toBeUndefined();
  reloaded.remove('req_1');
  expect(new UnansweredTaps(storage).all()).toEqual([]);
});

test('keeps the newest twenty', () => {
  const taps = new UnansweredTaps(createMemoryStorage());
  for (let number = 0; number < 30; number++) taps.add(tap(number));
  expect(taps.all()).toEqual(Array.from({ length: 20 }, (_, place) => tap(place + 10)));
});

test('a storage that is broken, full or forbidden never stops a claim', () => {
  const broken = new UnansweredTaps({ ...createMemoryStorage(), getItem: () => '{"no": "list"' });
  expect(broken.all()).toEqual([]);
  const full = new UnansweredTaps({
    ...createMemoryStorage(),
    setItem: () => {
      throw new Error('QuotaExceededError');
    },
  });
  expect(() => full.add(tap(1))).not.toThrow();
});
