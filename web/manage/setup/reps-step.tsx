/** Reps from a list: looked at first, then added, all or none. */
import { useSignal } from '@preact/signals';
import { number } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import type { Desk } from '../desk.ts';
import { Wide } from '../wide.tsx';
import { t } from '../words.ts';
import type { Setup } from './steps.ts';

type Column = 'name' | 'email' | 'team' | 'tier' | 'timeZone' | 'hiredOn' | 'languages';
type Fault = 'missing' | 'wrong' | 'twice' | 'noColumn' | 'unreadable' | 'tooMany' | 'otherTeam';

/** What `POST /v1/reps/imports` answers to a dry run. */
interface Preview {
  rows: { line: number; name: string; email: string; team?: string; tier?: number }[];
  existing: { line: number; email: string }[];
  ignored: string[];
  errors: { line: number; column: Column | null; fault: Fault }[];
  errorCount: number;
}

const ROWS_SHOWN = 10;

export function RepsStep({ desk, setup }: { desk: Desk; setup: Setup }) {
  const words = t.value.setup.reps;
  const csv = useSignal('');
  const team = useSignal(setup.teams[0]?.name ?? '');
  const preview = useSignal<Preview | null>(null);
  const added = useSignal<number | null>(null);
  const { isBusy, trouble, submit } = useSubmitting();
  const body = { csv: csv.value, ...(team.value !== '' && { team: team.value }) };
  const change = (text: string): void => {
    csv.value = text;
    preview.value = null;
    added.value = null;
  };
  const look = (): Promise<boolean> =>
    submit('look', async () => {
      preview.value = await desk.api.post<Preview>('/reps/imports', { ...body, dryRun: true });
    });
  const add = (): Promise<boolean> =>
    submit(JSON.stringify(body), async (idempotencyKey) => {
      const done = await desk.api.post<{ added: unknown[] }>('/reps/imports', body, { idempotencyKey });
      change('');
      added.value = done.added.length;
      desk.refresh();
    });
  return (
    <div class="fields">
      <p>{words.help}</p>
      <pre class="snippet">{words.example}</pre>
      <label>
        {words.file}
        <input
          type="file"
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(event) => void event.currentTarget.files?.[0]?.text().then(change)}
        />
      </label>
      <label>
        {words.paste}
        <textarea rows={6} value={csv.value} onInput={(event) => change(event.currentTarget.value)} />
      </label>
      <label>
        {words.teamOfOthers}
        <select
          value={team.value}
          onChange={(event) => {
            team.value = event.currentTarget.value;
            preview.value = null;
          }}
        >
          {setup.role === 'admin' && <option value="">{words.noTeam}</option>}
          {setup.teams.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div>
        <button type="button" disabled={isBusy || csv.value.trim() === ''} onClick={() => void look()}>
          {words.look}
        </button>
      </div>
      {preview.value !== null && <Shown preview={preview.value} />}
      {preview.value !== null && preview.value.errorCount === 0 && preview.value.rows.length > 0 && (
        <div>
          <button type="button" class="primary" disabled={isBusy} onClick={() => void add()}>
            {words.add(number(preview.value.rows.length))}
          </button>
        </div>
      )}
      <p role="status" class="good">
        {added.value !== null && words.added(number(added.value))}
      </p>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

function Shown({ preview: { rows, existing, ignored, errors, errorCount } }: { preview: Preview }) {
  const words = t.value.setup.reps;
  const columns: Record<string, string> = words.columns;
  return (
    <div class="fields" data-testid="preview">
      {errorCount > 0 && (
        <div role="alert">
          <p class="trouble">{words.wrong(number(errorCount))}</p>
          <ul class="list">
            {errors.map(({ line, column, fault }) => (
              <li key={`${line} ${column}`}>
                {words.line(number(line))}
                {column !== null && `, ${columns[column]}`}: {words.faults[fault]}
              </li>
            ))}
          </ul>
        </div>
      )}
      {existing.length > 0 && <p>{words.known(existing.map(({ email }) => email).join(', '))}</p>}
      {ignored.length > 0 && <p class="soft">{words.ignored(ignored.join(', '))}</p>}
      {rows.length > 0 && (
        <Wide label={words.toBeAdded}>
          <table>
            <tbody>
              {rows.slice(0, ROWS_SHOWN).map(({ line, name, email, team, tier }) => (
                <tr key={line}>
                  <td>{name}</td>
                  <td>{email}</td>
                  <td>{team ?? '–'}</td>
                  <td class="numeric">{tier ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {rows.length > ROWS_SHOWN && <p class="soft">{words.more(number(rows.length - ROWS_SHOWN))}</p>}
    </div>
  );
}
