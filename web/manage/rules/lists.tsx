/** Controls of more than one value: a delay for each tier, bands, several of a list, lines of text. */
import { useState } from 'preact/hooks';
import { number } from '../../shared/format.ts';
import { t } from '../words.ts';
import type { ControlProps } from './controls.tsx';
import { isObject, type Json } from './document.ts';
import type { FieldOf } from './fields.ts';
import { NumberInput, SecondsInput } from './numbers.tsx';
import { optionInWords } from './shown-value.ts';
import { Switch } from './switch.tsx';

const TIERS_MAX = 20;
const BANDS_MAX = 20;
const WEEK_SECONDS = 7 * 86_400;
/** Where a tier that may not claim begins when it may. */
const FIRST_DELAY_SECONDS = 900;
const BAND_STEP = 25;

const replaced = (list: readonly Json[], index: number, value: Json): Json[] =>
  list.map((other, at) => (at === index ? value : other));

/** Seconds after release by tier; null: never. */
export function Delays({ field, value, before, label, onValue }: ControlProps<FieldOf<'delays'>>) {
  const words = t.value.rules.values;
  const list = Array.isArray(value) ? value : null;
  const first = Array.isArray(before) ? before : [0];
  return (
    <fieldset>
      <legend>{label}</legend>
      {field.isOptional && (
        <Switch
          label={list === null ? words.asAll : words.own}
          isOn={list !== null}
          onSwitch={(on) => onValue(on ? first : undefined)}
        />
      )}
      {list?.map((delay, index) => {
        const tier = words.tier(number(index + 1));
        const change = (next: Json) => onValue(replaced(list, index, next));
        return (
          <div class="row" key={index}>
            <span class="tier">{tier}</span>
            <Switch
              label={delay === null ? words.never : words.mayClaim}
              isOn={delay !== null}
              onSwitch={(on) => change(on ? (index === 0 ? 0 : FIRST_DELAY_SECONDS) : null)}
            />
            {typeof delay === 'number' && (
              <SecondsInput label={`${label}, ${tier}`} seconds={delay} from={0} to={WEEK_SECONDS} onSeconds={change} />
            )}
          </div>
        );
      })}
      {list !== null && (
        <AddRemove
          list={list}
          max={TIERS_MAX}
          words={[words.addTier, words.removeTier]}
          fresh={list.at(-1) ?? null}
          onValue={onValue}
        />
      )}
    </fieldset>
  );
}

/** From a percentage of the quota on, so many leads a week. */
export function Bands({ value, label, onValue }: ControlProps) {
  const words = t.value.rules.values;
  const bands = Array.isArray(value) ? value : [];
  const last = bands.at(-1);
  const fresh: Json = isObject(last)
    ? { ...last, fromPct: Number(last.fromPct) + BAND_STEP }
    : { fromPct: 0, perWeek: 10 };
  return (
    <fieldset>
      <legend>{label}</legend>
      {bands.map((band, index) => {
        if (!isObject(band)) return null;
        const part = (key: 'fromPct' | 'perWeek', shown: string) => (
          <NumberInput
            label={`${shown} ${number(index + 1)}`}
            shown={shown}
            value={Number(band[key])}
            from={0}
            to={10_000}
            isFraction={key === 'fromPct'}
            onNumber={(next) => onValue(replaced(bands, index, { ...band, [key]: next }))}
          />
        );
        return (
          <div class="row" key={index}>
            {part('fromPct', words.fromPct)}
            {part('perWeek', words.perWeek)}
          </div>
        );
      })}
      <AddRemove
        list={bands}
        max={BANDS_MAX}
        words={[words.addBand, words.removeBand]}
        fresh={fresh}
        onValue={onValue}
      />
    </fieldset>
  );
}

interface AddRemoveProps {
  list: Json[];
  max: number;
  words: [add: string, remove: string];
  fresh: Json;
  onValue(list: Json): void;
}

function AddRemove({ list, max, words: [add, remove], fresh, onValue }: AddRemoveProps) {
  return (
    <div class="row">
      <button type="button" disabled={list.length >= max} onClick={() => onValue([...list, fresh])}>
        {add}
      </button>
      <button type="button" class="quiet" disabled={list.length <= 1} onClick={() => onValue(list.slice(0, -1))}>
        {remove}
      </button>
    </div>
  );
}

/** In the order of the list, whatever the order of taps; what the form does not know stays. */
export function Several({ field, value, label, onValue }: ControlProps<FieldOf<'several'>>) {
  const chosen = Array.isArray(value) ? value : [];
  const others = chosen.filter((one) => !field.options.some((option) => option === one));
  return (
    <fieldset>
      <legend>{label}</legend>
      <div class="row">
        {field.options.map((option) => (
          <label class="switch" key={option}>
            <input
              type="checkbox"
              checked={chosen.includes(option)}
              onChange={({ currentTarget: { checked } }) => {
                const wanted = field.options.filter((one) => (one === option ? checked : chosen.includes(one)));
                onValue([...wanted, ...others]);
              }}
            />
            <span>{optionInWords(option)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** One a line; empty lines are none. */
export function Texts({ value, label, onValue }: ControlProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const lines = Array.isArray(value) ? value.map(String) : [];
  return (
    <label>
      {label}
      <textarea
        rows={Math.max(3, lines.length + 1)}
        value={typed ?? lines.join('\n')}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          const said = currentTarget.value.split('\n').map((line) => line.trim());
          onValue(said.filter((line) => line !== ''));
        }}
        onBlur={() => setTyped(null)}
      />
    </label>
  );
}
