/** What must be true of a server's file after a replay, and after its current state was lost and folded anew. */
import { isDeepStrictEqual } from 'node:util';
import { boardMetric, boardPeriod } from '../../client-sdk/protocol/down.ts';
import { Api, type BoardRow } from '../../client-sdk/src/sambar-client.ts';
import { openWriter } from '../../server/platform/sqlite.ts';
import { writeRebuild } from '../commands/rebuild.ts';
import type { ServerProcess } from '../simulation/server-process.ts';

/** The longest list that a board gives. */
const TOP = 100;

/** Everything that `rebuild` must be able to bring back. */
const LOSSES = [
  `UPDATE leads SET status = 'waiting', stage = NULL`,
  'DELETE FROM ownerships',
  `UPDATE offers SET state = 'closed', close_reason = 'expired', ended_at = 0`,
  'DELETE FROM counters',
  'DELETE FROM rep_days',
];

async function allBoards({ url, adminKey }: ServerProcess): Promise<Record<string, BoardRow[]>> {
  const api = new Api({ url, token: adminKey });
  const boards: Record<string, BoardRow[]> = {};
  for (const metric of boardMetric.options) {
    for (const period of boardPeriod.options) {
      const { rows } = await api.get<{ rows: BoardRow[] }>(`/leaderboards/${metric}?period=${period}&top=${TOP}`);
      boards[`${metric} ${period}`] = rows;
    }
  }
  return boards;
}

/**
 * Whether every board shows the same after the file lost its current state and was rebuilt from its
 * record. The server is stopped and started again; its file is a throw-away one.
 */
export async function boardsSurviveRebuild(server: ServerProcess, isJson: boolean): Promise<boolean> {
  const before = await allBoards(server);
  await server.stop();
  const { sqlite } = openWriter(server.databaseFile);
  for (const loss of LOSSES) sqlite.exec(loss);
  sqlite.close();
  await writeRebuild(server.databaseFile, isJson);
  await server.start();
  return isDeepStrictEqual(await allBoards(server), before);
}
