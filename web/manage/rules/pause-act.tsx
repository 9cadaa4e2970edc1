/** One team or several paused: the first tap asks for how long and why, the second does it. */
import { useSignal } from '@preact/signals';
import { moment } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';
import { NumberInput } from './numbers.tsx';

const DAYS = 14;
const DAYS_MAX = 90;
const DAY_MS = 86_400_000;

export const teamPath = (team: string): string => `/teams/${encodeURIComponent(team)}`;

interface PauseActProps {
  desk: Desk;
  teams: readonly string[];
  label: string;
  whom: string;
}

export function PauseAct({ desk, teams, label, whom }: PauseActProps) {
  const words = t.value.rules.pauses;
  const isOpen = useSignal(false);
  const days = useSignal(DAYS);
  const reason = useSignal('');
  const { isBusy, trouble, submit } = useSubmitting();
  const send = async (): Promise<void> => {
    const body = { days: days.value, reason: reason.value.trim() };
    // The teams as they were when it was first tried, so that a second try is the same asks.
    const isDone = await submit(JSON.stringify(body), async (key) => {
      for (const team of teams)
        await desk.api.post(`${teamPath(team)}/pause`, body, { idempotencyKey: `${key}-${encodeURIComponent(team)}` });
    });
    if (isDone) isOpen.value = false;
    desk.refresh();
  };
  const open = (is: boolean) => () => {
    isOpen.value = is;
  };
  if (!isOpen.value)
    return (
      <div class="row">
        <button type="button" data-testid="pause" onClick={open(true)}>
          {label}
          <span class="announcer"> {whom}</span>
        </button>
      </div>
    );
  const until = new Date(desk.nowMs.value + days.value * DAY_MS).toISOString();
  return (
    <div class="fields act" data-testid="pause-act">
      <h4>{words.pauseOf(whom)}</h4>
      <NumberInput
        label={words.days}
        shown={words.days}
        value={days.value}
        from={1}
        to={DAYS_MAX}
        onNumber={(next) => {
          days.value = next;
        }}
      />
      <p class="soft">{words.until(moment(until))}</p>
      <label>
        {words.reason}
        <input
          maxLength={1000}
          required
          value={reason.value}
          onInput={({ currentTarget }) => {
            reason.value = currentTarget.value;
          }}
        />
      </label>
      <div class="row">
        <button
          type="button"
          class="primary"
          data-testid="pause-sure"
          disabled={isBusy || reason.value.trim() === ''}
          onClick={() => void send()}
        >
          {words.sure}
        </button>
        <button type="button" class="quiet" onClick={open(false)}>
          {t.value.rules.switchOn.cancel}
        </button>
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}
