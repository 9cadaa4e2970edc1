/** The operator's tool: commands in, an exit code out. Every command is a file under `commands/`. */
import { Command, CommanderError } from 'commander';
import { addBackup } from './commands/backup.ts';
import { EXIT, type ExitCode, failureOf } from './commands/command.ts';
import { addExport } from './commands/export.ts';
import { addForget } from './commands/forget.ts';
import { addIntegrity } from './commands/integrity.ts';
import { addQuarter } from './commands/quarter.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addReplayLeads } from './commands/replay-leads.ts';
import { addRestore } from './commands/restore.ts';
import { addToken } from './commands/token.ts';
import { addVerify } from './commands/verify.ts';
import { addWhatIf } from './commands/what-if.ts';

const COMMANDS = [
  addVerify,
  addIntegrity,
  addBackup,
  addRestore,
  addRebuild,
  addToken,
  addForget,
  addExport,
  addReplayLeads,
  addQuarter,
  addWhatIf,
];

/** Runs one command line; never rejects. */
export async function runCli(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = new Command('sambar')
    .description('Looks after a Sambar server and its database.')
    .addHelpText('after', '\nExit codes: 0 it is well, 1 the answer is bad, 2 wrong use.')
    .exitOverride()
    .showHelpAfterError('(sambar --help, or sambar help <command>)');
  for (const add of COMMANDS) {
    add(program, (ended) => {
      code = ended;
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    const failure = failureOf(error);
    const { exitCode, message } = failure;
    if (exitCode !== EXIT.ok && argv.includes('--json')) {
      process.stdout.write(`${JSON.stringify({ ok: false, error: { code: failure.code, message } })}\n`);
    }
    // Commander has said its own errors already.
    if (!(error instanceof CommanderError)) process.stderr.write(`${message}\n`);
    return exitCode;
  }
}
