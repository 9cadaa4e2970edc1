/** The rules: what is in force, a draft of others with what it says, how it would have done, and its switch; history and pauses. */
import { useSignal } from '@preact/signals';
import { moment, number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { t } from '../words.ts';
import { Conflict } from './conflict.tsx';
import { changedPaths, type Json, type JsonObject } from './document.ts';
import { changeDraft, draft, setDraft } from './draft.ts';
import { DraftText } from './draft-text.tsx';
import { History } from './history.tsx';
import { Modes } from './modes.tsx';
import { Pauses } from './pauses.tsx';
import { PolicyForm } from './policy-form.tsx';
import { type PolicyView, type Shown, type Spoken, shownOf } from './policy-view.ts';
import { Review } from './review.tsx';
import { useSpoken } from './spoken.ts';
import { SwitchOn } from './switch-on.tsx';
import { Warnings } from './warnings.tsx';
import { WhatIf } from './what-if.tsx';

/** Whose values are "the default": those of the specification. */
const DEFAULTS = 'tiered';
const PRESETS = ['open', 'tiered', 'fast-tiered', 'fair-mix', 'balanced'] as const;

export function Rules({ desk }: { desk: Desk }) {
  const loaded = usePolled(desk, () => desk.api.request<PolicyView>('GET', `/policy?lang=${language.value}`));
  if (loaded === null) return <p class="soft">{t.value.rules.text.loading}</p>;
  const shown = shownOf(loaded);
  return (
    <>
      <InForce desk={desk} shown={shown} />
      <Workbench desk={desk} shown={shown} />
      <Pauses desk={desk} />
      <History desk={desk} shown={shown} />
      <Modes desk={desk} />
    </>
  );
}

const presetInWords = (preset: string): string =>
  PRESETS.find((one) => one === preset) === undefined
    ? preset
    : t.value.rules.presets[preset as (typeof PRESETS)[number]];

function InForce({ desk, shown }: { desk: Desk; shown: Shown }) {
  const words = t.value.rules;
  const { base, preset, scheduled, warnings } = shown;
  return (
    <section class="card" data-testid="policy" data-preset={preset} data-version={base.version}>
      <h2>{words.policy}</h2>
      <p>
        {words.inForce(number(base.version))}
        {preset !== undefined && ` (${presetInWords(preset)})`}
      </p>
      {scheduled.map(({ version, effectiveAt }) => (
        <p class="warning" key={version} data-testid="scheduled">
          {words.scheduled(number(version), moment(effectiveAt))}
        </p>
      ))}
      <Warnings warnings={warnings} testId="policy-warning" />
      <Review desk={desk} isDue={warnings.some(({ warning }) => warning === 'reviewDue')} />
    </section>
  );
}

function Workbench({ desk, shown }: { desk: Desk; shown: Shown }) {
  const words = t.value.rules;
  const mine = draft.value;
  const presets = usePolled(desk, () => desk.api.get<Page<{ preset: string; policy: JsonObject }>>('/policy/presets'));
  const before = (mine?.base ?? shown.base).document;
  const document = mine?.document ?? shown.base.document;
  const spokenBefore = useSpoken(desk, before);
  const spoken = useSpoken(desk, document);
  const done = useSignal<string | null>(null);
  const change = (how: (document: Json) => Json) => {
    done.value = null;
    changeDraft(shown.base, how);
  };
  const newestVersion = Math.max(shown.base.version, ...shown.scheduled.map(({ version }) => version));
  return (
    <section aria-labelledby="change-rules" data-testid="workbench">
      <h2 id="change-rules">{words.draft.title}</h2>
      {done.value !== null && (
        <p class="good" role="status" data-testid="switched-on">
          {done.value}
        </p>
      )}
      {mine === null ? (
        <p class="soft">{words.draft.none}</p>
      ) : (
        <Standing changes={changedPaths(before, document).length} version={mine.base.version} />
      )}
      {mine !== null && mine.base.etag !== shown.base.etag && (
        <Conflict desk={desk} draft={mine} newest={shown.base} newestVersion={newestVersion} />
      )}
      {mine !== null && mine.conflicts.length > 0 && <BothChanged names={mine.conflicts} />}
      <Presets desk={desk} onChoose={(policy) => change(() => policy)} />
      <div class="workbench">
        <PolicyForm
          document={document}
          before={before}
          defaults={presets?.items.find(({ preset }) => preset === DEFAULTS)?.policy ?? null}
          errors={mine === null ? [] : (spoken?.errors ?? [])}
          onChange={change}
        />
        <DraftText isDraft={mine !== null} before={spokenBefore} now={spoken} />
      </div>
      {mine !== null && (
        <>
          <WhatIf desk={desk} document={document} before={before} isValid={spoken?.policy != null} />
          <SwitchOn
            desk={desk}
            draft={mine}
            before={spokenBefore}
            now={spoken}
            onDone={(said) => {
              done.value = said;
            }}
          />
        </>
      )}
    </section>
  );
}

function Standing({ changes, version }: { changes: number; version: number }) {
  const words = t.value.rules.draft;
  const isSure = useSignal(false);
  return (
    <div class="card" data-testid="draft" data-version={version} data-changes={changes}>
      <p>
        <strong>{words.made(number(version), number(changes))}</strong>
      </p>
      <p class="soft">{words.kept}</p>
      <div class="row">
        <button
          type="button"
          class={isSure.value ? undefined : 'quiet'}
          onClick={() => {
            if (isSure.value) setDraft(null);
            isSure.value = !isSure.value;
          }}
        >
          {isSure.value ? words.discardSure : words.discard}
        </button>
        {isSure.value && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              isSure.value = false;
            }}
          >
            {t.value.rules.switchOn.cancel}
          </button>
        )}
      </div>
    </div>
  );
}

function BothChanged({ names }: { names: readonly string[] }) {
  const words = t.value.rules;
  const labels = names.map((name) => (words.fields as Record<string, string>)[name] ?? name);
  return (
    <p class="warning" role="status" data-testid="both-changed">
      {words.conflict.same(labels.join('; '))}
    </p>
  );
}

/** A preset stands for its document, with the facts about this company as they are: the server puts them together. */
function Presets({ desk, onChoose }: { desk: Desk; onChoose(policy: JsonObject): void }) {
  const words = t.value.rules.presets;
  const { isBusy, trouble, submit } = useSubmitting();
  const choose = (preset: string) =>
    submit(preset, async () => {
      const { policy } = await desk.api.post<Spoken>('/policy/words', { preset });
      if (policy !== null) onChoose(policy);
    });
  return (
    <details data-testid="presets">
      <summary>{words.title}</summary>
      <p class="soft">{words.help}</p>
      <div class="row">
        {PRESETS.map((preset) => (
          <button key={preset} type="button" disabled={isBusy} onClick={() => void choose(preset)}>
            {words[preset]}
          </button>
        ))}
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </details>
  );
}
