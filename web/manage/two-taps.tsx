/** What is not done by one tap: the first opens what will happen, in words; the second does it. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useSubmitting } from '../shared/submitting.ts';
import { t } from './words.ts';

interface TwoTapsProps {
  /** The first button. */
  label: string;
  /** The second button. */
  act: string;
  /** What will happen, and what is to be chosen first. */
  children: ComponentChildren;
  run(idempotencyKey: string): Promise<void>;
}

export function TwoTaps({ label, act, children, run }: TwoTapsProps) {
  const isOpen = useSignal(false);
  const { isBusy, trouble, submit } = useSubmitting();
  if (!isOpen.value) {
    return (
      <button
        type="button"
        aria-expanded={false}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {label}
      </button>
    );
  }
  const go = async (): Promise<void> => {
    if (await submit(act, run)) isOpen.value = false;
  };
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {children}
      <div class="row">
        <button type="button" class="primary" disabled={isBusy} onClick={() => void go()} ref={focused}>
          {act}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            isOpen.value = false;
          }}
        >
          {t.value.cancel}
        </button>
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </fieldset>
  );
}

/** The button that was tapped is gone: the keyboard goes on where the choice is. */
function focused(button: HTMLButtonElement | null): void {
  button?.closest('fieldset')?.querySelector<HTMLElement>('select, input, button')?.focus();
}
