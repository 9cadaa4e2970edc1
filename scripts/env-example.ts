/** Writes `.env.example` from the list of variables in server/config.ts: `npm run docs:env`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { envExample } from '../server/config.ts';

export const ENV_EXAMPLE_FILE = fileURLToPath(new URL('../.env.example', import.meta.url));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(ENV_EXAMPLE_FILE, envExample());
  console.log(`wrote ${ENV_EXAMPLE_FILE}`);
}
