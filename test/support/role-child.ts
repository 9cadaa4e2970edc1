/**
 * A process that takes the role of a file: `role-child.ts <file> hold|once|silent`. `silent` has said once
 * that it is alive, and never again.
 */
import { acquireRole } from '../../server/ledger/role-lock.ts';

const [file, how] = process.argv.slice(2) as [string, string];
/** Longer than any number of processes needs to migrate one after the other. */
const WAIT_MS = 50_000;

const role = acquireRole(file, { nowMs: 1_000, waitMs: WAIT_MS });
const { applied } = role.migration;

if (how === 'silent') role.beat(1_000);
process.stdout.write(`${JSON.stringify({ generation: role.generation, applied })}\n`);
if (how === 'once') role.release();
else process.stdin.resume();
