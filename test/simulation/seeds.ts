/** Seeds that failed once, each with what it found: played by `npm test` for good. */
export const SEEDS: Readonly<Record<string, string>> = {};
