/**
 * Claim races: each lead is tried by `racers` reps at once. Product and bare race take turns in one
 * run, so that their ratio holds on a machine whose speed drifts. A fast wrong answer fails: every race
 * has one winner, and every loser is told that winner.
 */
import { createSambarClient, type SambarClient } from '../../client-sdk/src/sambar-client.ts';
import { type Subject, startBaseline, startProduct } from '../subject.ts';

export interface RaceOptions {
  racers: number;
  leads: number;
  rounds: number;
  redisUrl: string | undefined;
  onProgress(done: number, total: number): void;
}

export interface RoundFigures {
  subject: string;
  claims: number;
  cpuMicrosPerClaim: number;
  claimsPerSecond: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
}

export interface RaceResult {
  scenario: 'race';
  racers: number;
  leadsPerRound: number;
  rounds: RoundFigures[];
  /** Median over the rounds of product ÷ bare race. */
  cpuRatio: number;
  doubleWins: number;
  losersMisled: number;
}

interface Racer {
  id: string;
  client: SambarClient;
}

const ADMIN_KEY = 'load-test-admin-key-0123456789';

export function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

async function post<T>(url: string, path: string, body: unknown): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function connect(url: string, token: string): Promise<SambarClient> {
  const client = createSambarClient({ url, token, socketOptions: { transports: ['websocket'] } });
  const live = new Promise<void>((resolve) => client.onState((state) => state.kind === 'live' && resolve()));
  client.connect();
  await live;
  return client;
}

/** Reps of the product; the bare race takes any token. */
async function gather(subject: Subject, racers: number): Promise<Racer[]> {
  return Promise.all(
    Array.from({ length: racers }, async (_, n) => {
      if (subject.databaseFile === null) return { id: `rep_${n}`, client: await connect(subject.url, `rep_${n}`) };
      const rep = await post<{ id: string }>(subject.url, '/v1/reps', {
        name: `Rep ${n}`,
        email: `rep${n}@example.com`,
      });
      const { token } = await post<{ token: string }>(subject.url, `/v1/reps/${rep.id}/tokens`, {});
      return { id: rep.id, client: await connect(subject.url, token) };
    }),
  );
}

interface Judged {
  wins: number;
  misled: number;
  timesMs: number[];
}

/** One lead: everybody claims at the alert; the answers are checked against each other. */
async function race(subject: Subject, racers: Racer[], n: number): Promise<Judged> {
  const offers = racers.map(
    ({ client }) =>
      new Promise<{ leadId: string; offerId: string }>((resolve) => {
        const stop = client.onAlert((card) => {
          stop();
          resolve(card);
        });
      }),
  );
  await post(subject.url, '/v1/leads', {
    source: 'web form',
    company: { name: `PT Uji ${n}`, size: 120 },
    contact: { name: 'Dewi', title: 'IT Manager' },
  });
  const timesMs: number[] = [];
  const verdicts = await Promise.all(
    racers.map(async ({ client }, r) => {
      const { leadId, offerId } = (await offers[r]) ?? { leadId: '', offerId: '' };
      const startMs = performance.now();
      const verdict = await client.claim({ leadId, offerId });
      timesMs.push(performance.now() - startMs);
      return verdict;
    }),
  );
  const winners = racers.filter((_, r) => verdicts[r]?.verdict === 'won');
  const misled = verdicts.filter((verdict) => verdict.verdict === 'lost' && verdict.winner.id !== winners[0]?.id);
  return { wins: winners.length, misled: misled.length, timesMs };
}

async function round(
  subject: Subject,
  racers: Racer[],
  leads: number,
): Promise<{ figures: RoundFigures; judged: Judged[] }> {
  const cpuBefore = subject.cpuSeconds();
  const startMs = performance.now();
  const judged: Judged[] = [];
  for (let n = 0; n < leads; n++) judged.push(await race(subject, racers, n));
  const seconds = (performance.now() - startMs) / 1000;
  const claims = leads * racers.length;
  const sorted = judged.flatMap(({ timesMs }) => timesMs).sort((a, b) => a - b);
  const figures = {
    subject: subject.name,
    claims,
    cpuMicrosPerClaim: Math.round(((subject.cpuSeconds() - cpuBefore) * 1e6) / claims),
    claimsPerSecond: Math.round(claims / seconds),
    p50Ms: quantile(sorted, 0.5),
    p90Ms: quantile(sorted, 0.9),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? 0,
  };
  return { figures, judged };
}

export async function runRace(options: RaceOptions): Promise<RaceResult> {
  const product = await startProduct({ adminKey: ADMIN_KEY, redisUrl: options.redisUrl });
  const bare = await startBaseline('bare-race');
  const teams = new Map<Subject, Racer[]>();
  try {
    for (const subject of [product, bare]) teams.set(subject, await gather(subject, options.racers));
    const rounds: RoundFigures[] = [];
    const judged: Judged[] = [];
    const ratios: number[] = [];
    for (let n = 0; n < options.rounds; n++) {
      const pair = [];
      for (const subject of [product, bare]) {
        const done = await round(subject, teams.get(subject) ?? [], options.leads);
        pair.push(done.figures);
        judged.push(...done.judged);
        options.onProgress(rounds.push(done.figures), options.rounds * 2);
      }
      ratios.push((pair[0]?.cpuMicrosPerClaim ?? 0) / Math.max(1, pair[1]?.cpuMicrosPerClaim ?? 1));
    }
    return {
      scenario: 'race',
      racers: options.racers,
      leadsPerRound: options.leads,
      rounds,
      cpuRatio: quantile(
        ratios.sort((a, b) => a - b),
        0.5,
      ),
      doubleWins: judged.filter(({ wins }) => wins !== 1).length,
      losersMisled: judged.reduce((sum, { misled }) => sum + misled, 0),
    };
  } finally {
    for (const racers of teams.values()) for (const { client } of racers) client.close();
    await Promise.all([product.end(), bare.end()]);
  }
}
