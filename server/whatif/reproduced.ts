/** How far a record that is decided again, by the policies that were in force, comes out as it was. */
import { onboardingOf } from '../distribution/onboarding-rules.ts';
import type { World } from '../flow/world.ts';
import { createChance } from '../kernel/chance.ts';
import { createPeopleStore } from '../people/people-store.ts';
import type { Connection } from '../platform/sqlite.ts';
import { createPolicyBook } from '../policy/policy.ts';
import { loadPolicies } from '../policy/policy-store.ts';
import { type RecordedOffer, readRecord, type TheRecord } from './record.ts';

export interface Reproduced {
  /** Offers that were opened in the span and are over, and those that were alike: instant, pool, lanes, members. */
  offers: number;
  sameOffers: number;
  /** Of these the ones that were won, and those that the same rep won. */
  winners: number;
  sameWinners: number;
}

interface Span {
  fromMs: number;
  untilMs: number;
}

export function reproducedBy(record: TheRecord, scratch: Connection, span: Span): Reproduced {
  const again = new Map(readRecord(scratch, span).offers.map((offer) => [keyOf(offer), offer]));
  const opened = record.offers.filter(({ openedAtMs, isOver }) => openedAtMs >= span.fromMs && isOver);
  const won = opened.filter(({ winner }) => winner !== null);
  const sameOffers = opened.filter((offer) => wordsOf(again.get(keyOf(offer))) === wordsOf(offer));
  const sameWinners = won.filter((offer) => again.get(keyOf(offer))?.winner?.repId === offer.winner?.repId);
  return {
    offers: opened.length,
    sameOffers: sameOffers.length,
    winners: won.length,
    sameWinners: sameWinners.length,
  };
}

function keyOf({ leadId, nth }: { leadId: string; nth: number }): string {
  return `${leadId} ${nth}`;
}

/** All that is compared; in which order a lane was alerted is chance. */
function wordsOf(offer: RecordedOffer | undefined): string {
  if (offer === undefined) return '';
  const { openedAtMs, pool, isBlind, lanes } = offer;
  const plain = lanes.map(({ opensAtMs, tiers, reps }) => [opensAtMs, tiers, [...reps].sort()]);
  return JSON.stringify([openedAtMs, pool, isBlind, plain]);
}

/**
 * The lots as they fell on record: what was drawn then is no matter of chance any more. Of what is not on record they
 * are drawn anew.
 */
export function recordedLots(record: TheRecord): (scratch: Connection, seed: string) => World['lot'] {
  const fallen = new Map(record.offers.map((offer) => [keyOf(offer), offer]));
  const owned = new Map(record.ownerships.map((own) => [keyOf(own), own]));
  return (scratch, seed) => {
    const policies = createPolicyBook(loadPolicies(scratch.db));
    const { findRep } = createPeopleStore(scratch.db);
    const countOf = (table: 'offers' | 'ownerships') =>
      scratch.sqlite.prepare<[string], number>(`SELECT count(*) FROM ${table} WHERE lead_id = ?`).pluck();
    const [offers, owners] = [countOf('offers'), countOf('ownerships')];
    const drawnOf = (leadId: string, nth: number): Partial<Record<LotOf, boolean>> => {
      const offer = fallen.get(`${leadId} ${nth}`);
      if (offer !== undefined) return { cohort: offer.pool === 'cohort', blind: offer.isBlind, pause: false };
      const given = owned.get(`${leadId} ${owners.get(leadId) ?? 0}`);
      if (given?.paused === 1) return { pause: true };
      const rep = given?.method === 'baseLoad' ? findRep(given.repId) : undefined;
      if (given === undefined || rep === undefined) return {};
      // Of the cohort's leads nobody else is given one, and who is of the cohort is not given less of them than of others.
      const { policy } = policies.at(given.startedAtMs);
      return { cohort: onboardingOf(policy, rep, given.startedAtMs)?.phase === 'cohort' };
    };
    return (of, leadId) => {
      const nth = offers.get(leadId) ?? 0;
      const isDrawn = drawnOf(leadId, nth)[of];
      if (isDrawn === undefined) return createChance(`${seed} lot ${of} ${leadId} ${nth}`).unit();
      return isDrawn ? 0 : NOT_DRAWN;
    };
  };
}
type LotOf = Parameters<World['lot']>[0];

/** The largest number that chance may draw: below no share but a whole one. */
const NOT_DRAWN = 1 - 2 ** -32;
