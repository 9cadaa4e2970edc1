import { expect, test } from 'vitest';
import { endWhenStale } from './file-role.ts';
import type { Transactions } from './flow/transactions/transactions.ts';
import type { Ledger } from './ledger/ledger.ts';
import { LedgerError, type LedgerErrorCode } from './ledger/ledger-error.ts';

/** What happens, in order, when a call is refused with this code: the end asked for, the caller told. */
async function afterRefusal(code: LedgerErrorCode): Promise<string[]> {
  const happened: string[] = [];
  const refusing = {
    write: () => Promise.reject(new LedgerError(code, 'refused')),
  } as unknown as Ledger<Transactions>;
  const ledger = endWhenStale(refusing, () => happened.push('ends'));
  await ledger.write('setCell' as never, null as never).catch(() => happened.push('told'));
  return happened;
}

test('a process whose generation is over ends before whoever asked is told', async () => {
  expect(await afterRefusal('staleGeneration')).toEqual(['ends', 'told']);
});

test.each<LedgerErrorCode>(['notStored', 'overloaded', 'closed'])('%s ends nothing', async (code) => {
  expect(await afterRefusal(code)).toEqual(['told']);
});
