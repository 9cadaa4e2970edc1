/** Back to an older version in two taps: the first says what will change, the second, with a reason, does it. */
import { useSignal } from '@preact/signals';
import { SambarProblem } from '../../../client-sdk/src/sambar-client.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';
import { ComparedText, isAnythingElse } from './compared-text.tsx';
import type { Shown } from './policy-view.ts';
import { useSpoken } from './spoken.ts';
import { useVersion } from './version.ts';
import { compared } from './words-diff.ts';

interface RollBackProps {
  desk: Desk;
  version: number;
  shown: Shown;
}

export function RollBack(props: RollBackProps) {
  const isOpen = useSignal(false);
  const open = (is: boolean) => () => {
    isOpen.value = is;
  };
  if (isOpen.value) return <Act {...props} onEnd={open(false)} />;
  return (
    <div class="row">
      <button type="button" data-testid="roll-back" onClick={open(true)}>
        {t.value.rules.history.rollBack}
      </button>
    </div>
  );
}

function Act({ desk, version, shown, onEnd }: RollBackProps & { onEnd(): void }) {
  const words = t.value.rules.history;
  const isOvertaken = useSignal(false);
  const reason = useSignal('');
  const { isBusy, trouble, submit } = useSubmitting();
  const older = useSpoken(desk, useVersion(desk, version)?.policy ?? null);
  const inForce = useSpoken(desk, shown.base.document);
  const sections = inForce === null || older === null ? null : compared(inForce.sections, older.sections);
  const send = async (): Promise<void> => {
    isOvertaken.value = false;
    const body = { version, reason: reason.value.trim() };
    const isDone = await submit(`${JSON.stringify(body)} ${shown.base.etag}`, async (idempotencyKey) => {
      try {
        await desk.api.post('/policy/rollbacks', body, { idempotencyKey, ifMatch: shown.base.etag });
      } catch (error) {
        isOvertaken.value = error instanceof SambarProblem && error.status === 412;
        throw error;
      }
    });
    if (isDone) onEnd();
    desk.refresh();
  };
  return (
    <div class="fields act" data-testid="roll-back-act">
      <p>{sections !== null && !isAnythingElse(sections) ? words.nothing : words.willChange}</p>
      {older?.policy === null && <p class="warning">{words.cannotRead}</p>}
      {sections !== null && <ComparedText sections={sections} isShort />}
      <p>{t.value.rules.switchOn.effect}</p>
      <label>
        {words.reason}
        <input
          maxLength={1000}
          required
          value={reason.value}
          onInput={({ currentTarget }) => {
            reason.value = currentTarget.value;
          }}
        />
      </label>
      <div class="row">
        <button
          type="button"
          class="primary"
          data-testid="roll-back-sure"
          disabled={isBusy || reason.value.trim() === ''}
          onClick={() => void send()}
        >
          {words.rollBackSure}
        </button>
        <button type="button" class="quiet" onClick={onEnd}>
          {t.value.rules.switchOn.cancel}
        </button>
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {isOvertaken.value ? t.value.rules.conflict.title : trouble}
        </p>
      )}
    </div>
  );
}
