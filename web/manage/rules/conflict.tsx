/** Somebody else set other rules since the draft was begun: what they changed, and how to go on without losing anything. */
import { number } from '../../shared/format.ts';
import { type Desk, usePolled } from '../desk.ts';
import { t } from '../words.ts';
import { authorInWords } from './author.ts';
import { ComparedText } from './compared-text.tsx';
import { type Base, type Draft, rebaseDraft } from './draft.ts';
import type { VersionView } from './policy-view.ts';
import { useSpoken } from './spoken.ts';
import { compared } from './words-diff.ts';

interface ConflictProps {
  desk: Desk;
  draft: Draft;
  newest: Base;
  /** The newest version, which may wait for its start. */
  newestVersion: number;
}

export function Conflict({ desk, draft, newest, newestVersion }: ConflictProps) {
  const words = t.value.rules.conflict;
  const path = `/policy/versions/${newestVersion}`;
  const theirs = usePolled(desk, () => desk.api.get<VersionView>(path), [newestVersion]);
  const before = useSpoken(desk, draft.base.document);
  const after = useSpoken(desk, newest.document);
  return (
    <div class="card conflict" role="alert" data-testid="conflict">
      <h3>{words.title}</h3>
      <p>{words.text(number(draft.base.version), number(newestVersion))}</p>
      {theirs !== null && <p class="soft">{words.by(authorInWords(theirs), theirs.reason ?? words.noReason)}</p>}
      {before !== null && after !== null && (
        <details>
          <summary>{words.theirs}</summary>
          <ComparedText sections={compared(before.sections, after.sections)} isShort />
        </details>
      )}
      <div class="row">
        <button type="button" class="primary" data-testid="rebase" onClick={() => rebaseDraft(newest)}>
          {words.rebase}
        </button>
      </div>
    </div>
  );
}
