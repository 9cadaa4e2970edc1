/** One rep, opened: what a manager changes, and what is done when a phone is lost or somebody leaves. */
import { useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import type { RepPatch } from '../../../client-sdk/protocol/http.ts';
import { moment, number } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { TwoTaps } from '../two-taps.tsx';
import { t } from '../words.ts';
import { invite, lockOut } from './invite.tsx';
import { REPS_A_PAGE, type RepView } from './rep-view.ts';

interface PanelProps {
  desk: Desk;
  rep: RepView;
  teams: { name: string }[];
  close(): void;
}

/** Back into the race, rather than to one colleague. */
const TO_RACE = '';

export function RepPanel({ desk, rep, teams, close }: PanelProps) {
  const words = t.value.people;
  const { isBusy, trouble, submit } = useSubmitting();
  const change = (patch: RepPatch): Promise<boolean> =>
    submit(JSON.stringify(patch), async () => {
      await desk.api.patch(`/reps/${encodeURIComponent(rep.id)}`, patch);
      desk.refresh();
    });
  return (
    <section class="card" data-testid="rep-panel" aria-label={rep.name}>
      <div class="row">
        <h3 tabIndex={-1} ref={focusOnce}>
          {rep.name} <span class="soft">{rep.email}</span>
        </h3>
        <button type="button" class="quiet" onClick={close}>
          {t.value.dismiss}
        </button>
      </div>
      <div class="row acts">
        {rep.active ? (
          <>
            <button
              type="button"
              disabled={isBusy}
              onClick={() => void submit('invite', (key) => invite(desk, rep, key))}
            >
              {words.invite}
            </button>
            <BreakSwitch rep={rep} isBusy={isBusy} change={change} />
            <LostPhone desk={desk} rep={rep} />
          </>
        ) : (
          <button type="button" disabled={isBusy} onClick={() => void change({ active: true })}>
            {words.takeBack}
          </button>
        )}
        {(rep.active || rep.openLeads > 0) && <Leaver desk={desk} rep={rep} />}
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <EditForm rep={rep} teams={teams} isBusy={isBusy} change={change} />
      <Newcomer rep={rep} isBusy={isBusy} change={change} />
      <Protected rep={rep} isBusy={isBusy} change={change} />
    </section>
  );
}

/** The panel opens above the table: the keyboard and the reader go there. */
function focusOnce(heading: HTMLElement | null): void {
  if (heading !== null && heading.dataset.focused === undefined) {
    heading.dataset.focused = 'yes';
    heading.focus();
  }
}

interface ChangeProps {
  rep: RepView;
  isBusy: boolean;
  change(patch: RepPatch): Promise<boolean>;
}

function BreakSwitch({ rep, isBusy, change }: ChangeProps) {
  const words = t.value.people;
  const status = rep.status === 'break' ? 'ready' : 'break';
  return (
    <button type="button" disabled={isBusy} onClick={() => void change({ status })}>
      {status === 'break' ? words.sendOnBreak : words.makeReady}
    </button>
  );
}

function LostPhone({ desk, rep }: { desk: Desk; rep: RepView }) {
  const words = t.value.people.lostPhone;
  return (
    <TwoTaps label={words.title} act={words.act} run={(key) => lockOut(desk, rep, key)}>
      <p>{words.what(rep.name)}</p>
    </TwoTaps>
  );
}

interface HandedOn {
  handedOn: number;
  left: { leadId: string }[];
}

function Leaver({ desk, rep }: { desk: Desk; rep: RepView }) {
  const words = t.value.people.leaver;
  const to = useSignal(TO_RACE);
  const done = useSignal<HandedOn | null>(null);
  const run = async (idempotencyKey: string): Promise<void> => {
    const body = { toRepId: to.value === TO_RACE ? null : to.value, reason: words.reason, leaves: true };
    const path = `/reps/${encodeURIComponent(rep.id)}/handovers`;
    done.value = await desk.api.post<HandedOn>(path, body, { idempotencyKey });
    desk.refresh();
  };
  return (
    <>
      <TwoTaps
        label={rep.active ? words.title : words.handOn}
        act={rep.openLeads === 0 ? words.actAlone : words.act(number(rep.openLeads))}
        run={run}
      >
        <p>{words.what(rep.name)}</p>
        <Taker desk={desk} rep={rep} chosen={to.value} choose={(id) => Object.assign(to, { value: id })} />
      </TwoTaps>
      <p role="status" class="good">
        {done.value !== null && words.done(number(done.value.handedOn), done.value.left.length)}
      </p>
    </>
  );
}

function Taker({ desk, rep, chosen, choose }: { desk: Desk; rep: RepView; chosen: string; choose(id: string): void }) {
  const words = t.value.people.leaver;
  const reps = usePolled(desk, () => desk.api.get<Page<RepView>>(`/reps?limit=${REPS_A_PAGE}`));
  const colleagues = (reps?.items ?? []).filter(({ id, active }) => active && id !== rep.id);
  // Those of the same team first.
  const isOther = ({ team }: RepView): number => (team === rep.team ? 0 : 1);
  colleagues.sort((a, b) => isOther(a) - isOther(b) || a.name.localeCompare(b.name));
  return (
    <label class="taker">
      {words.to}
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value={TO_RACE}>{words.toRace}</option>
        {colleagues.map(({ id, name, team }) => (
          <option key={id} value={id}>
            {team === null ? name : `${name} · ${team}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function EditForm({ rep, teams, isBusy, change }: ChangeProps & { teams: { name: string }[] }) {
  const words = t.value.desk;
  const isSaved = useSignal(false);
  const onSubmit = async (event: TargetedEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    const text = (name: string): string => String(said.get(name) ?? '').trim();
    const patch: RepPatch = {};
    if (text('team') !== '' && text('team') !== rep.team) patch.team = text('team');
    if (text('tier') !== '' && Number(text('tier')) !== rep.tier) patch.tier = Number(text('tier'));
    if (text('quota') !== '' && Number(text('quota')) !== rep.quota) patch.quota = Number(text('quota'));
    isSaved.value = Object.keys(patch).length > 0 && (await change(patch));
  };
  return (
    <form class="two fields edit" onSubmit={(event) => void onSubmit(event)}>
      <label>
        {words.team}
        <input name="team" defaultValue={rep.team ?? ''} list="teams" />
        <datalist id="teams">
          {teams.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      <label>
        {words.tier}
        <input name="tier" type="number" min="1" max="20" defaultValue={String(rep.tier)} />
      </label>
      <label>
        {t.value.people.quota}
        <input name="quota" type="number" min="0" defaultValue={rep.quota === null ? '' : String(rep.quota)} />
      </label>
      <div class="row">
        <button type="submit" disabled={isBusy}>
          {t.value.people.save}
        </button>
        <span role="status" class="good">
          {isSaved.value && t.value.people.saved}
        </span>
      </div>
    </form>
  );
}

/** What a newcomer is to learn; a manager ticks it off. */
function Newcomer({ rep: { onboarding }, isBusy, change }: ChangeProps) {
  if (onboarding === null) return null;
  const lists = (['training', 'coaching'] as const).filter((list) => onboarding[list].length > 0);
  return (
    <>
      {lists.map((list) => (
        <fieldset key={list} class="choice">
          <legend>{t.value.people[list]}</legend>
          {onboarding[list].map(({ item, done }) => (
            <label key={item} class="tick">
              <input
                type="checkbox"
                checked={done}
                disabled={isBusy}
                onChange={() => void change({ onboardingTask: { list, item, done: !done } })}
              />
              {item}
            </label>
          ))}
        </fieldset>
      ))}
    </>
  );
}

function Protected({ rep: { protectedAllocation }, isBusy, change }: ChangeProps) {
  if (protectedAllocation === null) return null;
  const words = t.value.people;
  return (
    <div class="row">
      <p>{words.protectedUntil(moment(protectedAllocation.until))}</p>
      <button type="button" disabled={isBusy} onClick={() => void change({ protectedAllocation: null })}>
        {words.endProtection}
      </button>
    </div>
  );
}
