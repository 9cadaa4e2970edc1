/**
 * A lead handed to another rep in two taps: the first opens the choice and says what will happen, the second, on a
 * name, does it. From here a lead goes back into the race too.
 */
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LeadView } from '../../../client-sdk/src/sambar-client.ts';
import { number } from '../../shared/format.ts';
import { type Submitting, useSubmitting } from '../../shared/submitting.ts';
import { type Desk, usePolled } from '../desk.ts';
import { type LiveRep, stateOf } from '../live/live-view.ts';
import { t } from '../words.ts';

interface Asked {
  leadId: string;
  company: string;
}

const asked = signal<Asked | null>(null);
/** What was done last. */
const done = signal<string | null>(null);

export function askHandOver(leadId: string, company: string | null): void {
  done.value = null;
  asked.value = { leadId, company: company ?? leadId };
}

/** As many names as fit a phone. */
const NAMES_SHOWN = 8;

interface HandOverProps {
  desk: Desk;
  reps: LiveRep[];
}

export function HandOver({ desk, reps }: HandOverProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { value } = asked;
  useEffect(() => {
    if (value !== null && dialog.current?.open === false) dialog.current.showModal();
    if (value === null) dialog.current?.close();
  }, [value]);
  return (
    <>
      {/* Always there, so that a screen reader says what comes into it. */}
      <p class={done.value === null ? 'announcer' : 'good'} role="status" data-testid="handed-over">
        {done.value}
      </p>
      <dialog
        ref={dialog}
        aria-labelledby="hand-over-title"
        data-testid="hand-over"
        onClose={() => {
          asked.value = null;
        }}
      >
        {value !== null && <Choice key={value.leadId} desk={desk} reps={reps} asked={value} />}
      </dialog>
    </>
  );
}

function Choice({ desk, reps, asked: { leadId, company } }: HandOverProps & { asked: Asked }) {
  const words = t.value.leads.hand;
  const path = `/leads/${encodeURIComponent(leadId)}`;
  const lead = usePolled(desk, () => desk.api.get<LeadView>(path), [leadId]);
  const reason = useSignal(words.reasonDefault);
  const submitting = useSubmitting();
  const ownerName = lead?.claim?.repName ?? lead?.claim?.repId ?? null;

  const finish = (said: string): void => {
    done.value = said;
    asked.value = null;
    desk.refresh();
  };
  const give = async ({ id, name }: LiveRep): Promise<void> => {
    const order = { repId: id, reason: reason.value };
    const send = async (key: string): Promise<void> => {
      await desk.api.post(`${path}/assignments`, order, { idempotencyKey: key });
    };
    if (await submitting.submit(JSON.stringify(order), send)) finish(words.done(company, name));
  };
  const release = async (): Promise<void> => {
    const order = { reason: reason.value };
    const send = async (key: string): Promise<void> => {
      await desk.api.post(`${path}/releases`, order, { idempotencyKey: key });
    };
    if (await submitting.submit(JSON.stringify(order), send)) finish(words.released(company));
  };

  return (
    <div class="fields">
      <div class="row">
        <h2 id="hand-over-title" class="clamp grows" tabIndex={-1} autofocus>
          {words.title(company)}
        </h2>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            asked.value = null;
          }}
        >
          {t.value.cancel}
        </button>
      </div>
      {lead === null && <p class="soft">{t.value.leads.explained.loading}</p>}
      {lead !== null && <p data-testid="what-happens">{whatHappens(lead, ownerName)}</p>}
      {lead !== null && lead.status !== 'finished' && (
        <>
          <label>
            {words.reason}
            <input
              value={reason.value}
              maxLength={1000}
              onInput={(event) => {
                reason.value = event.currentTarget.value;
              }}
            />
          </label>
          <Names reps={reps} lead={lead} submitting={submitting} give={give} />
          {lead.status === 'owned' && ownerName !== null && (
            <div class="fields release">
              <p>{words.releaseHelp(ownerName)}</p>
              <button type="button" disabled={submitting.isBusy} onClick={() => void release()}>
                {words.release}
              </button>
            </div>
          )}
        </>
      )}
      {submitting.trouble !== null && (
        <p class="trouble" role="alert">
          {submitting.trouble}
        </p>
      )}
    </div>
  );
}

function whatHappens({ status }: LeadView, ownerName: string | null): string {
  const words = t.value.leads.hand;
  if (status === 'finished') return words.finished;
  if (status === 'offered') return words.fromOffer;
  return ownerName === null ? words.fromNobody : words.fromOwner(ownerName);
}

interface NamesProps {
  reps: LiveRep[];
  lead: LeadView;
  submitting: Submitting;
  give(rep: LiveRep): Promise<void>;
}

/** Who could take it best comes first: of the owner's team, ready, with the fewest open leads. */
function Names({ reps, lead, submitting, give }: NamesProps) {
  const words = t.value.leads.hand;
  const find = useSignal('');
  const ownerTeam = reps.find(({ id }) => id === lead.claim?.repId)?.team ?? null;
  const sought = find.value.trim().toLocaleLowerCase();
  const far = (rep: LiveRep): number =>
    (ownerTeam !== null && rep.team !== ownerTeam ? 2 : 0) + (stateOf(rep) === 'ready' ? 0 : 1);
  const fitting = reps
    .filter(({ id, name }) => id !== lead.claim?.repId && name.toLocaleLowerCase().includes(sought))
    .sort(
      (one, other) => far(one) - far(other) || one.openLeads - other.openLeads || one.name.localeCompare(other.name),
    );
  return (
    <>
      {reps.length > NAMES_SHOWN && (
        <label>
          {words.find}
          <input
            type="search"
            onInput={(event) => {
              find.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
      <ul class="choices" aria-label={words.choose}>
        {fitting.slice(0, NAMES_SHOWN).map((rep) => (
          <li key={rep.id}>
            <button
              type="button"
              data-testid="give-to"
              data-rep-id={rep.id}
              disabled={submitting.isBusy}
              onClick={() => void give(rep)}
            >
              <strong class="clamp">{rep.name}</strong>
              <span class="soft">{roomWords(rep)}</span>
            </button>
          </li>
        ))}
      </ul>
      {fitting.length === 0 && <p class="soft">{words.nobody}</p>}
      {fitting.length > NAMES_SHOWN && <p class="soft">{words.more(number(fitting.length - NAMES_SHOWN))}</p>}
    </>
  );
}

function roomWords(rep: LiveRep): string {
  const { holds, holdsAny } = t.value.leads.hand;
  const { openLeads, maxOpenLeads, team } = rep;
  const held = maxOpenLeads === null ? holdsAny(number(openLeads)) : holds(number(openLeads), number(maxOpenLeads));
  return [...(team === null ? [] : [team]), t.value.live.states[stateOf(rep)], held].join(' · ');
}
