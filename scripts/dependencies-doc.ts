/**
 * Writes docs/dependencies.md from the lock file: `npm run docs:dependencies`. What is installed with
 * `npm ci --omit=dev`, with version and licence; a licence that is not on the list fails a test.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  /** Set for packages that hold a binary for one platform. */
  os?: string[];
  cpu?: string[];
  dependencies?: Record<string, string>;
}

export interface Dependency {
  name: string;
  version: string;
  licence: string;
  isDirect: boolean;
  isPlatform: boolean;
}

/** Licences that ask for no more than their text and the authors' names. */
export const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
];

/** Packages that are here with another licence, and why that is fine; a name covers its platform packages. */
export const EXCEPTIONS: Record<string, { licence: string; why: string }> = {
  lightningcss: {
    licence: 'MPL-2.0',
    why: 'minifies styles while the pages are built; it is used unchanged and no part of what is served',
  },
};

/** Packages whose licence the lock file does not name: read in the package itself. */
const UNSAID: Record<string, string> = { 'xmlhttprequest-ssl': 'MIT' };

export function lockedPackages(): Record<string, Locked> {
  return (JSON.parse(readFileSync(fileOf('package-lock.json'), 'utf8')) as { packages: Record<string, Locked> })
    .packages;
}

export function productionDependencies(packages: Record<string, Locked> = lockedPackages()): Dependency[] {
  const direct = Object.keys(packages['']?.dependencies ?? {});
  const found = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version = '', license, os, cpu }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const isDirect = direct.includes(name) && path === `node_modules/${name}`;
      const isPlatform = os !== undefined || cpu !== undefined;
      return { name, version, licence: license ?? UNSAID[name] ?? 'unknown', isDirect, isPlatform };
    });
  return found.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** Whether an SPDX expression can be met by permissive licences alone: one side of each OR, both of an AND. */
export function isPermissive(expression: string): boolean {
  const either = expression.replace(/[()]/g, '').split(/ OR /);
  return either.some((all) => all.split(/ AND /).every((licence) => PERMISSIVE.includes(licence.trim())));
}

/** `name version: licence` of each package that neither is permissive nor has a reason to stay. */
export function unwelcome(dependencies: readonly Dependency[]): string[] {
  return dependencies
    .filter(({ licence }) => !isPermissive(licence))
    .filter(({ name, licence }) => {
      const known = Object.entries(EXCEPTIONS).find(([base]) => name === base || name.startsWith(`${base}-`));
      return known?.[1].licence !== licence;
    })
    .map(({ name, version, licence }) => `${name} ${version}: ${licence}`);
}

function rowsOf(dependencies: readonly Dependency[]): string[] {
  const versions = new Map<string, string[]>();
  for (const { name, version, licence } of dependencies) {
    const key = `${name} | ${licence}`;
    const known = versions.get(key) ?? [];
    versions.set(key, known.includes(version) ? known : [...known, version]);
  }
  return [...versions].map(([key, known]) => {
    const [name, licence] = key.split(' | ');
    return `| ${name} | ${known.join(', ')} | ${licence} |`;
  });
}

export function dependenciesDoc(): string {
  const all = productionDependencies();
  const shown = all.filter(({ isPlatform }) => !isPlatform);
  const head = ['| package | version | licence |', '| --- | --- | --- |'];
  return [
    '# Dependencies',
    '',
    '<!-- Written by `npm run docs:dependencies` from package-lock.json; do not edit. -->',
    '',
    'What `npm ci --omit=dev` installs. Why each direct one is here: [ARCHITECTURE.md](../ARCHITECTURE.md). A test fails when a licence other than',
    `${PERMISSIVE.join(', ')} comes in. Exceptions:`,
    '',
    ...Object.entries(EXCEPTIONS).map(([name, { licence, why }]) => `- ${name} (${licence}): ${why}.`),
    '',
    `## Direct (${shown.filter(({ isDirect }) => isDirect).length})`,
    '',
    ...head,
    ...rowsOf(shown.filter(({ isDirect }) => isDirect)),
    '',
    '## Theirs',
    '',
    `Packages that hold a binary of one of these for one platform (${all.length - shown.length} in the lock file, of which one or two get installed) are left out here and checked all the same.`,
    '',
    ...head,
    ...rowsOf(shown.filter(({ isDirect }) => !isDirect)),
    '',
  ].join('\n');
}

export const DEPENDENCIES_FILE = fileOf('docs/dependencies.md');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(DEPENDENCIES_FILE, dependenciesDoc());
  console.log(`wrote ${DEPENDENCIES_FILE}`);
}
