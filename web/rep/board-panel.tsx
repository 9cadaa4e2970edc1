/** Boards as the rep may choose them (DASH-02): the first ten of a period, and one's own place in the whole list. */
import { useState } from 'preact/hooks';
import type { BoardMetric, BoardPeriod, BoardRow } from '../../client-sdk/src/sambar-client.ts';
import { number, percent, span } from '../shared/format.ts';
import { useSubmitting } from '../shared/submitting.ts';
import type { RepModel } from './rep-model.ts';
import { t } from './words.ts';

const METRICS = ['points', 'claims', 'conversion', 'opportunities', 'revenue', 'claimSpeed', 'responseSpeed'] as const;
const PERIODS = ['week', 'month', 'quarter', 'all'] as const;

/** As `GET /v1/leaderboards/{metric}` answers a rep. */
interface Board {
  metric: BoardMetric;
  rows: BoardRow[];
  /** Absent: no place yet. */
  me?: BoardRow | null;
}

export function BoardPanel({ model }: { model: RepModel }) {
  const [board, setBoard] = useState<Board | null>(null);
  const [metric, setMetric] = useState<BoardMetric>('points');
  const [period, setPeriod] = useState<BoardPeriod>('week');
  const submitting = useSubmitting();
  const words = t.value.board;
  const show = (asked: BoardMetric, during: BoardPeriod): void => {
    setMetric(asked);
    setPeriod(during);
    void submitting.submit(`${asked} ${during}`, async () => {
      setBoard(await model.client.api.get<Board>(`/leaderboards/${asked}?period=${during}&top=10`));
    });
  };
  return (
    <details
      class="card"
      data-testid="board-panel"
      onToggle={(event) => {
        if (event.currentTarget.open) show(metric, period);
      }}
    >
      <summary>{words.title}</summary>
      <div class="fields">
        <div class="row">
          <label>
            {words.metric}{' '}
            <select value={metric} onChange={(event) => show(event.currentTarget.value as BoardMetric, period)}>
              {METRICS.map((name) => (
                <option key={name} value={name}>
                  {words.metrics[name]}
                </option>
              ))}
            </select>
          </label>
          <label>
            {words.period}{' '}
            <select value={period} onChange={(event) => show(metric, event.currentTarget.value as BoardPeriod)}>
              {PERIODS.map((name) => (
                <option key={name} value={name}>
                  {words.periods[name]}
                </option>
              ))}
            </select>
          </label>
        </div>
        {submitting.trouble !== null && (
          <p class="trouble" role="alert">
            {submitting.trouble}
          </p>
        )}
        {board !== null && <Rows board={board} own={model.me.value?.repId ?? ''} />}
      </div>
    </details>
  );
}

function Rows({ board: { metric, rows, me }, own }: { board: Board; own: string }) {
  const words = t.value.board;
  if (rows.length === 0) return <p class="soft">{words.empty}</p>;
  const isBelow = me != null && !rows.some(({ repId }) => repId === own);
  return (
    <>
      <table aria-label={words.metrics[metric as keyof typeof words.metrics]} data-testid="board-rows">
        <tbody>
          {(isBelow ? [...rows, me] : rows).map((row) => (
            <tr key={row.repId} class={row.repId === own ? 'own' : ''} aria-current={row.repId === own}>
              <td class="numeric">{number(row.rank)}</td>
              <td>{row.name ?? row.repId}</td>
              <td class="numeric">{shown(row.value, metric)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {me == null && <p class="soft">{words.noPlace}</p>}
    </>
  );
}

function shown(value: number, metric: BoardMetric): string {
  if (metric === 'conversion') return percent(value);
  return metric === 'claimSpeed' || metric === 'responseSpeed' ? span(value) : number(value);
}
