/** Three pages, one build: `web/dist` is served as it is at `/`, so every address in it is absolute. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root: here,
  base: '/',
  appType: 'mpa',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: `${here}dist`,
    emptyOutDir: true,
    target: 'es2022',
    // No file may become a `data:` address: the content policy allows only what the server serves.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        rep: `${here}rep/index.html`,
        wall: `${here}wall/index.html`,
        manage: `${here}manage/index.html`,
      },
    },
  },
});
