/**
 * The only reader of the environment. Every variable is described once here; `.env.example` is
 * printed from this list and a test compares the two. A wrong environment is reported whole, one line
 * a variable, and the process does not start.
 */
import { BlockList } from 'node:net';
import { z } from 'zod';
import { addRange } from './platform/addresses.ts';

export type Role = 'all' | 'gateway' | 'ledger';

export interface Config {
  port: number;
  host: string;
  databaseFile: string;
  redisUrl: string | null;
  /** Names this company's keys in Redis; one cell is one company. */
  cell: string;
  role: Role;
  /** Wait for the file while another process has it, instead of refusing to start. */
  standby: boolean;
  adminApiKey: string | null;
  appSecret: string | null;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  publicUrl: string | null;
  /** How long a stop may take. */
  drainMs: number;
  /** Addresses and ranges of proxies whose word on a caller's address is taken. */
  trustedProxies: readonly string[];
  limits: { failedSignInsPerMinute: number; leadsPerMinute: number; socketsPerAddress: number };
}

interface Variable {
  name: string;
  example: string;
  about: string;
  schema: z.ZodType;
}

const aLimit = z.coerce.number({ error: 'must be a number' }).int().min(1).max(10_000_000);
const optionalText = z.string().trim().min(1).optional();

const VARIABLES: Variable[] = [
  {
    name: 'PORT',
    example: '3000',
    about: 'TCP port of HTTP and sockets; 0 takes a free one and prints it.',
    schema: z.coerce.number({ error: 'must be a number' }).int().min(0).max(65_535).default(3000),
  },
  {
    name: 'HOST',
    example: '127.0.0.1',
    about: 'Address to listen on; 0.0.0.0 lets other machines in.',
    schema: z.string().min(1).default('127.0.0.1'),
  },
  {
    name: 'DATABASE_FILE',
    example: './data/sambar.db',
    about: 'The SQLite file; its folder is made when it is missing.',
    schema: z.string().min(1).default('./data/sambar.db'),
  },
  {
    name: 'REDIS_URL',
    example: '',
    about: 'redis://host:port/db. Unset: the embedded arbiter, one process.',
    schema: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// URL' }).optional(),
  },
  {
    name: 'CELL',
    example: 'sambar',
    about: "Name of this company's keys in Redis: letters, digits and dashes.",
    schema: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'must be letters, digits and dashes')
      .default('sambar'),
  },
  {
    name: 'ROLE',
    example: 'all',
    about: 'all; gateway (sockets only, needs REDIS_URL, no database); ledger (database, no sockets).',
    schema: z.enum(['all', 'gateway', 'ledger']).default('all'),
  },
  {
    name: 'STANDBY',
    example: 'false',
    about:
      'true: while another server has the file, wait for it and end it when it hangs (docs/scaling.md). false: refuse.',
    schema: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
  },
  {
    name: 'ADMIN_API_KEY',
    example: '',
    about: 'An admin key accepted from the first start (24 characters or more). Unset: one is made and printed once.',
    schema: z.string().min(24, 'must have 24 characters or more').optional(),
  },
  {
    name: 'APP_SECRET',
    example: '',
    about: 'Signs links (32 characters or more). Unset: made once and kept beside the database.',
    schema: z.string().min(32, 'must have 32 characters or more').optional(),
  },
  {
    name: 'LOG_LEVEL',
    example: 'info',
    about: 'fatal, error, warn, info, debug or silent.',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  },
  {
    name: 'PUBLIC_URL',
    example: '',
    about: 'Where people reach this server, for links: https://sambar.example.co.id. Unset: host and port.',
    schema: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  },
  {
    name: 'DRAIN_SECONDS',
    example: '5',
    about: 'How long a stop may take: claims in flight are answered first; what is not done by then is cut.',
    schema: z.coerce.number({ error: 'must be a number' }).min(1, 'must be 1 or more').max(60).default(5),
  },
  {
    name: 'TRUST_PROXY',
    example: '',
    about:
      'Addresses or ranges of your proxies, with commas: 127.0.0.1,10.0.0.0/8. The limits below then count the callers they name.',
    schema: z
      .string()
      .transform((text) => text.split(',').map((range) => range.trim()))
      .refine((ranges) => ranges.every((range) => addRange(new BlockList(), range)), 'must be addresses or ranges')
      .optional(),
  },
  {
    name: 'SIGN_IN_FAILURES_PER_MINUTE',
    example: '60',
    about:
      'Tokens, invites and links that are none, from one address, until it is told to wait (429). Not from this machine.',
    schema: aLimit.default(60),
  },
  {
    name: 'LEADS_PER_MINUTE',
    example: '60000',
    about: 'Leads from one source, or from one address, until it is told to wait (429). An admin key has no limit.',
    schema: aLimit.default(60_000),
  },
  {
    name: 'SOCKETS_PER_ADDRESS',
    example: '5000',
    about: 'Sockets one address may hold. Not from this machine.',
    schema: aLimit.default(5_000),
  },
];

export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly code = 'wrongEnvironment';
  readonly lines: string[];

  constructor(lines: string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/**
 * Turns an environment into a frozen configuration.
 * @throws ConfigError with one line for each wrong variable.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const variable of VARIABLES) {
    const given = optionalText.parse(env[variable.name]?.trim() || undefined);
    const parsed = variable.schema.safeParse(given);
    if (parsed.success) values[variable.name] = parsed.data ?? null;
    else wrong.push(`${variable.name}: ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
  }
  if (values.ROLE === 'gateway' && values.REDIS_URL === null) {
    wrong.push('ROLE: gateway needs REDIS_URL');
  }
  if (values.ROLE === 'ledger' && values.REDIS_URL === null) {
    wrong.push('ROLE: ledger needs REDIS_URL');
  }
  if (values.ROLE === 'gateway' && values.STANDBY === true) {
    wrong.push('STANDBY: a gateway has no file to wait for');
  }
  if (wrong.length > 0) throw new ConfigError(wrong);
  return Object.freeze({
    port: values.PORT as number,
    host: values.HOST as string,
    databaseFile: values.DATABASE_FILE as string,
    redisUrl: values.REDIS_URL as string | null,
    cell: values.CELL as string,
    role: values.ROLE as Role,
    standby: values.STANDBY as boolean,
    adminApiKey: values.ADMIN_API_KEY as string | null,
    appSecret: values.APP_SECRET as string | null,
    logLevel: values.LOG_LEVEL as Config['logLevel'],
    publicUrl: values.PUBLIC_URL as string | null,
    drainMs: (values.DRAIN_SECONDS as number) * 1000,
    trustedProxies: (values.TRUST_PROXY as string[] | null) ?? [],
    limits: {
      failedSignInsPerMinute: values.SIGN_IN_FAILURES_PER_MINUTE as number,
      leadsPerMinute: values.LEADS_PER_MINUTE as number,
      socketsPerAddress: values.SOCKETS_PER_ADDRESS as number,
    },
  });
}

/** Reads the process's own environment, after an `.env` file beside it when there is one. */
export function readProcessConfig(): Config {
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return readConfig(process.env);
}

/** The text of `.env.example`. */
export function envExample(): string {
  const blocks = VARIABLES.map(
    ({ name, about, example }) => `# ${about}\n${example === '' ? '# ' : ''}${name}=${example}\n`,
  );
  return `# Copy to .env and change what you need. A variable that is not set has the value shown,\n# or the behaviour described.\n\n${blocks.join('\n')}`;
}
