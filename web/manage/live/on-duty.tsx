/** Who is on (DASH-09): counted by state, then one table of one state, the fullest reps first. */
import { useSignal } from '@preact/signals';
import { number } from '../../shared/format.ts';
import type { Desk } from '../desk.ts';
import { showLeadsOf } from '../leads/shown.ts';
import { when, zoneName } from '../when.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import { type LiveRep, type RepState, stateOf } from './live-view.ts';
import { Part } from './part.tsx';

const STATES: readonly RepState[] = ['ready', 'onBreak', 'away', 'offline'];
const ROWS_AT_FIRST = 25;

export function OnDuty({ desk, reps }: { desk: Desk; reps: LiveRep[] }) {
  const words = t.value.live;
  const team = useSignal('');
  const chosen = useSignal<RepState>('ready');
  const rows = useSignal(ROWS_AT_FIRST);
  const teams = [...new Set(reps.map((rep) => rep.team).filter((name) => name !== null))].sort();
  const ofTeam = reps.filter((rep) => team.value === '' || rep.team === team.value);
  const listed = ofTeam.filter((rep) => stateOf(rep) === chosen.value).sort(fullestFirst);
  return (
    <Part id="on-duty" title={words.who} period={words.period.now(zoneName(desk.nowMs.value))}>
      {reps.length === 0 && <p class="soft">{words.nobody}</p>}
      <div class="row">
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={chosen.value === state}
            data-testid={`state-${state}`}
            onClick={() => {
              chosen.value = state;
              rows.value = ROWS_AT_FIRST;
            }}
          >
            {words.states[state]} <strong>{number(ofTeam.filter((rep) => stateOf(rep) === state).length)}</strong>
          </button>
        ))}
        {teams.length > 1 && (
          <select
            aria-label={t.value.desk.team}
            value={team.value}
            onChange={(event) => {
              team.value = event.currentTarget.value;
            }}
          >
            <option value="">{words.allTeams}</option>
            {teams.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </div>
      {listed.length === 0 && reps.length > 0 && <p class="soft">{words.noneSo}</p>}
      {listed.length > 0 && <Table desk={desk} reps={listed.slice(0, rows.value)} />}
      {listed.length > rows.value && (
        <div>
          <button
            type="button"
            onClick={() => {
              rows.value = listed.length;
            }}
          >
            {words.moreReps(number(listed.length - rows.value))}
          </button>
        </div>
      )}
    </Part>
  );
}

function Table({ desk, reps }: { desk: Desk; reps: LiveRep[] }) {
  return (
    <Wide label={t.value.live.who}>
      <table class="fitting">
        <thead>
          <tr>
            <th>{t.value.desk.rep}</th>
            <th>{t.value.desk.team}</th>
            <th class="numeric">{t.value.live.openLeads}</th>
          </tr>
        </thead>
        <tbody>
          {reps.map((rep) => (
            <tr key={rep.id} data-testid="duty-row" data-rep-id={rep.id}>
              <td>
                <span class="clamp">{rep.name}</span>
                {rep.awayUntil !== null && (
                  <span class="soft">{t.value.live.awayUntil(when(rep.awayUntil, desk.nowMs.value))}</span>
                )}
              </td>
              <td>{rep.team ?? '–'}</td>
              <td class="numeric">
                <button type="button" class="figure" onClick={() => showLeadsOf(rep.id)}>
                  {heldBy(rep)}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function heldBy({ openLeads, maxOpenLeads }: LiveRep): string {
  const words = t.value.live;
  if (maxOpenLeads === null) return number(openLeads);
  const held = words.ofMost(number(openLeads), number(maxOpenLeads));
  return openLeads >= maxOpenLeads ? `${held} · ${words.full}` : held;
}

function fullestFirst(one: LiveRep, other: LiveRep): number {
  const fill = ({ openLeads, maxOpenLeads }: LiveRep): number => openLeads / (maxOpenLeads ?? Number.MAX_SAFE_INTEGER);
  return fill(other) - fill(one) || other.openLeads - one.openLeads || one.name.localeCompare(other.name);
}
