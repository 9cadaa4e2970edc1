import { describe, expect, it } from 'vitest';
import type { OfferCard, Verdict } from '../../client-sdk/src/sambar-client.ts';
import { createSystemClock } from '../../server/kernel/clock.ts';
import { percentile } from '../../server/kernel/percentile.ts';
import { type Race, RaceBook } from './race-book.ts';

const card = { offerId: 'offer_1', leadId: 'lead_1' } as OfferCard;
const ofOffer = { offerId: 'offer_1', leadId: 'lead_1' };
const won = { verdict: 'won', ...ofOffer, claimSpeedMs: 800 } as Verdict;
const lostTo = (id: string, byMs: number): Verdict => ({
  verdict: 'lost',
  ...ofOffer,
  winner: { id, name: id },
  byMs,
});

function bookWith(taps: number): { book: RaceBook; over: Race[] } {
  const over: Race[] = [];
  const book = new RaceBook((race) => over.push(race));
  for (let tap = 0; tap < taps; tap++) expect(book.plan(card)).toBe(true);
  return { book, over };
}

describe('the book of races', () => {
  it('ends a race when its winner is known and no tap is on its way', async () => {
    const { book, over } = bookWith(3);
    book.expect('lead_1');
    book.answered('ani', 'offer_1', won, 5);
    book.answered('beni', 'offer_1', lostTo('ani', 40), 6);
    expect(over).toEqual([]);
    book.answered('cici', 'offer_1', lostTo('ani', 9), 7);
    expect(over).toMatchObject([
      { winner: { id: 'ani', name: 'ani' }, claimSpeedMs: 800, second: { repId: 'cici', byMs: 9 }, tries: 3 },
    ]);
    expect(await book.quiet(createSystemClock(), 0)).toBe(true);
    expect(book).toMatchObject({ races: 1, claims: 1, doubleWins: 0, wrongNames: 0, leadsRunning: 0 });
    expect(book.plan(card)).toBe(false);
  });

  it('counts an offer that two were told to have won', () => {
    const { book } = bookWith(2);
    book.answered('ani', 'offer_1', won, 5);
    book.answered('beni', 'offer_1', won, 5);
    expect(book.doubleWins).toBe(1);
  });

  it('counts a verdict and an event that name somebody else', () => {
    const { book } = bookWith(2);
    book.answered('ani', 'offer_1', won, 5);
    book.answered('beni', 'offer_1', lostTo('cici', 3), 5);
    expect(book).toMatchObject({ wrongNames: 1, doubleWins: 0 });
  });

  it('is not quiet while a lead that was posted has no end', async () => {
    const { book } = bookWith(0);
    book.expect('lead_1');
    expect(await book.quiet(createSystemClock(), 0)).toBe(false);
  });
});

describe('percentile', () => {
  it('is a value that was measured', () => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
    expect(percentile([], 0.5)).toBe(0);
  });
});
