/**
 * The seed of a big file: a small one, written by the product itself in real races. Some leads were sold, as in
 * a replay; a few offers are left open.
 */
import type { Bench } from '../bench.ts';
import { runHeat } from '../generator/heat.ts';
import { Http, sideBySide } from '../generator/http.ts';
import { Racers } from '../generator/racers.ts';
import { Judge } from '../measure/judge.ts';

export interface SeedPlan {
  reps: number;
  /** Raced for and won. */
  leads: number;
  openOffers: number;
}

/** Racers a lead, as many as in a replay at most. */
const TRIES = 5;
const IN_FLIGHT = 16;
/** One lead in so many becomes a deal: of the replayed funnel's 8,000 leads 842 did. */
const LEADS_PER_DEAL = 10;
const WIDTH = 16;
const WON = '[{"verdict":"won"';

/** Writes it and ends the server that did. @returns the file, folded into one */
export async function growSeed(bench: Bench, { reps, leads, openOffers }: SeedPlan): Promise<string> {
  const subject = await bench.product({ name: 'the seed' });
  const racers = await Racers.gather(subject, reps);
  const judge = new Judge();
  if (leads > 0) {
    const offers = await racers.putUp(leads);
    const heat = await runHeat(racers, { offers, tries: Math.min(TRIES, reps), pace: { inFlight: IN_FLIGHT } });
    judge.heat(subject.name, heat, null);
    const tokens = new Map(racers.list.map(({ repId, token }) => [repId, token]));
    const won = heat.claims.filter(({ answer }) => answer.includes(WON));
    const sold = won.filter((_, n) => n % LEADS_PER_DEAL === 0);
    using http = new Http(subject);
    await sideBySide(sold.length, WIDTH, async (n) => {
      const { offer, repId } = sold[n] as (typeof sold)[number];
      const work = async (path: string, body: object) => {
        const done = await http.ask('POST', `/leads/${offer.leadId}/${path}`, JSON.stringify(body), tokens.get(repId));
        if (done.status !== 201) judge.say(`${path}: ${done.status} ${done.body}`);
      };
      await work('activities', { kind: 'call', outcome: 'interested' });
      await work('stages', { stage: 'opportunity' });
      await work('stages', { stage: 'won', revenue: 1_000_000 + n });
    });
  }
  if (openOffers > 0) await racers.putUp(openOffers);
  await racers.leave();
  await subject.end();
  if (judge.broken.length > 0) throw new Error(`the seed is not sound: ${judge.broken.join('; ')}`);
  return subject.file as string;
}
