/** The rules are looked through each quarter (ROUTE-20): somebody says that they are as they should be. */
import { useSignal } from '@preact/signals';
import { moment } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';

export function Review({ desk, isDue }: { desk: Desk; isDue: boolean }) {
  const words = t.value.rules.review;
  const note = useSignal('');
  const doneAt = useSignal<string | null>(null);
  const { isBusy, trouble, submit } = useSubmitting();
  const send = async (): Promise<void> => {
    const body = note.value.trim() === '' ? {} : { note: note.value.trim() };
    const isDone = await submit(JSON.stringify(body), async (idempotencyKey) => {
      const { at } = await desk.api.post<{ at: string }>('/policy/reviews', body, { idempotencyKey });
      doneAt.value = at;
    });
    if (!isDone) return;
    note.value = '';
    desk.refresh();
  };
  return (
    <details open={isDue} data-testid="review">
      <summary>{words.title}</summary>
      <div class="fields">
        <label>
          {words.note}
          <input
            maxLength={1000}
            value={note.value}
            onInput={({ currentTarget }) => {
              note.value = currentTarget.value;
            }}
          />
        </label>
        <div class="row">
          <button type="button" disabled={isBusy} onClick={() => void send()}>
            {words.done}
          </button>
        </div>
        {doneAt.value !== null && (
          <p class="good" role="status">
            {words.thanks(moment(doneAt.value))}
          </p>
        )}
        {trouble !== null && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
      </div>
    </details>
  );
}
