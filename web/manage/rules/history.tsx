/** Every version of the rules: who, when, why, what changed in words; one read whole; the way back (IMPL-12). */
import { useSignal } from '@preact/signals';
import { moment, number } from '../../shared/format.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { t } from '../words.ts';
import { authorInWords } from './author.ts';
import { ComparedText, isAnythingElse } from './compared-text.tsx';
import { changeDraft } from './draft.ts';
import type { Shown, VersionView } from './policy-view.ts';
import { RollBack } from './roll-back.tsx';
import { useSpoken } from './spoken.ts';
import { useVersion } from './version.ts';
import { compared } from './words-diff.ts';

const VERSIONS_A_PAGE = 10;

export function History({ desk, shown }: { desk: Desk; shown: Shown }) {
  const words = t.value.rules.history;
  const pages = useSignal(1);
  const limit = pages.value * VERSIONS_A_PAGE;
  const versions = usePolled(desk, () => desk.api.get<Page<VersionView>>(`/policy/versions?limit=${limit}`), [limit]);
  return (
    <section class="card" data-testid="history" aria-labelledby="history">
      <h3 id="history">{words.title}</h3>
      <ol class="versions">
        {versions?.items.map((version) => (
          <Version key={version.version} desk={desk} version={version} shown={shown} />
        ))}
      </ol>
      {versions?.nextCursor != null && (
        <div class="row">
          <button
            type="button"
            onClick={() => {
              pages.value++;
            }}
          >
            {words.older}
          </button>
        </div>
      )}
    </section>
  );
}

interface VersionProps {
  desk: Desk;
  version: VersionView;
  shown: Shown;
}

function Version({ desk, version, shown }: VersionProps) {
  const words = t.value.rules;
  const isOpen = useSignal(false);
  const isWaiting = shown.scheduled.some((one) => one.version === version.version);
  const preset = version.preset as keyof typeof words.presets | null;
  return (
    <li data-testid="version" data-version={version.version} data-in-force={version.inForce}>
      <p class="row">
        <strong>{words.version(number(version.version))}</strong>
        {version.inForce && <span class="badge good">{words.history.inForce}</span>}
        {isWaiting && <span class="badge">{words.history.starts(moment(version.effectiveAt))}</span>}
        {preset !== null && <span class="soft">{words.presets[preset] ?? preset}</span>}
      </p>
      {version.version > 0 && <p class="soft">{words.history.by(authorInWords(version), moment(version.createdAt))}</p>}
      {version.reason !== null && <p>{version.reason}</p>}
      <details
        onToggle={({ currentTarget }) => {
          isOpen.value = currentTarget.open;
        }}
      >
        <summary>{words.history.what}</summary>
        {isOpen.value && <Changes desk={desk} version={version} shown={shown} />}
      </details>
      {!version.inForce && !isWaiting && <RollBack desk={desk} version={version.version} shown={shown} />}
    </li>
  );
}

/** Loaded once somebody asks. */
function Changes({ desk, version: { version }, shown }: VersionProps) {
  const words = t.value.rules.history;
  const isWhole = useSignal(false);
  const one = useVersion(desk, version);
  const before = useVersion(desk, Math.max(0, version - 1));
  const spoken = useSpoken(desk, one?.policy ?? null);
  const spokenBefore = useSpoken(desk, before?.policy ?? null);
  if (one === null || spoken === null || spokenBefore === null) return <p class="soft">{t.value.rules.text.loading}</p>;
  const sections = compared(spokenBefore.sections, spoken.sections);
  return (
    <div class="fields" data-testid="version-text">
      {spoken.policy === null && <p class="warning">{words.cannotRead}</p>}
      {version === 0 && <p class="soft">{words.first}</p>}
      {version > 0 && !isAnythingElse(sections) && <p class="soft">{words.nothing}</p>}
      <ComparedText sections={sections} isShort={!isWhole.value} />
      <label class="switch">
        <input
          type="checkbox"
          checked={isWhole.value}
          onChange={({ currentTarget }) => {
            isWhole.value = currentTarget.checked;
          }}
        />
        <span>{words.whole}</span>
      </label>
      <div class="row">
        <button type="button" class="quiet" onClick={() => changeDraft(shown.base, () => one.policy)}>
          {words.asDraft}
        </button>
      </div>
    </div>
  );
}
