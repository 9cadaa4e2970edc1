/** What rules say in words, and which lines come and go against other rules. */

import { t } from '../words.ts';
import type { ComparedSection } from './words-diff.ts';

interface ComparedTextProps {
  sections: readonly ComparedSection[];
  /** Sections in which nothing changes, and lines that stay, are left out. */
  isShort: boolean;
}

export function ComparedText({ sections, isShort }: ComparedTextProps) {
  const shown = isShort ? sections.filter(({ isChanged }) => isChanged) : sections;
  return (
    <div class="policy-text">
      {shown.map(({ section, title, lines }) => (
        <section key={section} data-testid={`words-${section}`}>
          <h4>{title}</h4>
          <ul>
            {lines
              .filter(({ is }) => !isShort || is !== 'same')
              .map(({ is, text }, place) => (
                <Line key={place} is={is} text={text} />
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Line({ is, text }: { is: 'same' | 'added' | 'removed'; text: string }) {
  const words = t.value.rules.text;
  if (is === 'same') return <li>{text}</li>;
  const Mark = is === 'added' ? 'ins' : 'del';
  return (
    <li class={is} data-testid={`line-${is}`}>
      <span class="announcer">{is === 'added' ? words.added : words.removed} </span>
      <Mark>{text}</Mark>
    </li>
  );
}

export const isAnythingElse = (sections: readonly ComparedSection[]): boolean =>
  sections.some(({ isChanged }) => isChanged);
