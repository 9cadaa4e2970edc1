/**
 * The built server with a line of it changed: a promise broken or a step slowed on purpose, so that whoever
 * judges is seen to notice.
 *
 * The files on disk stay as they are; a loader hook edits the sources as they are read, in the main
 * thread and in workers alike.
 */
export interface Edit {
  /** From the root of the build: `server/platform/sqlite.js`. */
  file: string;
  /** Must stand there once, or the server does not start: a control that changes nothing proves nothing. */
  from: string;
  to: string;
}

/** What `node` is given in the project's root, in place of the built server. */
export function editedBuild(edits: readonly Edit[]): string[] {
  const hook = `
    const edits = ${JSON.stringify(edits)};
    export async function load(url, context, next) {
      const loaded = await next(url, context);
      const own = edits.filter(({ file }) => url.endsWith('/dist/' + file));
      if (own.length === 0) return loaded;
      let source = String(loaded.source);
      for (const { file, from, to } of own) {
        if (source.split(from).length !== 2) throw new Error('the edit of ' + file + ' does not apply: ' + from);
        source = source.replace(from, () => to);
      }
      return { ...loaded, source };
    }`;
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(asModule(hook))});`;
  return ['--import', asModule(preload), 'dist/server/main.js'];
}

function asModule(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
