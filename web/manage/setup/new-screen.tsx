import { useSignal } from '@preact/signals';
import type { Desk } from '../desk.ts';
import { Form } from '../form.tsx';
import { t } from '../words.ts';

/** A television shows a code; whoever types it here lets it in. */
export function NewScreenForm({ desk }: { desk: Desk }) {
  const words = t.value.setup.screens;
  const connected = useSignal<string | null>(null);
  const send = async (values: Record<string, string>, idempotencyKey: string): Promise<void> => {
    const code = (values.code ?? '').replace(/\D/g, '');
    const path = `/pairings/${encodeURIComponent(code)}/screens`;
    const { name } = await desk.api.post<{ name: string }>(path, { name: values.name ?? '' }, { idempotencyKey });
    connected.value = name;
  };
  return (
    <div>
      <Form
        title={words.title}
        send={send}
        fields={[
          { name: 'code', label: words.code, isRequired: true },
          { name: 'name', label: words.name, isRequired: true },
        ]}
      />
      <p class="good" role="status">
        {connected.value !== null && words.done(connected.value)}
      </p>
    </div>
  );
}
