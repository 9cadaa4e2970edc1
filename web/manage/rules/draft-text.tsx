/** Beside the form: what the draft says, and what of it is another than in the version it was made from. */
import { useSignal } from '@preact/signals';
import { t } from '../words.ts';
import { ComparedText, isAnythingElse } from './compared-text.tsx';
import type { Spoken } from './policy-view.ts';
import { Warnings } from './warnings.tsx';
import { compared } from './words-diff.ts';

interface DraftTextProps {
  isDraft: boolean;
  before: Spoken | null;
  now: Spoken | null;
}

export function DraftText({ isDraft, before, now }: DraftTextProps) {
  const words = t.value.rules.text;
  const isShort = useSignal(true);
  const sections =
    before === null || now === null || now.policy === null ? null : compared(before.sections, now.sections);
  const isElse = sections !== null && isAnythingElse(sections);
  return (
    <aside class="card draft-text" data-testid="draft-text" aria-label={words.title}>
      <h3>{words.title}</h3>
      <p class="soft" aria-live="polite">
        {sections === null
          ? now?.policy === null
            ? words.invalid
            : words.loading
          : isElse
            ? null
            : isDraft
              ? words.silent
              : words.same}
      </p>
      {isDraft && (
        <label class="switch">
          <input
            type="checkbox"
            checked={isShort.value}
            onChange={({ currentTarget }) => {
              isShort.value = currentTarget.checked;
            }}
          />
          <span>{words.onlyChanges}</span>
        </label>
      )}
      {isDraft && now !== null && now.warnings.length > 0 && (
        <div>
          <h4>{words.warnings}</h4>
          <Warnings warnings={now.warnings} testId="draft-warning" />
        </div>
      )}
      {sections !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys too
        <section class="scrolled" tabIndex={0} aria-label={words.title}>
          <ComparedText sections={sections} isShort={isDraft && isShort.value} />
        </section>
      )}
    </aside>
  );
}
