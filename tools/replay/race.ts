/**
 * The live race of a replay: simulated reps, leads posted as they come, deals won by whoever got the
 * lead, and an account of every one of them.
 */
import { Api } from '../../client-sdk/src/sambar-client.ts';
import { createChance } from '../../server/kernel/chance.ts';
import type { Clock } from '../../server/kernel/clock.ts';
import { drawContenders } from '../simulation/contenders.ts';
import { type Race, RaceBook } from '../simulation/race-book.ts';
import { SimulatedRep } from '../simulation/simulated-rep.ts';
import { Team } from '../simulation/team.ts';
import type { Deal, FunnelLead } from './funnel.ts';

/** How many of the team try for one lead. */
const CONTENDERS = { least: 1, most: 5 };
/** Medians of the reps' reaction times lie between these. */
const REACTION_MS = [120, 700] as const;
/** Without a rate: leads whose race is not over. More would only wait in the server's queue. */
const IN_FLIGHT_MAX = 32;
/** The slowest reaction, several times over; a race that still runs then is called. */
const QUIET_WITHIN_MS = 30_000;

export interface ReplayRaceDeps {
  url: string;
  adminKey: string;
  clock: Clock;
  reps: number;
  seed: string;
  /** Leads a second; null: as fast as races end. */
  rate: number | null;
  onLeadOver(count: number): void;
}

export interface Account {
  accepted: number;
  /** Accepted leads that were claimed exactly once, by whom all were told. */
  claims: number;
  /** Accepted leads that nobody owns, or that were claimed more than once. */
  lost: number;
}

export class ReplayRace {
  readonly book: RaceBook;
  accepted = 0;
  opportunities = 0;
  won = 0;
  readonly #deps: ReplayRaceDeps;
  readonly #reps: SimulatedRep[];
  readonly #source: Api;
  /** External id → lead, of those that a deal may come for. */
  readonly #leadIds = new Map<string, string>();
  /** Lead → winner, as the players were told. */
  readonly #owners = new Map<string, string>();
  readonly #posting = new Set<Promise<void>>();
  #over = 0;
  #room: (() => void) | undefined;
  #failure: unknown;

  private constructor(deps: ReplayRaceDeps, source: Api) {
    this.#deps = deps;
    this.#source = source;
    this.#reps = [];
    this.book = new RaceBook((race) => this.#raceOver(race));
  }

  static async open(deps: ReplayRaceDeps): Promise<ReplayRace> {
    const { url, adminKey, clock, reps, seed } = deps;
    const team = new Team(url, adminKey);
    // One run after another may go to the same server: their people must not be taken for each other.
    const run = Math.floor(clock.nowMs()).toString(36);
    const { token } = await team.source(`Replay ${run}`);
    const replay = new ReplayRace(deps, new Api({ url, token, clock }));
    try {
      for (let index = 0; index < reps; index++) {
        const number = String(index + 1).padStart(2, '0');
        const member = await team.rep(`Rep ${number}`, `replay-${run}-${number}`);
        const chance = createChance(`${seed} rep ${index}`);
        const persona = { reactionMs: chance.between(...REACTION_MS), networkMs: 0, isUnsteady: false };
        const contends = (lead: string) => drawContenders({ ...CONTENDERS, seed, lead, players: reps }).has(index);
        replay.#reps.push(
          await SimulatedRep.join({
            url,
            clock,
            chance,
            persona,
            repId: member.id,
            token: member.token,
            book: replay.book,
            contends: (card) => contends(card.company.name ?? ''),
            onWon: () => undefined,
          }),
        );
      }
    } catch (error) {
      await replay.leave();
      throw error;
    }
    return replay;
  }

  /** Posts every lead and sees its race to the end; false: some race would not end. */
  async run(leads: AsyncIterable<FunnelLead>, dealIds: ReadonlySet<string>): Promise<boolean> {
    const { clock, rate } = this.#deps;
    const beganAtMs = clock.monotonicMs();
    let posted = 0;
    for await (const lead of leads) {
      if (rate === null) await this.#roomForOne();
      else await until(clock, beganAtMs + (posted * 1000) / rate);
      if (this.#failure !== undefined) throw this.#failure;
      posted++;
      this.#post(lead, dealIds.has(lead.externalId));
    }
    await Promise.all(this.#posting);
    if (this.#failure !== undefined) throw this.#failure;
    if (await this.book.quiet(clock, QUIET_WITHIN_MS)) return true;
    await Promise.all(this.#reps.map((rep) => rep.lastCall()));
    return this.book.quiet(clock, QUIET_WITHIN_MS);
  }

  /** Each deal by the rep who owns its lead, in the order given. */
  async sell(deals: readonly Deal[], onSold: (count: number) => void): Promise<void> {
    const apis = new Map(this.#reps.map((rep) => [rep.repId, rep.client.api]));
    for (const [index, { externalId, revenue }] of deals.entries()) {
      onSold(index + 1);
      const leadId = this.#leadIds.get(externalId);
      const api = leadId === undefined ? undefined : apis.get(this.#owners.get(leadId) ?? '');
      if (leadId === undefined || api === undefined) continue;
      await api.post(`/leads/${leadId}/stages`, { stage: 'opportunity' });
      this.opportunities++;
      await api.post(`/leads/${leadId}/stages`, { stage: 'won', revenue });
      this.won++;
    }
  }

  /** Compares what the players were told with the server's public record of claims. */
  async account(): Promise<Account> {
    const claims = new Map<string, string[]>();
    for (let after = '0'; ; ) {
      const page: { items: { kind: string; leadId: string; repId: string }[]; nextCursor: string | null } =
        await this.#source.get(`/events?after=${after}&limit=1000`);
      for (const { kind, leadId, repId } of page.items) {
        if (kind === 'claimed' && this.#owners.has(leadId)) claims.set(leadId, [...(claims.get(leadId) ?? []), repId]);
      }
      if (page.nextCursor === null) break;
      after = page.nextCursor;
    }
    let good = 0;
    for (const [leadId, repId] of this.#owners) {
      const winners = claims.get(leadId);
      if (winners?.length === 1 && winners[0] === repId) good++;
    }
    return { accepted: this.accepted, claims: good, lost: this.accepted - good };
  }

  async leave(): Promise<void> {
    await Promise.allSettled(this.#posting);
    await Promise.all(this.#reps.map((rep) => rep.leave()));
  }

  #post(lead: FunnelLead, mayBeSold: boolean): void {
    const posting = this.#accept(lead, mayBeSold).catch((error: unknown) => {
      this.#failure ??= error;
      this.#room?.();
    });
    this.#posting.add(posting);
    void posting.finally(() => this.#posting.delete(posting));
  }

  async #accept(lead: FunnelLead, mayBeSold: boolean): Promise<void> {
    const { id } = await this.#source.post<{ id: string }>('/leads', lead.body);
    this.accepted++;
    if (mayBeSold) this.#leadIds.set(lead.externalId, id);
    this.book.expect(id);
  }

  #raceOver({ leadId, winner }: Race): void {
    if (winner !== null) this.#owners.set(leadId, winner.id);
    this.#over++;
    this.#deps.onLeadOver(this.#over);
    this.#room?.();
  }

  async #roomForOne(): Promise<void> {
    while (this.#posting.size + this.book.leadsRunning >= IN_FLIGHT_MAX && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
    }
  }
}

async function until(clock: Clock, atMs: number): Promise<void> {
  const waitMs = atMs - clock.monotonicMs();
  if (waitMs <= 0) return;
  await new Promise<void>((resolve) => {
    clock.after(waitMs, resolve);
  });
}
