import type { ComponentChildren, TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { countdown, span } from '../shared/format.ts';
import { type Submitting, useSubmitting } from '../shared/submitting.ts';
import { Contact } from './contact.tsx';
import { LogContact } from './log-contact.tsx';
import type { OwnLead, RepModel } from './rep-model.ts';
import { t } from './words.ts';

const OUTCOMES = ['connected', 'voicemail', 'wrongNumber'] as const;
/** `won` asks for the revenue and `disqualified` for a reason, so these two have forms of their own. */
const PLAIN_STAGES = ['qualified', 'nurture', 'opportunity', 'lost'] as const;

const anchorOf = (leadId: string) => `own-${leadId}`;

/** From the card that was won to whom to call: in view, and where the keyboard goes on. */
export function showOwn(leadId: string): void {
  const shown = document.getElementById(anchorOf(leadId));
  shown?.scrollIntoView();
  shown?.focus({ preventScroll: true });
}

export function MyLeads({ model }: { model: RepModel }) {
  const leads = model.me.value?.leads ?? [];
  const words = t.value.lead;
  return (
    <section class="fields" aria-label={words.mine}>
      <h2>{words.mine}</h2>
      {leads.length === 0 && <p class="soft">{words.none}</p>}
      {leads.map((lead) => (
        <MyLead key={lead.id} lead={lead} model={model} />
      ))}
    </section>
  );
}

function MyLead({ lead, model }: { lead: OwnLead; model: RepModel }) {
  const submitting = useSubmitting();
  const [saved, setSaved] = useState('');
  const words = t.value.lead;
  const send = async (path: string, body: object, done: string): Promise<boolean> => {
    setSaved('');
    const isDone = await submitting.submit(path + JSON.stringify(body), async (idempotencyKey) => {
      await model.client.api.post(`/leads/${lead.id}/${path}`, body, { idempotencyKey });
    });
    if (!isDone) return false;
    setSaved(done);
    await model.refreshMe();
    return true;
  };
  return (
    <article class="card" id={anchorOf(lead.id)} tabIndex={-1} data-testid="my-lead" data-lead-id={lead.id}>
      <h3>{lead.company.name}</h3>
      <FirstContact lead={lead} now={model.now.value} />
      <Contact lead={lead} from={model.me.value?.name ?? null} />
      <Group label={words.callOutcome}>
        {OUTCOMES.map((outcome) => (
          <button
            key={outcome}
            type="button"
            disabled={submitting.isBusy}
            onClick={() => void send('activities', { kind: 'call', outcome }, words[outcome])}
          >
            {words[outcome]}
          </button>
        ))}
      </Group>
      <LogContact submitting={submitting} send={(body) => send('activities', body, words.otherContact)} />
      <Group label={words.stage}>
        {PLAIN_STAGES.map((stage) => (
          <button
            key={stage}
            type="button"
            disabled={submitting.isBusy}
            aria-pressed={lead.stage === stage}
            onClick={() => void send('stages', { stage }, words.stages[stage])}
          >
            {words.stages[stage]}
          </button>
        ))}
      </Group>
      <WonForm submitting={submitting} send={(body) => send('stages', body, words.stages.won)} />
      <WithReason
        label={words.stages.disqualified}
        reasons={words.disqualifyReasons}
        isBusy={submitting.isBusy}
        choose={(reason) => void send('stages', { stage: 'disqualified', reason }, words.stages.disqualified)}
      />
      <WithReason
        label={words.release}
        reasons={words.releaseReasons}
        isBusy={submitting.isBusy}
        choose={(reason) => void send('releases', { reason }, words.release)}
      />
      <p class="good" role="status">
        {saved !== '' && `${words.saved}: ${saved}`}
      </p>
      {submitting.trouble !== null && (
        <p class="trouble" role="alert">
          {submitting.trouble}
        </p>
      )}
    </article>
  );
}

/** Counts down to when the first contact is due, and then up; until it was made. */
function FirstContact({ lead: { contactDueAt, contactedAt }, now }: { lead: OwnLead; now: number }) {
  if (contactDueAt === null || contactedAt !== null) return null;
  const leftMs = Date.parse(contactDueAt) - now;
  const words = t.value.lead;
  return (
    <p class={`countdown${leftMs < 0 ? ' trouble' : ''}`} data-testid="first-contact">
      {leftMs < 0 ? words.contactLate(span(-leftMs)) : words.contactWithin(countdown(leftMs))}
    </p>
  );
}

function Group({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <fieldset class="group">
      <legend>{label}</legend>
      <div class="row">{children}</div>
    </fieldset>
  );
}

interface WonFormProps {
  submitting: Submitting;
  send(body: object): Promise<boolean>;
}

function WonForm({ submitting, send }: WonFormProps) {
  const words = t.value.lead;
  const submit = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const revenue = Number(new FormData(event.currentTarget).get('revenue'));
    void send({ stage: 'won', revenue });
  };
  return (
    <form class="row" onSubmit={submit}>
      <label>
        {words.revenue} <input name="revenue" type="number" min="0" step="1" required />
      </label>
      <button type="submit" disabled={submitting.isBusy}>
        {words.stages.won}
      </button>
    </form>
  );
}

interface WithReasonProps {
  label: string;
  reasons: string[];
  isBusy: boolean;
  choose(reason: string): void;
}

/** Two steps for what takes a lead off the list: first the button, then a reason in one tap. */
function WithReason({ label, reasons, isBusy, choose }: WithReasonProps) {
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) {
    return (
      <button type="button" onClick={() => setOpen(true)}>
        {label}
      </button>
    );
  }
  return (
    <Group label={`${label}: ${t.value.lead.reason}`}>
      {reasons.map((reason) => (
        <button key={reason} type="button" disabled={isBusy} onClick={() => choose(reason)}>
          {reason}
        </button>
      ))}
      <button type="button" class="quiet" onClick={() => setOpen(false)}>
        {t.value.cancel}
      </button>
    </Group>
  );
}
