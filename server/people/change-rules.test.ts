/** What a change of a rep leaves on record. */
import { expect, test } from 'vitest';
import { changeOnRecord } from './change-rules.ts';
import type { RepRow } from './people-store.ts';

const REP = {
  ...{
    num: 1,
    id: 'rep_1',
    name: 'Sari',
    email: 'sari@example.com',
    team: 'East',
    tier: 2,
    hiredOn: null,
    timeZone: null,
  },
  ...{
    languages: '["id"]',
    active: true,
    status: 'ready',
    quota: 100,
    territories: '[]',
    verticals: '[]',
    products: '[]',
  },
  ...{
    jobFunction: null,
    seniority: null,
    readyOn: null,
    onboardingExtensions: '[]',
    onboardingTicks: '[]',
    protectedAllocations: '[]',
    attainment: null,
  },
  ...{ createdAt: 0, lastAssignedAt: 0 },
} satisfies RepRow;
const onRecord = (change: Partial<RepRow>) => {
  const { was, became } = changeOnRecord(REP, { ...REP, ...change });
  return [JSON.parse(was), JSON.parse(became)];
};

test('what has changed, before and after, and nothing else; no name, no address, no free text', () => {
  expect(onRecord({ team: null, quota: 200 })).toEqual([
    { team: 'East', quota: 100 },
    { team: null, quota: 200 },
  ]);
  const more = { status: 'break' as const, tier: 1, name: 'Sari Dewi', email: 'dewi@example.com', lastAssignedAt: 5 };
  expect(onRecord(more)).toEqual([{}, {}]);
  const held = [{ from: '2026-11-02', days: 7, reason: 'was ill', by: 'manager:m', at: '2026-11-02T02:00:00.000Z' }];
  expect(onRecord({ onboardingExtensions: JSON.stringify(held) })).toEqual([
    { onboardingExtensions: '[]' },
    { onboardingExtensions: '[{"from":"2026-11-02","days":7}]' },
  ]);
});
