/** The draft tried on what has happened, before it is switched on. */
import { useSignal } from '@preact/signals';
import { SambarProblem } from '../../../client-sdk/src/sambar-client.ts';
import { number, span } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';
import { isSame, type Json, valueAt } from './document.ts';
import { startTrial, type Trial, trial } from './trial.ts';
import { WhatIfResult } from './what-if-result.tsx';

const SPANS_DAYS = [7, 14, 28];

interface WhatIfProps {
  desk: Desk;
  document: Json;
  before: Json;
  isValid: boolean;
}

export function WhatIf({ desk, document, before, isValid }: WhatIfProps) {
  const words = t.value.rules.whatIf;
  const days = useSignal(14);
  const isTaken = useSignal(false);
  const { isBusy, trouble, submit } = useSubmitting();
  const run = trial.value;
  const start = async (): Promise<void> => {
    isTaken.value = false;
    await submit(`${days.value} ${JSON.stringify(document)}`, async (key) => {
      try {
        await startTrial(desk, document, days.value, key);
      } catch (error) {
        isTaken.value = error instanceof SambarProblem && error.code === 'whatIfRunning';
        throw error;
      }
    });
  };
  const isScoringChanged = !isSame(valueAt(before, ['scoring']), valueAt(document, ['scoring']));
  return (
    <section class="card" data-testid="what-if" data-state={run?.state}>
      <h3>{words.title}</h3>
      <p class="soft">{words.help}</p>
      <div class="row">
        {SPANS_DAYS.map((length) => (
          <button
            key={length}
            type="button"
            aria-pressed={days.value === length}
            onClick={() => {
              days.value = length;
            }}
          >
            {words.days(number(length))}
          </button>
        ))}
        <button
          type="button"
          class="primary"
          data-testid="what-if-run"
          disabled={!isValid || isBusy || run?.state === 'running'}
          onClick={() => void start()}
        >
          {words.run}
        </button>
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {isTaken.value ? words.busy : trouble}
        </p>
      )}
      {run !== null && <Run run={run} desk={desk} isOlder={run.of !== JSON.stringify(document)} />}
      {isScoringChanged && <p class="warning">{words.scoringNotTried}</p>}
    </section>
  );
}

function Run({ run, desk, isOlder }: { run: Trial; desk: Desk; isOlder: boolean }) {
  const words = t.value.rules.whatIf;
  return (
    <div class="fields" aria-live="polite">
      {isOlder && run.state !== 'running' && <p class="warning">{words.older}</p>}
      {run.state === 'running' && <Progress run={run} nowMs={desk.nowMs.value} />}
      {run.state === 'failed' && <p class="trouble">{words.failed(run.error ?? '')}</p>}
      {run.state === 'gone' && <p class="trouble">{words.gone}</p>}
      {run.result !== null && <WhatIfResult result={run.result} />}
    </div>
  );
}

function Progress({ run: { progress, startedAtMs }, nowMs }: { run: Trial; nowMs: number }) {
  const words = t.value.rules.whatIf;
  const { done, of } = progress;
  const leftMs = done === 0 ? null : ((nowMs - startedAtMs) * (of - done)) / done;
  return (
    <div class="row" data-testid="what-if-progress">
      <progress max={Math.max(1, of)} value={of === 0 ? undefined : done} aria-label={words.running} />
      <span class="soft" aria-hidden="true">
        {of === 0 ? words.counting : words.of(number(done), number(of))}
        {leftMs !== null && ` · ${words.left(span(Math.ceil(leftMs / 1000) * 1000))}`}
      </span>
    </div>
  );
}
