/** A source of leads, and what is copied to connect it. */
import { useSignal } from '@preact/signals';
import type { Desk } from '../desk.ts';
import { Form } from '../form.tsx';
import { t } from '../words.ts';
import { Machines } from './machines.tsx';
import { curlSnippet, formSnippet, relaySnippet } from './snippets.ts';

interface Source {
  name: string;
  key: string;
}

export function SourceStep({ desk }: { desk: Desk }) {
  const words = t.value.setup.sources;
  const made = useSignal<Source | null>(null);
  const send = async (values: Record<string, string>, idempotencyKey: string): Promise<void> => {
    made.value = await desk.api.post<Source>('/sources', { name: values.name ?? '' }, { idempotencyKey });
    desk.refresh();
  };
  return (
    <>
      <Form
        title={words.add}
        act={words.act}
        send={send}
        fields={[{ name: 'name', label: words.name, isRequired: true }]}
      />
      {made.value !== null && <Connect name={made.value.name} sourceKey={made.value.key} />}
      <Machines desk={desk} kind="sources" mayEnd />
    </>
  );
}

function Connect({ name, sourceKey }: { name: string; sourceKey: string }) {
  const words = t.value.setup.sources;
  const { origin } = location;
  return (
    <section class="card" data-testid="source-key" aria-label={words.keyOf(name)}>
      <h3>{words.keyOf(name)}</h3>
      <Snippet label={words.once} text={sourceKey} />
      <p class="warn">{words.neverPublic}</p>
      <Snippet label={words.tryIt} text={curlSnippet(origin, sourceKey, name)} />
      <Snippet label={words.form} text={formSnippet(words.formWords)} />
      <Snippet label={words.relay} text={relaySnippet(origin, name)} />
    </section>
  );
}

function Snippet({ label, text }: { label: string; text: string }) {
  const isCopied = useSignal(false);
  // Without HTTPS a browser copies nothing by itself; the text is selected whole once it is touched.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  return (
    <div class="copied">
      <label>
        {label}
        <textarea
          class="snippet"
          readOnly
          wrap="off"
          rows={Math.min(12, text.split('\n').length + 1)}
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      {clipboard !== undefined && (
        <button
          type="button"
          onClick={() =>
            void clipboard.writeText(text).then(() => {
              isCopied.value = true;
            })
          }
        >
          {isCopied.value ? t.value.setup.copied : t.value.setup.copy}
        </button>
      )}
    </div>
  );
}
