/** One lead, racers who have all been alerted to it, and how its race must end. */
import { expect } from 'vitest';
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import { brokenRules, History } from '../../tools/oracle/history.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import { ADMIN_KEY } from '../support/app.ts';
import { type Program, type ServerProcess, startServer } from '../support/server-process.ts';
import { makePeople, markedLead, post, Racer } from './racers.ts';

export const RACERS = 6;

export interface Race {
  server: ServerProcess;
  racers: Racer[];
  history: History;
  file: string;
  leadId: string;
  offerId: string;
}

export function serverOn(file: string, env: Record<string, string>, program?: Program): Promise<ServerProcess> {
  return startServer({ DATABASE_FILE: file, ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent', ...env }, program);
}

/** A server with racers who have all been alerted to one lead, and watch the boards. */
export async function alertedRace(file: string, env: Record<string, string>, program?: Program): Promise<Race> {
  const history = new History();
  const server = await serverOn(file, env, program);
  const racers = (await makePeople(server.url, RACERS)).map((person) => new Racer(person, history));
  const alerted = racers.map(
    (racer) =>
      new Promise<string>((resolve) => {
        racer.onAlert = ({ offerId }) => resolve(offerId);
      }),
  );
  await Promise.all(racers.map((racer) => racer.join(server.url)));
  await Promise.all(racers.map((racer) => racer.watch('points')));
  const { id: leadId } = await post<{ id: string }>(server.url, '/leads', markedLead(1));
  const [offerId] = await Promise.all(alerted);
  return { server, racers, history, file, leadId, offerId: offerId as string };
}

/** Everybody taps once more or still; each answers until its claim is judged. */
export function tapUntilJudged({ racers, ...offer }: Race): Promise<Verdict[]> {
  return Promise.all(racers.map((racer) => racer.claimUntilJudged(`${racer.person.id}-tap`, offer)));
}

/** One won, the others lost to that rep, and the file agrees; answers the winner. */
export function expectOneWinner(verdicts: Verdict[], { racers, history, file, offerId }: Race): string {
  const winner = racers[verdicts.findIndex(({ verdict }) => verdict === 'won')]?.person.id as string;
  expect(verdicts.map(({ verdict }) => verdict).sort()).toEqual([...Array(RACERS - 1).fill('lost'), 'won']);
  expect(brokenRules(history.judge(file, { isOver: true }))).toEqual([]);
  expect(winnerOnFile(file, offerId)).toBe(winner);
  return winner;
}

/** The rep whose claim is on disk; null: nobody's. */
export function winnerOnFile(file: string, offerId: string): string | null {
  using onFile = new OnFile(file);
  return onFile.offer(offerId)?.winner ?? null;
}
