/** `sambar forget`: a person has asked to be forgotten; the race record stays (UU 27/2022). */
import type { Command } from 'commander';
import { createLeadsReader } from '../../server/leads/leads.ts';
import { createOutput } from '../terminal/output.ts';
import {
  adminApi,
  databaseFile,
  EXIT,
  type ExitCode,
  NotFoundError,
  onServerOptions,
  type ServerOptions,
} from './command.ts';
import { onFile } from './on-file.ts';

export function addForget(program: Command, ends: (code: ExitCode) => void): void {
  const command = program
    .command('forget')
    .description("blank a lead's contact details and every free text about it; nothing brings them back")
    .argument('<leadId>', 'the lead');
  onServerOptions(command).action(async (leadId: string, options: ServerOptions) =>
    ends(await forget(leadId, options)),
  );
}

async function forget(leadId: string, options: ServerOptions): Promise<ExitCode> {
  const api = adminApi(options);
  if (api === null) await forgetOnFile(databaseFile(options), leadId);
  else await api.delete(`/leads/${encodeURIComponent(leadId)}/contact`);
  const output = createOutput(options.json);
  if (options.json) output.json({ ok: true, leadId, forgotten: true });
  else output.line(`${leadId} is forgotten`);
  return EXIT.ok;
}

function forgetOnFile(file: string, leadId: string): Promise<void> {
  return onFile(file, async ({ ledger, connection, nowMs }) => {
    if (createLeadsReader(connection.db).row(leadId) === undefined)
      throw new NotFoundError(`there is no lead ${leadId}`);
    await ledger.write('forgetLead', { leadId, actor: 'admin', at: nowMs });
  });
}
