/**
 * One heat: racers claim leads that are up already, either as fast as the answers come back (so many leads
 * under way) or at the instants of a plan, whatever the server does. Answers are kept as they came and
 * judged when the clock has stopped.
 */
import { Latencies } from '../measure/histogram.ts';
import type { Offer, Racers } from './racers.ts';
import { untilDone } from './racers.ts';

export interface HeatPlan {
  offers: readonly Offer[];
  /** How many racers try each lead; fewer than there are: they take turns. */
  tries: number;
  /** Leads under way at a time; or leads a second, from an even plan. */
  pace: { inFlight: number } | { leadsPerSecond: number };
  /** Whether losers who were alerted hear `lead:taken` (an echo tells nobody). */
  isTold?: boolean;
}

export interface Claimed {
  offer: Offer;
  repId: string;
  requestId: string;
  /** Monotonic milliseconds. */
  sentAt: number;
  answeredAt: number;
  /** The ack as it came. */
  answer: string;
}

export interface Taken {
  repId: string;
  at: number;
  packet: string;
}

export interface Heat {
  claims: Claimed[];
  taken: Taken[];
  /** From the first claim to the last answer. */
  seconds: number;
  /** From the instant at which the claim was meant to leave. */
  latencies: Latencies;
}

const TAKEN = '42["lead:taken",';
const ACK = '43';
let heats = 0;

/** Of a lead: which racers try it. With fewer tries than racers the turn goes round. */
function* triers(lead: number, tries: number, racers: number): Iterable<number> {
  for (let n = 0; n < tries; n++) yield (lead + n) % racers;
}

export async function runHeat(racers: Racers, { offers, tries, pace, isTold = true }: HeatPlan): Promise<Heat> {
  const { list, subject } = racers;
  const heat = ++heats;
  const claims: Claimed[] = [];
  const taken: Taken[] = [];
  const latencies = new Latencies();
  /** Socket → its questions in order: the number of an ack is the place in this list. */
  const asked: Claimed[][] = list.map(() => []);
  const left = offers.map(() => tries);
  const leadOf = new Map(offers.map(({ leadId }, lead) => [leadId, lead]));
  const intendedAt = new Float64Array(offers.length);
  const takenDue = isTold ? offers.length * (list.length - 1) : 0;
  let answered = 0;
  let next = 0;
  let lastAt = 0;
  let beganAt = 0;

  function ask(lead: number, now: number): void {
    const offer = offers[lead] as Offer;
    for (const place of triers(lead, tries, list.length)) {
      const { repId, wire } = list[place] as (typeof list)[number];
      const own = asked[place] as Claimed[];
      const requestId = `${heat}-${lead}-${place}`;
      own.push({ offer, repId, requestId, sentAt: now, answeredAt: 0, answer: '' });
      wire.put(`42${own.length - 1}${JSON.stringify(['lead:claim', { ...offer, requestId }])}`);
    }
  }
  const flush = () => {
    for (const { wire } of list) wire.flush();
  };

  /** Keeps so many leads under way: one that is over lets the next one go, in the same turn. */
  function follow(): void {
    const now = performance.now();
    intendedAt[next] = now;
    ask(next++, now);
  }

  /** Looks at the clock in every turn of the loop: a timer would be late by a millisecond. */
  function keepTime(): void {
    const now = performance.now();
    while (next < offers.length && (intendedAt[next] as number) <= now) ask(next++, now);
    flush();
    if (next < offers.length && !racers.isGone) setImmediate(keepTime);
  }

  function hear(place: number, packet: string): void {
    const now = performance.now();
    if (packet.startsWith(TAKEN)) {
      taken.push({ repId: list[place]?.repId ?? '', at: now, packet });
      return;
    }
    if (!packet.startsWith(ACK)) return;
    const claim = asked[place]?.[Number.parseInt(packet.slice(ACK.length), 10)];
    if (claim === undefined) return;
    claim.answer = packet;
    claim.answeredAt = now;
    lastAt = now;
    answered++;
    const lead = leadOf.get(claim.offer.leadId) as number;
    latencies.record(now - (intendedAt[lead] as number));
    left[lead] = (left[lead] as number) - 1;
    if (left[lead] === 0 && 'inFlight' in pace && next < offers.length) follow();
  }

  await untilDone(
    `${subject.name}: verdicts`,
    (look) => {
      let isLookDue = false;
      const lookSoon = () => {
        isLookDue = false;
        flush();
        look();
      };
      list.forEach(({ wire }, place) => {
        wire.onPacket = (packet) => {
          hear(place, packet);
          if (isLookDue) return;
          isLookDue = true;
          setImmediate(lookSoon);
        };
      });
      racers.onGone = look;
      beganAt = performance.now();
      if ('inFlight' in pace) {
        while (next < Math.min(pace.inFlight, offers.length)) follow();
        flush();
      } else {
        for (let lead = 0; lead < offers.length; lead++)
          intendedAt[lead] = beganAt + (lead * 1_000) / pace.leadsPerSecond;
        keepTime();
      }
    },
    () => racers.isGone || (answered >= offers.length * tries && taken.length >= takenDue),
  );
  racers.assertHere();
  for (const own of asked) claims.push(...own);
  return { claims, taken, seconds: (lastAt - beganAt) / 1_000, latencies };
}
