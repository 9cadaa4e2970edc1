import type { TargetedEvent } from 'preact';
import { useSubmitting } from '../shared/submitting.ts';
import { t } from './words.ts';

export interface FormField {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'tel' | 'number';
  isRequired?: boolean;
}

interface FormProps {
  title: string;
  fields: FormField[];
  send(values: Record<string, string>, idempotencyKey: string): Promise<void>;
}

/** The server judges the fields; what it names is shown as it says it. */
export function Form({ title, fields, send }: FormProps) {
  const { isBusy, trouble, submit } = useSubmitting();
  const onSubmit = async (event: TargetedEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === 'string' && value.trim() !== '') values[name] = value.trim();
    }
    if (await submit(JSON.stringify(values), (key) => send(values, key))) form.reset();
  };
  return (
    <form class="card fields" onSubmit={(event) => void onSubmit(event)}>
      <h3>{title}</h3>
      {fields.map(({ name, label, type, isRequired }) => (
        <label key={name}>
          {label}
          <input name={name} type={type ?? 'text'} list={undefined} required={isRequired === true} />
        </label>
      ))}
      <button type="submit" class="primary" disabled={isBusy}>
        {t.value.desk.submit}
      </button>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </form>
  );
}
