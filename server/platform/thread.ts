/**
 * Starts a thread of the program. It does not inherit the parent's TypeScript loader, and `--import tsx` registers it
 * in main threads only: from source (development, tests) it is registered by hand before the entry is loaded.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** @param entry the file that the thread runs */
export function startThread(entry: URL, options: WorkerOptions & { name: string }): Worker {
  if (!entry.pathname.endsWith('.ts')) return new Worker(entry, options);
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')).href;
  const start = `import(${JSON.stringify(loader)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(entry.href)});
  });`;
  return new Worker(start, { ...options, eval: true, execArgv: [] });
}
