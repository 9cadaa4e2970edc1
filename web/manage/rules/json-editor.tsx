/** A part of the rules as text, for what has no control of its own. What is not whole JSON is said and changes nothing. */
import { useId, useState } from 'preact/hooks';
import { t } from '../words.ts';
import type { Json } from './document.ts';

interface JsonEditorProps {
  label: string;
  value: Json;
  /** What is to be said of a value that is JSON and no document; null: it may stand. */
  trouble?(value: Json): string | null;
  onValue(value: Json): void;
}

const ROWS_MAX = 24;

export function JsonEditor({ label, value, trouble, onValue }: JsonEditorProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const text = typed ?? JSON.stringify(value, null, 2);
  const why = typed === null ? null : read(typed, trouble).why;
  return (
    <div class="json">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={Math.min(ROWS_MAX, text.split('\n').length + 1)}
        spellcheck={false}
        autocomplete="off"
        value={text}
        aria-invalid={why !== null}
        aria-describedby={why === null ? undefined : `${id}-why`}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          const { read: parsed, why: not } = read(currentTarget.value, trouble);
          if (not === null) onValue(parsed);
        }}
        onBlur={() => {
          if (why === null) setTyped(null);
        }}
      />
      {why !== null && (
        <p class="trouble" id={`${id}-why`}>
          {why}
        </p>
      )}
    </div>
  );
}

function read(text: string, trouble: JsonEditorProps['trouble']): { read: Json; why: string | null } {
  try {
    const read = JSON.parse(text) as Json;
    return { read, why: trouble?.(read) ?? null };
  } catch (error) {
    return { read: null, why: t.value.rules.draft.notJson((error as Error).message) };
  }
}
