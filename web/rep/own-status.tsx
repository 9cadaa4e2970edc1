/** Ready, or on a break: the rep's own word (NOTIF-16). What is pressed is what the server has, never what was asked. */

import { useSubmitting } from '../shared/submitting.ts';
import type { Me, RepModel } from './rep-model.ts';
import { t } from './words.ts';

export function OwnStatus({ model, me }: { model: RepModel; me: Me }) {
  const submitting = useSubmitting();
  const words = t.value.me;
  const choose = async (status: Me['status']): Promise<void> => {
    if (status === me.status) return;
    await submitting.submit(status, async (idempotencyKey) => {
      await model.client.api.post('/me/status', { status }, { idempotencyKey });
    });
    await model.refreshMe();
  };
  const choices = [
    { status: 'ready', label: words.ready },
    { status: 'break', label: words.onBreak },
  ] as const;
  return (
    <fieldset class="group own-status">
      <legend class="soft">{words.status}</legend>
      {choices.map(({ status, label }) => (
        <button
          key={status}
          type="button"
          data-testid={`status-${status}`}
          aria-pressed={me.status === status}
          disabled={submitting.isBusy}
          onClick={() => void choose(status)}
        >
          {label}
        </button>
      ))}
      {submitting.trouble !== null && (
        <p class="trouble" role="alert">
          {submitting.trouble}
        </p>
      )}
    </fieldset>
  );
}
