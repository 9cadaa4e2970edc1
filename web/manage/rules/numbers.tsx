/** Numbers and spans of time, typed. What is no number is said and changes nothing; what is out of bounds is said. */
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { number } from '../../shared/format.ts';
import { t } from '../words.ts';
import { secondsIn, TIME_UNITS, type TimeUnit, timeInWords, unitOf } from './shown-value.ts';

interface NumberProps {
  /** For those who do not see it. */
  label: string;
  /** Above the input; absent: something else says it. */
  shown?: string;
  value: number;
  from: number;
  to: number;
  isFraction?: boolean;
  suffix?: ComponentChildren;
  title?: string;
  /** How a bound is said; as a number unless told. */
  bound?(value: number): string;
  onNumber(value: number): void;
}

export function NumberInput({ label, shown, value, from, to, suffix, title, bound = number, ...props }: NumberProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const words = t.value.rules.draft;
  const isNumber = typed === null || (typed.trim() !== '' && Number.isFinite(Number(typed)));
  // What somebody else put there, a preset or "undo", is shown in place of what was typed.
  const isOwn = typed !== null && (!isNumber || Number(typed) === value);
  const isOut = value < from || value > to || (props.isFraction !== true && !Number.isInteger(value));
  const trouble = !isNumber ? words.notANumber : isOut ? words.outOfBounds(bound(from), bound(to)) : null;
  return (
    <div class="amount">
      <label for={id} class={shown === undefined ? 'announcer' : undefined}>
        {shown ?? label}
      </label>
      <div class="row">
        <input
          id={id}
          type="number"
          step="any"
          inputMode={props.isFraction === true ? 'decimal' : 'numeric'}
          title={title}
          aria-invalid={trouble !== null}
          aria-describedby={trouble === null ? undefined : `${id}-trouble`}
          value={isOwn ? typed : String(value)}
          onInput={({ currentTarget }) => {
            const text = currentTarget.value;
            setTyped(text);
            if (text.trim() !== '' && Number.isFinite(Number(text))) props.onNumber(Number(text));
          }}
          onBlur={() => setTyped(null)}
        />
        {suffix !== undefined && <span class="unit">{suffix}</span>}
      </div>
      {trouble !== null && (
        <p class="trouble" id={`${id}-trouble`}>
          {trouble}
        </p>
      )}
    </div>
  );
}

interface SecondsProps {
  label: string;
  shown?: string;
  seconds: number;
  from: number;
  to: number;
  onSeconds(seconds: number): void;
}

/** In the unit that fits, or the one that was chosen: another unit keeps the number and changes what it means. */
export function SecondsInput({ label, shown, seconds, from, to, onSeconds }: SecondsProps) {
  const words = t.value.rules.values;
  const [chosen, setChosen] = useState<TimeUnit | null>(null);
  const unit = chosen !== null && seconds % secondsIn(chosen) === 0 ? chosen : unitOf(seconds);
  const size = secondsIn(unit);
  const select = (
    <select
      aria-label={`${label}: ${words.unit}`}
      value={unit}
      onChange={({ currentTarget }) => {
        const next = currentTarget.value as TimeUnit;
        setChosen(next);
        onSeconds((seconds / size) * secondsIn(next));
      }}
    >
      {[...TIME_UNITS].reverse().map(([name]) => (
        <option key={name} value={name}>
          {words[name]}
        </option>
      ))}
    </select>
  );
  return (
    <NumberInput
      label={label}
      {...(shown !== undefined && { shown })}
      value={seconds / size}
      from={from / size}
      to={to / size}
      isFraction={size > 1}
      suffix={select}
      bound={(units) => timeInWords(Math.round(units * size))}
      onNumber={(units) => {
        setChosen(unit);
        onSeconds(Math.round(units * size));
      }}
    />
  );
}
