/** What the rep holds to be unfair, and what was answered (FAIR-22). Loaded when it is opened, and no sooner. */
import type { TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { useSubmitting } from '../shared/submitting.ts';
import type { RepModel } from './rep-model.ts';
import { t } from './words.ts';

type Category = keyof typeof t.value.complaint.categories;

interface Complaint {
  id: string;
  category: Category;
  text: string | null;
  answer: { text: string | null } | null;
}

export function Complaints({ model }: { model: RepModel }) {
  const [items, setItems] = useState<Complaint[] | null>(null);
  const [sent, setSent] = useState(false);
  const submitting = useSubmitting();
  const words = t.value.complaint;
  const load = () =>
    submitting.submit('list', async () => {
      setItems((await model.client.api.get<{ items: Complaint[] }>('/complaints?limit=20')).items);
    });
  const send = async (event: TargetedEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const of = (name: string) => String(new FormData(form).get(name) ?? '');
    const leadId = of('leadId');
    const body = { category: of('category'), text: of('text'), ...(leadId !== '' && { leadId }) };
    const isDone = await submitting.submit(JSON.stringify(body), async (idempotencyKey) => {
      await model.client.api.post('/complaints', body, { idempotencyKey });
    });
    setSent(isDone);
    if (!isDone) return;
    form.reset();
    await load();
  };
  if (items === null) {
    return (
      <button type="button" class="quiet" disabled={submitting.isBusy} onClick={() => void load()}>
        {words.open}
      </button>
    );
  }
  return (
    <section class="fields" aria-label={words.open}>
      <h2>{words.open}</h2>
      <form class="fields" data-testid="complaint" onSubmit={(event) => void send(event)}>
        <label>
          {words.category}{' '}
          <select name="category">
            {(Object.keys(words.categories) as Category[]).map((category) => (
              <option key={category} value={category}>
                {words.categories[category]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.about}{' '}
          <select name="leadId">
            <option value="">{words.none}</option>
            {(model.me.value?.leads ?? []).map(({ id, company }) => (
              <option key={id} value={id}>
                {company.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.text} <textarea name="text" required maxLength={2000} />
        </label>
        <button type="submit" disabled={submitting.isBusy}>
          {words.send}
        </button>
      </form>
      <p class="good" role="status">
        {sent && words.sent}
      </p>
      {submitting.trouble !== null && (
        <p class="trouble" role="alert">
          {submitting.trouble}
        </p>
      )}
      {items.length > 0 && <h3>{words.mine}</h3>}
      {items.map(({ id, category, text, answer }) => (
        <article key={id} class="card" data-testid="own-complaint">
          <p>
            <strong>{words.categories[category]}</strong>: {text ?? words.forgotten}
          </p>
          <p class="soft">{answer === null ? words.waits : words.answer(answer.text ?? words.forgotten)}</p>
        </article>
      ))}
    </section>
  );
}
