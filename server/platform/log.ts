/**
 * Logs carry ids, codes and numbers, and nothing else: a field that is not on the list below is
 * dropped, so that no payload, name, phone number or token can reach a log by accident.
 */
import { pino } from 'pino';

/** Every field a log line may have. Values must be strings of id or code shape, numbers or booleans. */
const ALLOWED = [
  'requestId',
  'method',
  'route',
  'status',
  'ms',
  'code',
  'field',
  'role',
  'subjectId',
  'leadId',
  'offerId',
  'repId',
  'teamId',
  'tokenId',
  'deadlineId',
  'kind',
  'reason',
  'rule',
  'count',
  'lane',
  'pid',
  'port',
  'host',
  'version',
  'generation',
  'epoch',
  'seq',
  'event',
  'signal',
  'cell',
  'afterMs',
] as const;

export type LogFields = Partial<Record<(typeof ALLOWED)[number], string | number | boolean | null>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** `error` adds the error's name, code and stack lines; never its message, which may quote input. */
  error(message: string, fields?: LogFields, error?: unknown): void;
}

const allowed = new Set<string>(ALLOWED);
/** An id, a code, a route: no spaces, no @. What is longer or has other characters may be somebody's words. */
const CODE = /^[\w:.*/[\]-]{1,100}$/;
const codeOr = (value: string) => (CODE.test(value) ? value : '(text)');

/** What may be written of the fields given: known names, values of the shape of a code. */
export function allowListed(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!allowed.has(name)) continue;
    if (typeof value === 'string') kept[name] = codeOr(value);
    else if (value === null || typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
  }
  return kept;
}

function aboutError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return {};
  const { message, stack = '' } = error;
  // The stack begins with the message, which may quote input, line breaks and all.
  const frames = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8);
  const code = (error as { code?: unknown }).code;
  return {
    error: codeOr(error.name),
    errorCode: typeof code === 'string' ? codeOr(code) : undefined,
    stack: frames.map((line) => line.trim()),
  };
}

/** Lines of JSON to `destination` (standard output unless a test says otherwise). */
export function createLog(level: string, destination?: { write(line: string): void }): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const sink = destination === undefined ? pino(options) : pino(options, destination);
  return {
    debug: (message, fields = {}) => sink.debug(allowListed(fields), message),
    info: (message, fields = {}) => sink.info(allowListed(fields), message),
    warn: (message, fields = {}) => sink.warn(allowListed(fields), message),
    error: (message, fields = {}, error) => sink.error({ ...allowListed(fields), ...aboutError(error) }, message),
  };
}
