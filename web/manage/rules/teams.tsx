/** What of each team is another than the company's: its zone, its hours, its rules (COMP-11), as text. */
import { useSignal } from '@preact/signals';
import { t } from '../words.ts';
import { isObject, type Json, withValueAt } from './document.ts';
import { JsonEditor } from './json-editor.tsx';

interface TeamsProps {
  value: Json | undefined;
  label: string;
  onValue(value: Json): void;
}

/** What a team begins with; it says nothing yet. */
const FRESH: Json = { rules: {} };

export function Teams({ value, label, onValue }: TeamsProps) {
  const words = t.value.rules.values;
  const name = useSignal('');
  const teams = isObject(value) ? value : {};
  const put = (team: string, rules: Json | undefined) => onValue(withValueAt(teams, [team], rules));
  const fresh = name.value.trim();
  const mayAdd = fresh !== '' && !Object.hasOwn(teams, fresh);
  return (
    <fieldset>
      <legend>{label}</legend>
      {Object.keys(teams).length === 0 && <p class="soft">{words.noTeamRules}</p>}
      {Object.entries(teams).map(([team, rules]) => (
        <div key={team} class="json" data-testid="team-rules" data-team={team}>
          <JsonEditor label={team} value={rules} onValue={(next) => put(team, next)} />
          <div class="row">
            <button type="button" class="quiet" onClick={() => put(team, undefined)}>
              {words.removeTeam(team)}
            </button>
          </div>
        </div>
      ))}
      <div class="row">
        <label>
          {words.team}{' '}
          <input
            value={name.value}
            onInput={({ currentTarget }) => {
              name.value = currentTarget.value;
            }}
          />
        </label>
        <button
          type="button"
          disabled={!mayAdd}
          onClick={() => {
            put(fresh, FRESH);
            name.value = '';
          }}
        >
          {words.addTeam}
        </button>
      </div>
    </fieldset>
  );
}
