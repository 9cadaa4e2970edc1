import type { TargetedEvent } from 'preact';
import { useSubmitting } from '../shared/submitting.ts';
import { t } from './words.ts';

export interface FormField {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'tel' | 'number';
  isRequired?: boolean;
  /** A choice among these instead of an input. */
  options?: { value: string; label: string }[];
  initial?: string;
}

interface FormProps {
  title: string;
  fields: FormField[];
  /** What the button says; absent: send. */
  act?: string;
  send(values: Record<string, string>, idempotencyKey: string): Promise<void>;
}

/** The server judges the fields; what it names is shown as it says it. */
export function Form({ title, fields, act, send }: FormProps) {
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
      {fields.map((field) => (
        <Field key={field.name} {...field} />
      ))}
      <button type="submit" class="primary" disabled={isBusy}>
        {act ?? t.value.desk.submit}
      </button>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </form>
  );
}

function Field({ name, label, type, isRequired, options, initial }: FormField) {
  if (options === undefined) {
    return (
      <label>
        {label}
        <input
          name={name}
          type={type ?? 'text'}
          list={undefined}
          required={isRequired === true}
          defaultValue={initial}
        />
      </label>
    );
  }
  return (
    <label>
      {label}
      <select name={name}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === initial}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
