/**
 * Who may import whom. Each rule names the files it is about and what they may not import; the first
 * sentence of a rule is what a failure says. What is exempt is in the two tables below, with reasons.
 */
import type { Import } from './source.ts';

export interface ImportRule {
  says: string;
  forbids(one: Import): boolean;
}

const CAPABILITIES = [
  'leads',
  'scoring',
  'distribution',
  'routing',
  'claims',
  'alerts',
  'points',
  'leaderboard',
  'people',
  'deadlines',
  'ledger',
  'policy',
  'fairness',
  'sla',
  'tiers',
  'quota',
  'insights',
  'okr',
];

/** What a capability may import of a sibling: the words that all of them use. */
export const SHARED_LANGUAGE: Record<string, string> = {
  'server/policy/policy-rules.ts': 'the document of rules is the input of every pure rule',
  'server/policy/routing-policy.ts': 'the rules of routing are the input of its pure evaluation',
  'server/policy/mix-policy.ts': 'the shares of a mix are the input of its pure evaluation',
  'server/policy/hours-rules.ts': 'when a team works: pure, over that document',
  'server/tiers/tier-rules.ts': 'below how many a ranking says nothing: pure, and said in the words of that document',
  'server/claims/arbiter.ts': 'the vocabulary of an offer (lanes, limits, counters), as types',
  'server/claims/limits.ts': 'pure arithmetic that both referees must share',
};

/** Packages behind one file, so that replacing one is one file's work. Types may travel where it says so. */
export const HOMES: Record<string, { home: RegExp; typesElsewhere?: true }> = {
  'better-sqlite3': { home: /^server\/platform\/sqlite\.ts$/, typesElsewhere: true },
  ioredis: { home: /^server\/platform\/redis\.ts$/, typesElsewhere: true },
  'prom-client': { home: /^server\/platform\/metrics\.ts$/ },
  pino: { home: /^server\/platform\/log\.ts$/ },
  'socket.io': { home: /^server\/platform\/sockets\.ts$/, typesElsewhere: true },
  fastify: { home: /^server\/platform\/http\.ts$/, typesElsewhere: true },
  'temporal-polyfill': { home: /^server\/kernel\/calendar\.ts$/ },
  'close-with-grace': { home: /^server\/main\.ts$/ },
  'drizzle-orm': {
    home: /^server\/(platform\/|rebuild\/|[a-z]+\/(schema|leads|[a-z-]+-(store|reader))\.ts$)/,
  },
  'socket.io-client': { home: /^client-sdk\/src\/connection\.ts$/ },
};

/** At most one file may import these at all; which one is its author's business. Baselines are no part of the product. */
export const ONE_FILE = ['redlock'];

const zoneOf = (path: string) => /^(server|client-sdk)\/([^/]+)\//.exec(path)?.[2] ?? '';
const isPackage = (to: string) => !/^(server|client-sdk|web|tools|loadtest|demo|scripts|test)\//.test(to);
const isNodeModule = (to: string) => to.startsWith('node:');
const isCapability = (path: string) => path.startsWith('server/') && CAPABILITIES.includes(zoneOf(path));
/**
 * The files that put the parts together: the top of server/, the process made of sockets alone, the
 * rebuild, which must see every table to fold the record into it, and what-if, which opens a whole house in memory.
 */
const isAssembly = (path: string) => /^server\/([^/]+\.ts$|gateway\/|rebuild\/|whatif\/)/.test(path);
const isProtocol = (path: string) => path.startsWith('client-sdk/protocol/');
const isTestFile = (path: string) => path.startsWith('test/') || path.endsWith('.test.ts');
const isBaseline = (path: string) => path.startsWith('loadtest/baselines/');
const isEdge = (path: string) => /-(routes|sockets)\.ts$/.test(path);

/** A rule about product files alone; tests may look anywhere except at `main`. */
function about(from: RegExp, forbids: (one: Import) => boolean, says: string): ImportRule {
  return { says, forbids: (one) => from.test(one.file) && !isTestFile(one.file) && forbids(one) };
}

const assemblyRules: ImportRule[] = [
  { says: 'nothing imports main', forbids: ({ to }) => to === 'server/main.ts' },
  {
    says: 'only main, tools and tests import compose; its own parts know its types',
    forbids: ({ file, to, typeOnly }) =>
      to === 'server/compose.ts' &&
      !/^(server\/main\.ts$|tools\/|test\/)/.test(file) &&
      !(typeOnly && isAssembly(file)),
  },
  about(
    /^server\//,
    ({ file, to }) => isAssembly(to) && !isAssembly(file),
    'nothing below imports the files that assemble',
  ),
  {
    says: 'an import names its file: a computed one cannot be checked',
    forbids: ({ file, to }) => to === '(computed)' && !isTestFile(file),
  },
  {
    says: 'every folder of server/ is known here as a capability or a layer',
    forbids: ({ file }) =>
      /^server\/[^/]+\//.test(file) &&
      !isCapability(file) &&
      !/^server\/(flow|gateway|rebuild|whatif|platform|kernel)\//.test(file),
  },
];

const flowRules: ImportRule[] = [
  about(
    /^server\/flow\//,
    ({ to, typeOnly }) => to.startsWith('server/platform/') && !typeOnly,
    'flow takes what the platform gives as arguments: import its types alone',
  ),
  about(
    /^server\/flow\//,
    // Hashing is arithmetic; chance from the same module is refused by ambient.test.ts.
    ({ to }) => isPackage(to) && to !== 'node:crypto',
    'flow knows no package: what it needs is passed in',
  ),
  about(/^server\/flow\//, ({ to }) => isEdge(to), 'flow does not know the edges'),
  about(
    /^server\/flow\/[^/]+\.ts$/,
    ({ to, typeOnly }) => /-store\.ts$/.test(to) && !typeOnly,
    'flow writes through the ledger: of a store it may import types alone',
  ),
  about(
    /^server\/flow\/transactions\//,
    ({ to, typeOnly }) =>
      !typeOnly &&
      !/(^server\/flow\/transactions\/|-(store|rules|contribution)\.ts$|^server\/kernel\/|^server\/claims\/limits\.ts$)/.test(
        to,
      ),
    'a transaction is made of stores and pure functions',
  ),
];

const capabilityRules: ImportRule[] = [
  {
    says: 'a capability does not know its siblings',
    forbids: ({ file, to }) =>
      isCapability(file) &&
      !isTestFile(file) &&
      isCapability(to) &&
      zoneOf(file) !== zoneOf(to) &&
      !(to in SHARED_LANGUAGE),
  },
  {
    says: 'a capability knows no flow',
    forbids: ({ file, to }) => isCapability(file) && !isTestFile(file) && to.startsWith('server/flow/'),
  },
  {
    says: 'of the platform a capability imports types and statement; its edges also http, problem and sockets, the ledger sqlite, migrate, whole-file, processes and thread',
    forbids({ file, to, typeOnly }) {
      if (!isCapability(file) || isTestFile(file) || typeOnly || !to.startsWith('server/platform/')) return false;
      if (to === 'server/platform/statement.ts') return false;
      if (isEdge(file) && /\/(http|problem|sockets)\.ts$/.test(to)) return false;
      return !(zoneOf(file) === 'ledger' && /\/(sqlite|migrate|whole-file|processes|thread)\.ts$/.test(to));
    },
  },
  about(
    /(\/schema|-store)\.ts$/,
    ({ to, typeOnly }) => !typeOnly && (to === 'zod' || isProtocol(to)),
    "the ledger's thread judges no message: a table or a store imports the protocol as types, or each start loads zod twice",
  ),
  about(
    /-rules\.ts$/,
    // zod says what a document of rules looks like, which is pure.
    ({ to }) =>
      (isPackage(to) && to !== 'zod') ||
      to.startsWith('server/platform/') ||
      /-(store|reader|routes|sockets)\.ts$|\/schema\.ts$/.test(to),
    'rules are pure: no I/O, no packages but zod, no tables',
  ),
];

const layerRules: ImportRule[] = [
  about(
    /^server\/platform\//,
    ({ to }) => isCapability(to) || to.startsWith('server/flow/'),
    'the platform knows no capability',
  ),
  about(
    /^server\/kernel\//,
    ({ to, typeOnly }) =>
      !to.startsWith('server/kernel/') &&
      !(typeOnly && isProtocol(to)) &&
      !['temporal-polyfill', 'node:crypto'].includes(to),
    'the kernel imports nothing but types of the protocol (and the time-zone library and chance, in their homes)',
  ),
  about(/^client-sdk\//, ({ to }) => to.startsWith('server/'), 'the client never sees the server'),
  about(
    /^client-sdk\/protocol\//,
    ({ to }) => !isProtocol(to) && to !== 'zod',
    'the protocol is made of zod and itself',
  ),
  about(
    /^(client-sdk\/src|web)\//,
    ({ to, typeOnly }) => !typeOnly && (to === 'zod' || (isProtocol(to) && !to.endsWith('/version.ts'))),
    'zod must not reach a phone (90 kB): import the protocol as types',
  ),
  about(
    /^web\/(?!.*\.config\.ts$)/,
    ({ to }) => /^(server|tools|loadtest|scripts|test)\//.test(to) || isNodeModule(to),
    'web sees only client-sdk',
  ),
  about(
    /^loadtest\//,
    ({ to }) => to.startsWith('server/') && !/^server\/(claims\/|kernel\/|platform\/redis\.ts$)/.test(to),
    'the load tester sees only client-sdk; its arbiter scenario takes the claims, and the connection they run on',
  ),
];

const packageRules: ImportRule[] = [
  {
    says: 'this package has one home',
    forbids({ file, to, typeOnly }) {
      const rule = HOMES[to];
      if (rule === undefined || isTestFile(file) || !/^(server|client-sdk|web)\//.test(file)) return false;
      return !rule.home.test(file) && !(typeOnly && rule.typesElsewhere === true);
    },
  },
  {
    says: 'waiting has one home: Clock.after',
    forbids: ({ file, to }) => /^node:timers/.test(to) && !/^(tools|scripts|loadtest)\//.test(file),
  },
];

export const IMPORT_RULES: readonly ImportRule[] = [
  ...assemblyRules,
  ...flowRules,
  ...capabilityRules,
  ...layerRules,
  ...packageRules,
];

/** One sentence for each import that a rule forbids. */
export function brokenImports(imports: readonly Import[]): string[] {
  const broken = imports.flatMap((one) =>
    IMPORT_RULES.filter((rule) => rule.forbids(one)).map(
      ({ says }) => `${one.file}:${one.line} imports ${one.to}: ${says}`,
    ),
  );
  for (const name of ONE_FILE) {
    const files = new Set(
      imports.filter(({ to, file }) => to === name && !isTestFile(file) && !isBaseline(file)).map(({ file }) => file),
    );
    if (files.size > 1) broken.push(`${[...files].join(', ')} import ${name}: it belongs behind one file`);
  }
  return broken;
}
