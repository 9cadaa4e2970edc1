/** A lead of no consequence, to see that all of it works. */
import { useSignal } from '@preact/signals';
import type { LeadView } from '../../../client-sdk/src/sambar-client.ts';
import { span } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, usePolled } from '../desk.ts';
import { t } from '../words.ts';

export function TestStep({ desk }: { desk: Desk }) {
  const words = t.value.setup.test;
  const sent = useSignal<string | null>(null);
  const { isBusy, trouble, submit } = useSubmitting();
  const send = (): Promise<boolean> =>
    submit('test', async (idempotencyKey) => {
      const lead = { source: words.source, company: { name: words.company }, contact: { name: words.contact } };
      sent.value = (await desk.api.post<LeadView>('/leads', lead, { idempotencyKey })).id;
      desk.refresh();
    });
  return (
    <div class="fields">
      <p>{words.help}</p>
      <div>
        <button type="button" class="primary" disabled={isBusy} onClick={() => void send()}>
          {words.send}
        </button>
      </div>
      {sent.value !== null && <Fate key={sent.value} desk={desk} leadId={sent.value} />}
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

function Fate({ desk, leadId }: { desk: Desk; leadId: string }) {
  const words = t.value.setup.test;
  const lead = usePolled(desk, () => desk.api.get<LeadView>(`/leads/${encodeURIComponent(leadId)}`));
  if (lead === null) return null;
  const { claim, status } = lead;
  const said = status === 'waiting' ? words.nobody : words.offered;
  return (
    <p role="status" class={claim === null ? '' : 'good'} data-testid="test-lead">
      {claim === null ? said : words.won(claim.repName ?? claim.repId, span(claim.claimSpeedMs ?? 0))}
    </p>
  );
}
