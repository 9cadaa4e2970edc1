// `npm run test:faults [-- --row kill] [--quick] [--json] [--write]`: real faults against real servers, a real
// Redis and a real file, and what came of it as a table. Exit code 0 says that every row asked for was held:
// it ran, its faults struck, nothing was lost or doubled, and its control was caught.
//   --row NAME   rows whose name contains this; may be given again
//   --quick      the few rounds of `npm test` instead of the matrix's
//   --json       one JSON object as the last line
//   --write      puts the figures into docs/reliability.md
//   --go-on DIR  keeps each part's report in DIR, and runs only the rows of which it does not hold a good one yet:
//                after a failure has been mended, or a run that was broken off
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROWS } from '../test/faults/kit/rows.ts';
import { matrixLines, matrixMarkdown, matrixOf, withFigures } from './fault-matrix.ts';
import { prepareGround, root, runVitest } from './test-ground.mjs';

/** A run that hangs ends as a failure. */
const RUN_MS_MAX = 5 * 3_600_000;
const PAGE = join(root, 'docs/reliability.md');

function asked() {
  const { values } = parseArgs({
    options: {
      row: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      'go-on': { type: 'string' },
    },
  });
  const rows = ROWS.filter(({ name }) => values.row?.some((part) => name.includes(part)) ?? true);
  if (rows.length === 0) throw new Error(`no such row; there are ${ROWS.map(({ name }) => name).join(', ')}`);
  return { ...values, rows, isWhole: rows.length === ROWS.length };
}

/** The tests that report a row name it in quotes; those in kit/ report none. */
function filesOf(rows) {
  const files = readdirSync(join(root, 'test/faults'))
    .map((name) => join('test/faults', name))
    .filter((file) => /\.(test|faults)\.ts$/.test(file));
  return files.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return rows.some(({ name }) => text.includes(`'${name}'`));
  });
}

const reportsIn = (folder) => readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

async function runRows({ rows, quick, 'go-on': kept }) {
  const folder =
    kept === undefined ? mkdtempSync(join(tmpdir(), 'sambar-faults-')) : join(kept, quick ? 'quick' : 'full');
  mkdirSync(folder, { recursive: true });
  const due = matrixOf(rows, reportsIn(folder)).filter(({ held }) => !held);
  const files = filesOf(rows.filter(({ name }) => due.some(({ row }) => row === name)));
  const isNoneDue = due.length === 0;
  const code =
    files.length === 0
      ? Number(!isNoneDue)
      : await runVitest(['--config', 'vitest.faults.config.ts', ...files], {
          env: { FAULTS: quick ? 'quick' : 'full', FAULT_REPORT_DIR: folder },
          withinMs: RUN_MS_MAX,
        });
  const results = matrixOf(rows, reportsIn(folder));
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  return { code, results };
}

function writePage(results, quick) {
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
  const about = `Measured on ${new Date().toISOString().slice(0, 10)} (${machine}), ${quick ? 'few rounds' : 'all rounds'}.`;
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), matrixMarkdown(results, about)));
}

async function main() {
  const options = asked();
  prepareGround();
  const startedMs = Date.now();
  const { code, results } = await runRows(options);
  const tookSeconds = Math.round((Date.now() - startedMs) / 1000);
  process.stdout.write(`\n${matrixLines(results).join('\n')}\n\n`);
  const held = results.filter((result) => result.held).length;
  if (code !== 0) process.stdout.write('A test of it failed: see above.\n');
  process.stdout.write(`${held} of ${results.length} rows held, in ${tookSeconds} s\n`);
  if (options.write && !options.isWhole) process.stdout.write('Not written: --write is for the whole matrix.\n');
  if (options.write && options.isWhole) writePage(results, options.quick);
  const ok = code === 0 && held === results.length;
  if (options.json) process.stdout.write(`${JSON.stringify({ ok, tookSeconds, rows: results })}\n`);
  process.exitCode = ok ? 0 : 1;
}

await main();
