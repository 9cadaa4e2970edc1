// What a run of tests stands on: the right Node, a real Redis and a real browser, a build, and vitest as a
// child that cannot outlive its time. What is missing is installed (root on Debian or Ubuntu) or named with
// the command that installs it.
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const NODE_NEEDED = [20, 19];
/** After a polite end, the time until an impolite one. */
const END_MS_MAX = 10_000;

const PROGRAMS = {
  'redis-server': { names: ['redis-server'], variable: null },
  chromium: {
    names: ['/usr/bin/chromium', 'chromium', 'chromium-browser'],
    variable: 'CHROMIUM_PATH',
  },
};

function fail(...lines) {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(name) {
  if (name.startsWith('/')) return isProgram(name) ? name : null;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

function locate({ names, variable }) {
  const named = variable === null ? undefined : process.env[variable];
  if (named !== undefined && named !== '') {
    return onPath(named) ?? fail(`${variable}=${named} is not a program that can be run.`);
  }
  return names.map(onPath).find((file) => file !== null) ?? null;
}

function missingPackages() {
  return Object.keys(PROGRAMS).filter((name) => locate(PROGRAMS[name]) === null);
}

function isDebian() {
  if (!existsSync('/etc/os-release') || onPath('apt-get') === null) return false;
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function apt(...args) {
  process.stdout.write(`$ apt-get ${args.join(' ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const done = spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  if (done.status !== 0) fail(`apt-get ${args.join(' ')} failed`);
}

/** Installing redis-server would start it as a service: only the tests' own servers may run. */
function withoutServices(task) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return task();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  // Also when apt fails, which ends this process.
  const remove = () => rmSync(policy, { force: true });
  process.once('exit', remove);
  task();
  remove();
  process.off('exit', remove);
}

function ensurePrograms() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  const told = `apt-get update && apt-get ${install.join(' ')}`;
  if (!isDebian()) {
    fail(
      `The tests need ${missing.join(' and ')}, which this machine does not have.`,
      `On Debian or Ubuntu, as root: ${told}`,
      'Elsewhere: install it, and set CHROMIUM_PATH when the browser is not on the PATH.',
    );
  }
  if (process.getuid() !== 0) {
    fail(`The tests need ${missing.join(' and ')}, which this machine does not have. Run:`, `sudo sh -c '${told}'`);
  }
  process.stdout.write(`Installing what the tests need: ${missing.join(', ')}\n`);
  withoutServices(() => {
    apt('update');
    apt(...install);
  });
  const still = missingPackages();
  if (still.length > 0) {
    fail(`${still.join(' and ')} was installed and still cannot be found.`, `By hand, as root: ${told}`);
  }
}

function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = NODE_NEEDED;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  fail(`Node ${NODE_NEEDED.join('.')} or newer is needed; this is ${process.versions.node}.`);
}

function ensureBuilt() {
  const done = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (done.status !== 0) fail('The build failed, so no test was run.');
}

/** Everything a run needs is there, or this process ends and says what is missing. */
export function prepareGround() {
  ensureNode();
  ensurePrograms();
  ensureBuilt();
}

/**
 * Vitest as a child in its own group: when the time is up, its workers go with it. Answers its exit code,
 * 1 when it was ended for having no end.
 */
export function runVitest(args, { env, withinMs }) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd: root,
    env: { ...process.env, CHROMIUM_PATH: locate(PROGRAMS.chromium), ...env },
    stdio: 'inherit',
    detached: true,
  });
  const signalGroup = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => signalGroup(signal));
  let outOfTime = false;
  const limit = setTimeout(() => {
    outOfTime = true;
    process.stderr.write(`The tests did not end within ${withinMs / 60_000} minutes.\n`);
    signalGroup('SIGTERM');
    setTimeout(() => signalGroup('SIGKILL'), END_MS_MAX).unref();
  }, withinMs);
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      clearTimeout(limit);
      signalGroup('SIGKILL');
      resolve(outOfTime ? 1 : (code ?? 1));
    });
  });
}

/** No file: vitest ended before it could count. */
function countsIn(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * As `runVitest`, and answers `{code, passed, failed}` as well: a skipped test is a hole nobody asked for and counts
 * as failed, but where names were asked for; and so does what no single test shows (an unhandled rejection, no test
 * found, time over).
 */
export async function runCounted(args, { env, withinMs, reporter = 'default' }) {
  const folder = mkdtempSync(join(tmpdir(), 'sambar-test-run-'));
  const file = join(folder, 'counts.json');
  const reporters = [`--reporter=${join(root, 'scripts/count-reporter.mjs')}`, `--reporter=${reporter}`];
  const code = await runVitest([...reporters, ...args], { env: { ...env, TEST_COUNTS_FILE: file }, withinMs });
  const { passed, failed, skipped } = countsIn(file);
  rmSync(folder, { recursive: true, force: true });
  const isFiltered = args.some((arg) => arg === '-t' || arg.startsWith('--testNamePattern'));
  const holes = isFiltered ? 0 : skipped;
  if (holes > 0) process.stdout.write(`${holes} skipped: counted as failed\n`);
  const unseen = failed + holes === 0 && code !== 0 ? 1 : 0;
  if (unseen > 0) process.stdout.write('vitest failed outside any single test: see above\n');
  return { code, passed, failed: failed + holes + unseen };
}
