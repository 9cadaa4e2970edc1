/** What was done beside the first call, and what comes next: only what was filled in is sent. */
import type { TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { Submitting } from '../shared/submitting.ts';
import { t } from './words.ts';

const KINDS = ['call', 'email', 'sms', 'meeting', 'note'] as const;
const TEXT_MAX = 1000;

interface LogContactProps {
  submitting: Submitting;
  /** Resolves with whether the server has it. */
  send(body: object): Promise<boolean>;
}

export function LogContact({ submitting, send }: LogContactProps) {
  const [isOpen, setOpen] = useState(false);
  const words = t.value.lead;
  if (!isOpen) {
    return (
      <button type="button" data-testid="to-log-contact" onClick={() => setOpen(true)}>
        {words.otherContact}
      </button>
    );
  }
  const submit = async (event: TargetedEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const filled = [...new FormData(event.currentTarget)].filter(([, value]) => value !== '');
    if (await send(Object.fromEntries(filled))) setOpen(false);
  };
  return (
    <form class="fields" data-testid="log-contact" onSubmit={(event) => void submit(event)}>
      <label>
        {words.kind}{' '}
        <select name="kind">
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {words.kinds[kind]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.nextStep} <input name="nextStep" maxLength={TEXT_MAX} />
      </label>
      <label>
        {words.note} <textarea name="note" maxLength={TEXT_MAX} />
      </label>
      <div class="row">
        <button type="submit" disabled={submitting.isBusy}>
          {words.save}
        </button>
        <button type="button" class="quiet" onClick={() => setOpen(false)}>
          {t.value.cancel}
        </button>
      </div>
    </form>
  );
}
