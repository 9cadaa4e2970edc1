/** What every command of `sambar` shares: exit codes, where the database is, and how to reach a server. */
import { existsSync } from 'node:fs';
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { Api, SambarProblem } from '../../client-sdk/src/sambar-client.ts';
import { ConfigError, readProcessConfig } from '../../server/config.ts';
import { DatabaseInUseError } from '../../server/ledger/role-lock.ts';

export const EXIT = { ok: 0, bad: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The tool was asked for something that cannot be asked like this; the message says what to do. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly code = 'wrongUse';
}

/** The answer is no: there is no such lead, rep or token. */
export class NotFoundError extends Error {
  override name = 'NotFoundError';
  readonly code = 'notFound';
}

export interface FileOptions {
  json: boolean;
  file?: string;
}
export interface ServerOptions extends FileOptions {
  url?: string;
  key?: string;
}

/** Adds `--json` and `--file`. */
export function onFileOptions(command: Command): Command {
  return command
    .option('--json', 'one JSON object on standard output, and nothing else there', false)
    .option('--file <path>', 'the database file (default: DATABASE_FILE)');
}

/** Adds `--url` and `--key` as well. */
export function onServerOptions(command: Command): Command {
  return onFileOptions(command)
    .option('--url <address>', 'go through the server that runs at this address')
    .option('--key <admin key>', 'its admin key (default: ADMIN_API_KEY)');
}

/** The file an option or the environment names; it must be there. */
export function databaseFile({ file }: FileOptions): string {
  const path = file ?? readProcessConfig().databaseFile;
  if (!existsSync(path))
    throw new UsageError(`there is no database file ${path}: name it with --file or DATABASE_FILE`);
  return path;
}

/** The admin key for the server of `--url`; null when no server is named. */
export function adminKeyOf({ url, key }: { url?: string; key?: string }): string | null {
  if (url === undefined) {
    if (key !== undefined) throw new UsageError('--key goes with --url');
    return null;
  }
  const adminKey = key ?? readProcessConfig().adminApiKey;
  if (adminKey === null) throw new UsageError('name the admin key with --key or ADMIN_API_KEY');
  return adminKey;
}

/** The administrator's way into the server of `--url`; null when none is named. */
export function adminApi(options: ServerOptions): Api | null {
  const token = adminKeyOf(options);
  return token === null ? null : new Api({ url: options.url ?? '', token });
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}`);
  };
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `15m`, `12h`, `30d` in seconds. */
export function seconds(text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const value = Number(match?.[1]) * (UNIT_SECONDS[match?.[2] ?? ''] ?? 0);
  if (match === null || value < 1) throw new InvalidArgumentError('must be a time such as 90s, 15m, 12h or 30d');
  return value;
}

/** What a failure says, and how the process ends after it. */
export function failureOf(error: unknown): { exitCode: ExitCode; code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage, code: 'wrongUse', message };
  }
  if (error instanceof DatabaseInUseError) {
    return {
      exitCode: EXIT.usage,
      code: error.code,
      message: `${message}: go through it with --url and --key, or stop it first`,
    };
  }
  if (error instanceof UsageError || error instanceof ConfigError)
    return { exitCode: EXIT.usage, code: error.code, message };
  if (error instanceof NotFoundError || error instanceof SambarProblem)
    return { exitCode: EXIT.bad, code: error.code, message };
  const code: unknown = (error as { code?: unknown } | null)?.code;
  return { exitCode: EXIT.bad, code: typeof code === 'string' ? code : 'failed', message };
}
