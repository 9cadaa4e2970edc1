/** The draft put in force, now or from a time: what changes is said before the second tap does it. */
import { useSignal } from '@preact/signals';
import { SambarProblem } from '../../../client-sdk/src/sambar-client.ts';
import { moment, number } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';
import { ComparedText } from './compared-text.tsx';
import { isObject } from './document.ts';
import { type Draft, setDraft } from './draft.ts';
import type { Spoken } from './policy-view.ts';
import { compared } from './words-diff.ts';

interface SwitchOnProps {
  desk: Desk;
  draft: Draft;
  before: Spoken | null;
  now: Spoken | null;
  /** What came of it, in words. */
  onDone(done: string): void;
}

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function SwitchOn({ desk, draft, before, now, onDone }: SwitchOnProps) {
  const words = t.value.rules.switchOn;
  const isOpen = useSignal(false);
  const isValid = now?.policy != null;
  return (
    <section class="card" data-testid="switch-on">
      <h3>{words.title}</h3>
      {!isOpen.value && (
        <div class="row">
          <button
            type="button"
            class="primary"
            data-testid="switch-on-open"
            disabled={!isValid}
            onClick={() => {
              isOpen.value = true;
            }}
          >
            {words.open}
          </button>
          {now !== null && !isValid && <p class="trouble">{t.value.rules.text.invalid}</p>}
        </div>
      )}
      {isOpen.value && (
        <>
          {before !== null && now !== null && (
            <div>
              <h4>{words.summary}</h4>
              <ComparedText sections={compared(before.sections, now.sections)} isShort />
            </div>
          )}
          <p>{words.effect}</p>
          <Choices
            desk={desk}
            draft={draft}
            isValid={isValid}
            onDone={onDone}
            onCancel={() => {
              isOpen.value = false;
            }}
          />
        </>
      )}
    </section>
  );
}

interface ChoicesProps extends Pick<SwitchOnProps, 'desk' | 'draft' | 'onDone'> {
  isValid: boolean;
  onCancel(): void;
}

/** When, why, and the second tap. */
function Choices({ desk, draft, isValid, onDone, onCancel }: ChoicesProps) {
  const words = t.value.rules.switchOn;
  const isLater = useSignal(false);
  const at = useSignal('');
  const reason = useSignal('');
  const isOvertaken = useSignal(false);
  const { isBusy, trouble, submit } = useSubmitting();
  const lacksTime = isLater.value && Number.isNaN(Date.parse(at.value));
  const send = async (): Promise<void> => {
    const effectiveAt = isLater.value ? new Date(at.value).toISOString() : null;
    const body = {
      ...(isObject(draft.document) ? draft.document : {}),
      ...(effectiveAt !== null && { effectiveAt }),
      ...(reason.value.trim() !== '' && { reason: reason.value.trim() }),
    };
    isOvertaken.value = false;
    await submit('switch on', async () => {
      try {
        const options = { ifMatch: draft.base.etag };
        const { version } = await desk.api.put<{ version: number }>('/policy', body, options);
        setDraft(null);
        onDone(
          effectiveAt === null ? words.done(number(version)) : words.doneLater(number(version), moment(effectiveAt)),
        );
      } catch (error) {
        isOvertaken.value = error instanceof SambarProblem && error.status === 412;
        throw error;
      }
    });
    desk.refresh();
  };
  return (
    <div class="fields">
      <fieldset>
        <legend class="announcer">{words.title}</legend>
        <div class="row">
          {([false, true] as const).map((later) => (
            <label class="switch" key={String(later)}>
              <input
                type="radio"
                name="when"
                checked={isLater.value === later}
                onChange={() => {
                  isLater.value = later;
                }}
              />
              <span>{later ? words.later : words.now}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {isLater.value && (
        <label>
          {words.at(ZONE)}
          <input
            type="datetime-local"
            value={at.value}
            onInput={({ currentTarget }) => {
              at.value = currentTarget.value;
            }}
          />
        </label>
      )}
      <label>
        {words.reason}
        <input
          maxLength={1000}
          value={reason.value}
          onInput={({ currentTarget }) => {
            reason.value = currentTarget.value;
          }}
        />
      </label>
      {lacksTime && <p class="soft">{words.needsTime}</p>}
      <div class="row">
        <button
          type="button"
          class="primary"
          data-testid="switch-on-sure"
          disabled={isBusy || lacksTime || !isValid}
          onClick={() => void send()}
        >
          {words.sure}
        </button>
        <button type="button" class="quiet" onClick={onCancel}>
          {words.cancel}
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
