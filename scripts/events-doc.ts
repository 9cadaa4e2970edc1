/**
 * Writes docs/events.md from the schemas of client-sdk/protocol: `npm run docs:events`. A test compares
 * the two, and the tables below must name every event (a missing one is a type error).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import * as down from '../client-sdk/protocol/down.ts';
import * as up from '../client-sdk/protocol/up.ts';
import { verdict } from '../client-sdk/protocol/verdict.ts';
import { PROTOCOL_VERSION } from '../client-sdk/protocol/version.ts';

export const EVENTS_DOC_FILE = fileURLToPath(new URL('../docs/events.md', import.meta.url));

interface Entry {
  schema: z.ZodType;
  about: string;
  /** What the ack carries, as the heading of its schema; undefined: no ack is needed. */
  ack?: string;
}

export const DOWN = {
  'lead:alert': {
    schema: down.leadAlert,
    about:
      'A lead is up, or a lane of it has opened: the same bytes for every rep of the lane. Contact details never travel before the claim.',
  },
  'lead:listed': {
    schema: down.leadListed,
    about: 'A lead is in the queue of these reps: claimable as an alerted one, and no alert. Show it, and do not ring.',
  },
  'lead:upcoming': {
    schema: down.leadUpcoming,
    about: 'To connected reps whose lane opens later: no word about the lead.',
  },
  'lead:window': {
    schema: down.leadWindow,
    about: 'A lane opens earlier, or the offer closes later. Never the other way round.',
  },
  'lead:taken': {
    schema: down.leadTaken,
    about:
      'To everyone who was alerted or shown the offer and did not win, after the win is on disk. `by.name` is null where the team hides names.',
  },
  'lead:withdrawn': {
    schema: down.leadWithdrawn,
    about: 'The offer ended without a winner; or, with reason `won`, this rep has just won it, for its other devices.',
  },
  'pool:snapshot': {
    schema: down.poolSnapshot,
    about:
      'On each connect: what is open to this rep, and what opens later. Drop every `lead:*` whose `id` is not above `upTo`.',
  },
  'lead:assigned': {
    schema: down.leadAssigned,
    about: 'The rep owns a lead without having raced for it.',
  },
  'tier:changed': {
    schema: down.tierChanged,
    about:
      'The rep has another tier, with the figures behind it (null where a manager set it); open offers keep their lanes.',
  },
  'priority:soon': {
    schema: down.prioritySoon,
    about:
      "The rep's own priority window begins soon (five minutes ahead, unless the policy says otherwise): in it new leads come to this rep first.",
  },
  'points:awarded': {
    schema: down.pointsAwarded,
    about: "One entry of the rep's points, negative when it takes back an earlier one. `balance` is the sum after it.",
  },
  'board:delta': {
    schema: down.boardState,
    about:
      'The whole top list of a watched board as it now stands. On a gap in `seq`, or a new `epoch`, watch again. A client that does not keep up gets the latest alone.',
  },
  'wall:feed': {
    schema: down.wallFeed,
    about: 'What a wallboard shows beside the ranks: at most four a second, and every 10 s when nothing changes.',
  },
  'auth:expiring': {
    schema: down.authExpiring,
    about: 'The token of this socket ends then, and the socket with it.',
  },
  'server:draining': {
    schema: down.serverDraining,
    about:
      'The server is stopping: come back after this long. Each socket is told a time of its own, so that not all come at once; if the link breaks before it is closed, the time holds all the same. Claims sent until then are answered, most with `retry`.',
  },
} satisfies Record<keyof down.DownEvents, Entry>;

export const UP = {
  'lead:claim': {
    schema: up.leadClaim,
    about:
      'Make `requestId` before the first try and keep it for every retry of the same tap. Without `offerId`: the offer of this lead the rep was last alerted to, else the open one.',
    ack: 'The verdict',
  },
  'lead:delivered': {
    schema: up.leadDelivered,
    about: 'On receipt of alerts; may be gathered for 200 ms.',
  },
  'lead:seen': { schema: up.leadSeen, about: 'The rep has the alert on the screen.' },
  'pool:sync': { schema: up.poolSync, about: 'Asks for a fresh snapshot.', ack: '`pool:snapshot`' },
  'board:watch': {
    schema: up.boardWatch,
    about: 'Subscribes to a board; then `board:delta`.',
    ack: '`board:delta`',
  },
  'board:unwatch': { schema: up.boardUnwatch, about: 'Ends a subscription.', ack: '`{ok: true}`' },
  'wall:watch': {
    schema: up.wallWatch,
    about: 'Subscribes to the public feed; then `wall:feed`.',
    ack: '`wall:feed`',
  },
} satisfies Record<keyof up.UpEvents, Entry>;

interface Json {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Json[];
  oneOf?: Json[];
  properties?: Record<string, Json>;
  required?: string[];
  items?: Json;
  additionalProperties?: Json | boolean;
  [bound: string]: unknown;
}

const jsonOf = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;

/** A schema in the words of TypeScript: short, and read without a manual. */
function typeOf(json: Json): string {
  if (json.const !== undefined) return JSON.stringify(json.const);
  if (json.enum !== undefined) return json.enum.map((value) => JSON.stringify(value)).join(' or ');
  const either = json.anyOf ?? json.oneOf;
  if (either !== undefined) return [...new Set(either.map(typeOf))].join(' or ');
  if (json.type === 'array') return `array of ${typeOf(json.items ?? {})}`;
  if (json.properties !== undefined) {
    const inside = Object.entries(json.properties).map(
      ([name, value]) => `${name}${json.required?.includes(name) ? '' : '?'}: ${typeOf(value)}`,
    );
    return `{${inside.join(', ')}}`;
  }
  return Array.isArray(json.type) ? json.type.join(' or ') : (json.type ?? 'any');
}

const BOUNDS: Record<string, string> = {
  minLength: 'at least N characters',
  maxLength: 'at most N characters',
  minimum: 'at least N',
  maximum: 'at most N',
  minItems: 'at least N of them',
  maxItems: 'at most N of them',
  pattern: 'matching N',
  default: 'default N',
};

function boundsOf(json: Json): string {
  const told = Object.entries(BOUNDS).flatMap(([bound, words]) => {
    const value = json[bound];
    if (value === undefined) return [];
    const text = typeof value === 'string' ? `\`${value}\`` : JSON.stringify(value);
    return [words.replace('N', () => text)];
  });
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

function fields(json: Json): string {
  const rows = Object.entries(json.properties ?? {}).map(([name, value]) => {
    const optional = json.required?.includes(name) ? '' : ' (may be absent)';
    const text = `${typeOf(value)}${boundsOf(value)}`.replaceAll('|', '\\|');
    return `| \`${name}\`${optional} | ${text} |\n`;
  });
  return rows.length === 0 ? 'No members: send `{}`.\n' : `| member | type |\n| --- | --- |\n${rows.join('')}`;
}

function section(event: string, { schema, about, ack }: Entry, io: 'input' | 'output'): string {
  const answer = ack === undefined ? '' : `\nAck: ${ack}, or \`{error: {code, field?, message}}\`.\n`;
  return `### \`${event}\`\n\n${about}\n\n${fields(jsonOf(schema, io))}${answer}`;
}

function verdicts(): string {
  const kinds = (jsonOf(verdict, 'output').oneOf ?? jsonOf(verdict, 'output').anyOf ?? []) as Json[];
  const lead = kinds.find(({ properties }) => properties?.lead !== undefined)?.properties?.lead ?? {};
  const parts = kinds.map((kind) => {
    const { verdict: name, ...members } = kind.properties ?? {};
    // The lead is told once, below: it would hide the rest of the verdict here.
    if (members.lead !== undefined) members.lead = { type: 'the lead, as below' };
    return `### \`${String(name?.const)}\`\n\n${fields({ ...kind, properties: members })}`;
  });
  return `${parts.join('\n')}\n### The lead\n\nWith contact details: its owner and its managers alone see this.\n\n${fields(lead)}`;
}

export function eventsDoc(): string {
  const sections = (entries: Record<string, Entry>, io: 'input' | 'output') =>
    Object.entries(entries)
      .map(([event, entry]) => section(event, entry, io))
      .join('\n');
  return `# Socket events

Written by \`npm run docs:events\` from \`client-sdk/protocol\`; do not edit. Protocol version ${PROTOCOL_VERSION}.

Socket.IO, default namespace, handshake \`auth: {token}\`. Delivery is at most once: a client that comes
back asks for what it missed (\`pool:snapshot\` comes by itself), and sends a claim again with the same
\`requestId\`. A frame that cannot be read, is too large (16 KiB) or is not allowed is answered with
\`{error: {code, field?, message}}\` and never ends the connection. Times are ISO 8601 UTC. The calls over
HTTP are in \`/docs\` and \`/openapi.json\` of a running server.

## From the server

${sections(DOWN, 'output')}
## From the client

${sections(UP, 'input')}
## The verdict

Always an ack, never an event. \`won\` and \`lost\` are final for the offer; every other verdict is judged
anew when the rep asks again.

${verdicts()}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(dirname(EVENTS_DOC_FILE), { recursive: true });
  writeFileSync(EVENTS_DOC_FILE, eventsDoc());
  console.log(`wrote ${EVENTS_DOC_FILE}`);
}
