import { useSignal } from '@preact/signals';
import type { LiveRep } from '../live/live-view.ts';
import { t } from '../words.ts';
import { filters, type LeadFilters, NO_FILTERS } from './shown.ts';

const STATUSES = ['waiting', 'offered', 'owned', 'finished'] as const;

export function FilterBar({ reps }: { reps: LiveRep[] }) {
  const words = t.value.leads.filters;
  const { value } = filters;
  const company = useSignal(value.company);
  const teams = [...new Set(reps.flatMap(({ team }) => (team === null ? [] : [team])))].sort();
  const ofTeam = reps.filter(({ team }) => value.team === '' || team === value.team);
  const change = (part: Partial<LeadFilters>): void => {
    filters.value = { ...filters.value, ...part };
  };
  return (
    <form
      class="filters"
      aria-label={words.title}
      onSubmit={(event) => {
        event.preventDefault();
        change({ company: company.value.trim() });
      }}
    >
      <Choice
        label={t.value.desk.status}
        value={value.status}
        options={STATUSES.map((status) => [status, t.value.leads.status[status]])}
        choose={(status) => change({ status })}
      />
      {teams.length > 0 && (
        <Choice
          label={words.team}
          value={value.team}
          options={teams.map((team) => [team, team])}
          choose={(team) => change({ team, repId: '' })}
        />
      )}
      <Choice
        label={words.rep}
        value={value.repId}
        options={ofTeam.map(({ id, name }) => [id, name])}
        choose={(repId) => change({ repId })}
      />
      <label>
        {words.company} <span class="soft">{words.companyHelp}</span>
        <input
          type="search"
          maxLength={200}
          value={company.value}
          onInput={(event) => {
            company.value = event.currentTarget.value;
          }}
          onChange={() => change({ company: company.value.trim() })}
        />
      </label>
      {value !== NO_FILTERS && (
        <button
          type="button"
          onClick={() => {
            company.value = '';
            filters.value = NO_FILTERS;
          }}
        >
          {words.clear}
        </button>
      )}
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  /** What is asked for, and what is written. */
  options: [value: string, label: string][];
  choose(value: string): void;
}

function Choice({ label, value, options, choose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t.value.leads.filters.all}</option>
        {options.map(([of, written]) => (
          <option key={of} value={of}>
            {written}
          </option>
        ))}
      </select>
    </label>
  );
}
