import { signal, useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import type { NewLead, NewRep } from '../../client-sdk/protocol/http.ts';
import { t } from '../shared/language.ts';
import { useSubmitting } from '../shared/submitting.ts';
import type { ManageModel, ModeView, RepView } from './manage-model.ts';

/** Shown once, to be handed to the rep; it is in no list. */
const newestInvite = signal<{ name: string; url: string } | null>(null);

export async function invite(
  model: ManageModel,
  { id, name }: Pick<RepView, 'id' | 'name'>,
  idempotencyKey: string,
): Promise<void> {
  const path = `/reps/${encodeURIComponent(id)}/invites`;
  const { url } = await model.api.post<{ url: string }>(path, undefined, { idempotencyKey });
  newestInvite.value = { name, url };
}

export function InviteLink() {
  const shown = newestInvite.value;
  if (shown === null) return null;
  return (
    <section class="card" data-testid="invite-link">
      <h3>
        {t.value.manage.inviteLink}: {shown.name}
      </h3>
      <p class="invite-link">{shown.url}</p>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          newestInvite.value = null;
        }}
      >
        {t.value.dismiss}
      </button>
    </section>
  );
}

interface FormField {
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
function Form({ title, fields, send }: FormProps) {
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
        {t.value.manage.submit}
      </button>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </form>
  );
}

export function NewRepForm({ model }: { model: ManageModel }) {
  const words = t.value.manage;
  const send = async (values: Record<string, string>, key: string): Promise<void> => {
    const rep: NewRep = { name: values.name ?? '', email: values.email ?? '' };
    if (values.team !== undefined) rep.team = values.team;
    if (values.tier !== undefined) rep.tier = Number(values.tier);
    const { id, name } = await model.api.post<RepView>('/reps', rep, { idempotencyKey: key });
    // The same tap again makes neither a second rep nor a second invite.
    await invite(model, { id, name }, `${key}-invite`);
    await model.refresh();
  };
  return (
    <Form
      title={words.newRep}
      send={send}
      fields={[
        { name: 'name', label: words.name, isRequired: true },
        { name: 'email', label: words.email, type: 'email', isRequired: true },
        { name: 'team', label: words.team },
        { name: 'tier', label: words.tier, type: 'number' },
      ]}
    />
  );
}

export function NewLeadForm({ model }: { model: ManageModel }) {
  const words = t.value.manage;
  const send = async (values: Record<string, string>, idempotencyKey: string): Promise<void> => {
    await model.api.post('/leads', leadOf(values), { idempotencyKey });
    await model.refresh();
  };
  return (
    <Form
      title={words.newLead}
      send={send}
      fields={[
        { name: 'company', label: words.company, isRequired: true },
        { name: 'size', label: words.size, type: 'number' },
        { name: 'source', label: words.source, isRequired: true },
        { name: 'contactName', label: words.contactName, isRequired: true },
        { name: 'contactTitle', label: words.contactTitle },
        { name: 'email', label: words.email, type: 'email' },
        { name: 'phone', label: words.phone, type: 'tel' },
      ]}
    />
  );
}

function leadOf(values: Record<string, string>): NewLead {
  const lead: NewLead = {
    source: values.source ?? '',
    company: { name: values.company ?? '' },
    contact: { name: values.contactName ?? '' },
  };
  if (values.size !== undefined) lead.company.size = Number(values.size);
  if (values.contactTitle !== undefined) lead.contact.title = values.contactTitle;
  if (values.email !== undefined) lead.contact.email = values.email;
  if (values.phone !== undefined) lead.contact.phone = values.phone;
  return lead;
}

export function NewScreenForm({ model }: { model: ManageModel }) {
  const words = t.value.screens;
  const connected = useSignal<string | null>(null);
  const send = async (values: Record<string, string>, idempotencyKey: string): Promise<void> => {
    const code = (values.code ?? '').replace(/\D/g, '');
    const path = `/pairings/${encodeURIComponent(code)}/screens`;
    const { name } = await model.api.post<{ name: string }>(path, { name: values.name ?? '' }, { idempotencyKey });
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

export function PolicySwitch({ model }: { model: ManageModel }) {
  const words = t.value.manage;
  const policy = model.policy.value;
  const presets = { open: words.presetOpen, tiered: words.presetTiered };
  return (
    <section class="card" data-testid="policy" data-preset={policy?.preset}>
      <h2>{words.policy}</h2>
      {policy !== null && <p class="soft">{words.version(String(policy.version))}</p>}
      <div class="row">
        {Object.entries(presets).map(([preset, label]) => (
          <button
            key={preset}
            type="button"
            aria-pressed={policy?.preset === preset}
            disabled={policy === null}
            onClick={() => void model.setPreset(preset)}
          >
            {label}
          </button>
        ))}
      </div>
      {(policy?.warnings ?? []).map(({ rule, warning, message }) => (
        <p class="trouble" key={`${warning} ${rule}`} data-testid="policy-warning">
          {rule === null ? message : `${rule}: ${message}`}
        </p>
      ))}
      {model.modes.value.map((mode) => (
        <ModeAdvice key={mode.mode} {...mode} />
      ))}
    </section>
  );
}

/** COMP-12: what a mode is good for, where the rules are chosen. */
function ModeAdvice({ mode, inUse, strengths, weaknesses, bestFor }: ModeView) {
  const words = t.value.manage;
  return (
    <details open={inUse} data-testid={`mode-${mode}`}>
      <summary>{inUse ? `${mode} (${words.modeInUse})` : mode}</summary>
      <p class="soft">
        {words.strengths}: {strengths}
      </p>
      <p class="soft">
        {words.weaknesses}: {weaknesses}
      </p>
      <p class="soft">
        {words.bestFor}: {bestFor}
      </p>
    </details>
  );
}
