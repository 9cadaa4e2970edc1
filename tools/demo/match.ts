/**
 * One match of the demo: a team, its leads, the wallboard that follows, and what is true at the end.
 *
 *   seated → playing → closing → done
 *
 * Closing is by events: no new lead, every race over, every step of work answered; only then is the
 * wallboard compared with a fresh snapshot.
 */
import { Api, createSambarClient, type SambarClient } from '../../client-sdk/src/sambar-client.ts';
import type { Chance } from '../../server/kernel/chance.ts';
import type { Clock, Timer } from '../../server/kernel/clock.ts';
import { BoardFollower } from '../simulation/board-follower.ts';
import { drawContenders } from '../simulation/contenders.ts';
import { type Race, RaceBook } from '../simulation/race-book.ts';
import { live, SimulatedRep } from '../simulation/simulated-rep.ts';
import { type Credential, type Member, Team } from '../simulation/team.ts';
import { GUEST, inventLead, MANAGER, REPS, TEAM } from './cast.ts';
import { Work } from './work.ts';

/** Between two leads. */
const LEAD_EVERY_MS = [1_000, 2_000] as const;
/** How many of the team go for one lead. */
const CONTENDERS = { least: 2, most: 6 };
/** After the last call every race is over within moments; longer means that something is stuck. */
const QUIET_WITHIN_MS = 15_000;

export interface Seats {
  guest: Member;
  screen: Credential;
  manager: Credential;
}

export interface MatchDeps {
  url: string;
  /** Where the simulated reps connect, when that is not at the server itself. */
  repsUrl?: string | undefined;
  adminKey: string;
  clock: Clock;
  chance: Chance;
  seed: string;
  onRace(race: Race, company: string): void;
}

export class Match {
  readonly seats: Seats;
  readonly book: RaceBook;
  readonly follower: BoardFollower;
  readonly #deps: MatchDeps;
  readonly #members: Member[];
  readonly #screen: SambarClient;
  readonly #source: Api;
  readonly #work: Work;
  readonly #reps: SimulatedRep[] = [];
  readonly #companies = new Map<string, string>();
  readonly #posting = new Set<Promise<void>>();
  #leads = 0;
  #nextLead: Timer | undefined;

  private constructor(deps: MatchDeps, seats: Seats, members: Member[], sourceKey: string) {
    const { url, clock } = deps;
    this.#deps = deps;
    this.seats = seats;
    this.#members = members;
    this.#source = new Api({ url, token: sourceKey, clock });
    this.#work = new Work(clock, deps.chance);
    this.#screen = createSambarClient({ url, token: seats.screen.token, clock });
    this.follower = new BoardFollower(this.#screen, { board: 'points', period: 'week', top: 10 }, clock);
    this.book = new RaceBook((race) => this.#raceOver(race));
  }

  static async seat(deps: MatchDeps): Promise<Match> {
    const team = new Team(deps.url, deps.adminKey);
    const members: Member[] = [];
    for (const { name, mailbox } of REPS) members.push(await team.rep(name, mailbox, { team: TEAM }));
    const seats: Seats = {
      guest: await team.rep(GUEST.name, GUEST.mailbox, { team: TEAM }),
      screen: await team.screen('Layar demo'),
      manager: await team.manager(MANAGER.name, MANAGER.mailbox, [TEAM]),
    };
    const source = await team.source('Formulir web');
    return new Match(deps, seats, members, source.token);
  }

  async play(): Promise<void> {
    const { repsUrl: url = this.#deps.url, clock, chance, seed } = this.#deps;
    await live(this.#screen);
    await this.follower.begin();
    const joining = this.#members.map(({ id, token }, index) =>
      SimulatedRep.join({
        url,
        clock,
        chance,
        token,
        repId: id,
        persona: REPS[index]!.persona,
        ...(this.#deps.repsUrl !== undefined && { mayLoseLine: true }),
        book: this.book,
        contends: (card) => drawContenders({ ...CONTENDERS, seed, lead: card.leadId, players: REPS.length }).has(index),
        onWon: (rep, won) => this.#work.begin(rep.client.api, won.leadId),
      }),
    );
    for (const joined of await Promise.allSettled(joining)) {
      if (joined.status === 'rejected') throw joined.reason;
      this.#reps.push(joined.value);
    }
    this.#postLead();
  }

  /** A lead at once; the next one by itself follows as after any other. */
  leadNow(): void {
    // Not seated yet, or over already: nobody races.
    if (this.#nextLead === undefined) return;
    this.#nextLead.cancel();
    this.#postLead();
  }

  /** No new lead; resolves when every race is over: false when one would not end. */
  async finish(): Promise<boolean> {
    this.#nextLead?.cancel();
    this.#nextLead = undefined;
    await Promise.all(this.#posting);
    await Promise.all(this.#reps.map((rep) => rep.lastCall()));
    const isQuiet = await this.book.quiet(this.#deps.clock, QUIET_WITHIN_MS);
    await this.#work.stop();
    return isQuiet;
  }

  async leave(): Promise<void> {
    this.#nextLead?.cancel();
    await this.#work.stop();
    await Promise.all(this.#reps.map((rep) => rep.leave()));
    this.#screen.close();
  }

  get reconnects(): number {
    return this.#reps.reduce((sum, rep) => sum + rep.reconnects, 0);
  }

  nameOf(repId: string): string {
    const { guest } = this.seats;
    return [...this.#members, guest].find(({ id }) => id === repId)?.name ?? repId;
  }

  #postLead(): void {
    const { clock, chance } = this.#deps;
    this.#nextLead = clock.after(chance.between(...LEAD_EVERY_MS), () => this.#postLead());
    const lead = inventLead(chance, ++this.#leads);
    const posting = this.#post(lead);
    this.#posting.add(posting);
    void posting.finally(() => this.#posting.delete(posting));
  }

  async #post(lead: ReturnType<typeof inventLead>): Promise<void> {
    const { id } = await this.#source.post<{ id: string }>('/leads', lead);
    this.#companies.set(id, lead.company.name);
    this.book.expect(id);
  }

  #raceOver(race: Race): void {
    this.#deps.onRace(race, this.#companies.get(race.leadId) ?? race.leadId);
    this.#companies.delete(race.leadId);
  }
}
