/** The keys of a running demo: what each means, and the terminal that is listened to. */

export type Act = 'lead' | 'chaos' | 'quit' | 'help';

export const KEYS: readonly { key: string; act: Act; about: string }[] = [
  { key: 'l', act: 'lead', about: 'a lead now' },
  { key: 'c', act: 'chaos', about: "chaos on or off: the simulated reps' links are slow, and drop" },
  { key: 'q', act: 'quit', about: 'end, with the check' },
  { key: '?', act: 'help', about: 'these keys' },
];

/** Ctrl-C and Ctrl-D: a terminal that tells every key sends no signal for them. */
const ENDS = ['\u0003', '\u0004'];

/** What was typed, key by key; what means nothing is nothing. */
export function actsOf(typed: string): Act[] {
  return [...typed].flatMap((key) => {
    if (ENDS.includes(key)) return ['quit' as const];
    const known = KEYS.find((one) => one.key === key.toLowerCase());
    return known === undefined ? [] : [known.act];
  });
}

/** Of `process.stdin`, as far as keys need it. */
export interface Terminal {
  isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', heard: (chunk: Buffer | string) => void): unknown;
  off(event: 'data', heard: (chunk: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Listens until the answer is called, which leaves the terminal as it was. Null: nobody types there. */
export function listenForKeys(terminal: Terminal, run: (act: Act) => void): (() => void) | null {
  if (terminal.isTTY !== true || terminal.setRawMode === undefined) return null;
  const heard = (chunk: Buffer | string): void => {
    for (const act of actsOf(String(chunk))) run(act);
  };
  terminal.setRawMode(true);
  terminal.on('data', heard);
  terminal.resume();
  return () => {
    terminal.off('data', heard);
    terminal.setRawMode?.(false);
    terminal.pause();
  };
}
