import { expect, test } from 'vitest';
import type { ProvisionalWin } from '../../server/claims/arbiter.ts';
import { embeddedBench } from '../support/arbiter-benches.ts';
import { claimOf, offerOf } from './arbiter-bench.ts';
import { arbiterContract } from './arbiter-contract.ts';

arbiterContract('embedded', embeddedBench);

test('AR40 the settler has the win before the claim returns', async () => {
  const { arbiter } = await embeddedBench();
  const wins: ProvisionalWin[] = [];
  arbiter.onProvisionalWin((win) => wins.push(win));
  await arbiter.open(offerOf());
  const claims = ['ani', 'budi'].map((repId) => arbiter.claim(claimOf(repId)));
  expect(wins.map((win) => win.repId)).toEqual(['ani']);
  await Promise.all(claims);
  expect(wins).toHaveLength(1);
});

test('AR38 the oldest of more than 20,000 ended offers is forgotten, and no living one', async () => {
  const { arbiter } = await embeddedBench();
  const name = (number: number) => ({ offerId: `offer_${number}`, leadId: `lead_${number}` });
  await arbiter.open(offerOf({ offerId: 'alive', leadId: 'alive' }));
  for (let number = 0; number < 20_001; number++) {
    await arbiter.open(offerOf(name(number)));
    await arbiter.close(`offer_${number}`, 'expired');
  }
  const kind = async (number: number) => (await arbiter.claim(claimOf('ani', name(number)))).kind;
  expect([await kind(0), await kind(1), await kind(20_000)]).toEqual(['unknown', 'gone', 'gone']);
  const byLead = claimOf('ani', { leadId: 'lead_0', offerId: undefined });
  expect(await arbiter.claim(byLead)).toEqual({ kind: 'unknown' });
  const alive = claimOf('ani', { leadId: 'alive', offerId: 'alive' });
  expect(await arbiter.claim(alive)).toMatchObject({ kind: 'pending', mine: true });
});

test('AR4 the last 50,000 requests are remembered, whatever came before', async () => {
  const { arbiter } = await embeddedBench();
  await arbiter.open(offerOf());
  await arbiter.open(offerOf({ offerId: 'offer_2', leadId: 'lead_2' }));
  const ask = (number: number, offer: { leadId?: string; offerId?: string }) =>
    arbiter.claim(claimOf('dewi', { requestId: String(number), ...offer }));
  for (let number = 0; number <= 150_000; number++) await ask(number, {});
  const second = { leadId: 'lead_2', offerId: 'offer_2' };
  expect(await ask(100_001, second)).toEqual({ kind: 'requestReused' });
  expect(await ask(0, second)).toMatchObject({ kind: 'refused', offerId: 'offer_2' });
});
