/** Two texts of the rules compared, section by section and line by line. Pure. */

/** Of `/v1/policy/words`. */
export interface SectionInWords {
  section: string;
  title: string;
  lines: string[];
}

export interface ComparedLine {
  is: 'same' | 'added' | 'removed';
  text: string;
}

export interface ComparedSection {
  section: string;
  title: string;
  lines: ComparedLine[];
  isChanged: boolean;
}

/** The lines of the new text in their order, those that went before what took their place. */
export function compared(before: readonly SectionInWords[], after: readonly SectionInWords[]): ComparedSection[] {
  return after.map(({ section, title, lines }) => {
    const old = before.find((other) => other.section === section)?.lines ?? [];
    const all = comparedLines(old, lines);
    return { section, title, lines: all, isChanged: all.some(({ is }) => is !== 'same') };
  });
}

function comparedLines(before: readonly string[], after: readonly string[]): ComparedLine[] {
  const common = commonLengths(before, after);
  const lines: ComparedLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]];
    if (old !== undefined && old === now) {
      lines.push({ is: 'same', text: old });
      i++;
      j++;
    } else if (old !== undefined && (now === undefined || lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1))) {
      lines.push({ is: 'removed', text: old });
      i++;
    } else if (now !== undefined) {
      lines.push({ is: 'added', text: now });
      j++;
    }
  }
  return lines;
}

const lengthAt = (table: readonly number[][], i: number, j: number): number => table[i]?.[j] ?? 0;

/** How many lines the rests from `i` and from `j` on have in common, in order. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const table: number[][] = Array.from({ length: before.length + 1 }, () => []);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = table[i] as number[];
      row[j] =
        before[i] === after[j]
          ? 1 + lengthAt(table, i + 1, j + 1)
          : Math.max(lengthAt(table, i + 1, j), lengthAt(table, i, j + 1));
    }
  }
  return table;
}
