/** The rules in force, and what is to be said about them. */

import { useSignal } from '@preact/signals';
import { SambarProblem } from '../../../client-sdk/src/sambar-client.ts';
import { language } from '../../shared/language.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { t } from '../words.ts';

/** `GET /v1/policy`: the page knows only what it shows. */
interface PolicyView {
  version: number;
  preset?: string;
  /** What is probably not meant in the rules, in the page's language. */
  warnings?: { rule: string | null; warning: string; message: string }[];
}

/** Of `GET /v1/policy/modes`. */
interface ModeView {
  mode: string;
  inUse: boolean;
  strengths: string;
  weaknesses: string;
  bestFor: string;
}

export function Rules({ desk }: { desk: Desk }) {
  const words = t.value.rules;
  const { isBusy, trouble, submit } = useSubmitting();
  const isOvertaken = useSignal(false);
  const loaded = usePolled(desk, () => desk.api.request<PolicyView>('GET', `/policy?lang=${language.value}`));
  const modes = usePolled(desk, () => desk.api.get<Page<ModeView>>(`/policy/modes?lang=${language.value}`));
  const policy = loaded?.body;
  const presets = { open: words.presetOpen, tiered: words.presetTiered };
  const choose = async (preset: string): Promise<void> => {
    isOvertaken.value = false;
    await submit(preset, async () => {
      try {
        // The version this page shows: a change that somebody else made meanwhile is never overwritten.
        await desk.api.put('/policy', { preset }, { ifMatch: loaded?.etag ?? '*' });
      } catch (error) {
        isOvertaken.value = error instanceof SambarProblem && error.status === 412;
        throw error;
      }
    });
    desk.refresh();
  };
  return (
    <section class="card" data-testid="policy" data-preset={policy?.preset}>
      <h2>{words.policy}</h2>
      {policy !== undefined && <p class="soft">{words.version(String(policy.version))}</p>}
      <div class="row">
        {Object.entries(presets).map(([preset, label]) => (
          <button
            key={preset}
            type="button"
            aria-pressed={policy?.preset === preset}
            disabled={policy === undefined || isBusy}
            onClick={() => void choose(preset)}
          >
            {label}
          </button>
        ))}
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {isOvertaken.value ? words.policyChanged : trouble}
        </p>
      )}
      {(policy?.warnings ?? []).map(({ rule, warning, message }) => (
        <p class="trouble" key={`${warning} ${rule}`} data-testid="policy-warning">
          {rule === null ? message : `${rule}: ${message}`}
        </p>
      ))}
      {modes?.items.map((mode) => (
        <ModeAdvice key={mode.mode} {...mode} />
      ))}
    </section>
  );
}

/** COMP-12: what a mode is good for, where the rules are chosen. */
function ModeAdvice({ mode, inUse, strengths, weaknesses, bestFor }: ModeView) {
  const words = t.value.rules;
  return (
    <details open={inUse} data-testid={`mode-${mode}`}>
      <summary>{inUse ? `${mode} (${words.modeInUse})` : mode}</summary>
      <p class="soft">
        {words.strengths}: {strengths}
      </p>
      <p class="soft">
        {words.weaknesses}: {weaknesses}
      </p>
      <p class="soft">
        {words.bestFor}: {bestFor}
      </p>
    </details>
  );
}
