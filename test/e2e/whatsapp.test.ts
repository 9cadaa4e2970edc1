import { expect, test } from 'vitest';
import { whatsAppNumber } from '../../web/rep/whatsapp.ts';

test.each([
  ['+62 811-0000-0001', null, '6281100000001'],
  ['0811 0000 0001', null, '6281100000001'],
  ['0811 0000 0001', 'Indonesia', '6281100000001'],
  ['62811 0000 001', 'ID', '628110000001'],
  ['0065 8123 4567', 'Singapore', '6581234567'],
  ['8123 4567', 'Singapore', null],
  ['0811', null, null],
  ['+1', null, null],
  ['call me', null, null],
])('%s of %s rings at %s', (phone, country, number) => {
  expect(whatsAppNumber(phone, country)).toBe(number);
});
