/** A wall hangs for weeks: it takes up a new build by itself, in a quiet moment. */
const LOOK_EVERY_MS = 5 * 60_000;

/** What the page was built as: the name of its script, which is a hash. */
const own = document.querySelector<HTMLScriptElement>('script[type=module]')?.getAttribute('src') ?? '';

export function followBuilds(isQuiet: () => boolean): void {
  setInterval(() => void look(isQuiet), LOOK_EVERY_MS);
}

async function look(isQuiet: () => boolean): Promise<void> {
  try {
    const page = await (await fetch('/wall/', { cache: 'no-store' })).text();
    // A proxy's error page has no script at all: it is no newer build.
    const isPage = page.includes('type="module"');
    if (own !== '' && isPage && !page.includes(own) && isQuiet()) location.reload();
  } catch {
    // Not now; the age of the data says that the link is down.
  }
}
