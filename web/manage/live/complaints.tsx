/** Complaints that wait for an answer (FAIR-22), each with its race. */
import type { TargetedEvent } from 'preact';
import { number } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import type { Desk } from '../desk.ts';
import { LeadLink } from '../leads/lead-link.tsx';
import { wordOf } from '../leads/lead-words.ts';
import { when, zoneName } from '../when.ts';
import { t } from '../words.ts';
import type { Complaints as All, Complaint } from './live-view.ts';
import { Part } from './part.tsx';

export function Complaints({ desk, complaints: { items, counts } }: { desk: Desk; complaints: All }) {
  const words = t.value.live;
  return (
    <Part id="complaints" title={words.complaints.title} period={words.period.now(zoneName(desk.nowMs.value))}>
      <p>{words.complaints.counts(number(counts.thisWeek), number(counts.lastWeek))}</p>
      {items.length === 0 && <p class="soft">{words.complaints.none}</p>}
      <div class="offers">
        {items.map((complaint) => (
          <One key={complaint.id} desk={desk} complaint={complaint} />
        ))}
      </div>
    </Part>
  );
}

function One({ desk, complaint: { id, repName, category, leadId, at, text } }: { desk: Desk; complaint: Complaint }) {
  const words = t.value.live.complaints;
  const { isBusy, trouble, submit } = useSubmitting();
  const onSubmit = async (event: TargetedEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const answer = String(new FormData(event.currentTarget).get('text') ?? '').trim();
    const send = async (key: string): Promise<void> => {
      await desk.api.post(`/complaints/${encodeURIComponent(id)}/answers`, { text: answer }, { idempotencyKey: key });
    };
    if (await submit(answer, send)) desk.refresh();
  };
  return (
    <article class="card" data-testid="complaint" data-complaint-id={id}>
      <h3>{wordOf(words.categories, category)}</h3>
      <p class="soft">{words.from(repName ?? '–', when(at, desk.nowMs.value))}</p>
      <blockquote>{text ?? words.forgotten}</blockquote>
      {leadId !== null && (
        <p>
          <LeadLink leadId={leadId} name={words.race} />
        </p>
      )}
      <form class="fields" onSubmit={(event) => void onSubmit(event)}>
        <label>
          {words.answer}
          <textarea name="text" rows={3} required maxLength={2000} />
        </label>
        <button type="submit" class="primary" disabled={isBusy}>
          {words.send}
        </button>
        {trouble !== null && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
      </form>
    </article>
  );
}
