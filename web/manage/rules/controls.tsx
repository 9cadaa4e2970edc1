/** The controls of the form: each shows a value of the document and says what it is to be. */
import { useState } from 'preact/hooks';
import { t } from '../words.ts';
import type { Json } from './document.ts';
import type { Field, FieldOf } from './fields.ts';
import { JsonEditor } from './json-editor.tsx';
import { Bands, Delays, Several, Texts } from './lists.tsx';
import { NumberInput, SecondsInput } from './numbers.tsx';
import { optionInWords, withUnit } from './shown-value.ts';
import { Switch } from './switch.tsx';
import { Teams } from './teams.tsx';

export interface ControlProps<F extends Field = Field> {
  field: F;
  value: Json | undefined;
  /** What it was in the version that the draft is of: what is switched off and on again is as it was. */
  before: Json | undefined;
  label: string;
  /** Undefined: the key goes. */
  onValue(value: Json | undefined): void;
}

export function Control(props: ControlProps) {
  const { field } = props;
  switch (field.kind) {
    case 'switch':
      return <Switch label={props.label} isOn={props.value === true} onSwitch={props.onValue} />;
    case 'section': {
      const first = props.before ?? field.startsAs;
      const isOn = props.value !== null && props.value !== undefined;
      return <Switch label={props.label} isOn={isOn} onSwitch={(on) => props.onValue(on ? first : null)} />;
    }
    case 'choice':
      return <Choice {...props} field={field} />;
    case 'number':
    case 'seconds':
    case 'share':
      return <Measure {...props} field={field} />;
    case 'several':
      return <Several {...props} field={field} />;
    case 'texts':
      return <Texts {...props} />;
    case 'text':
      return <Text {...props} />;
    case 'delays':
      return <Delays {...props} field={field} />;
    case 'bands':
      return <Bands {...props} />;
    case 'teams':
      return <Teams value={props.value} label={props.label} onValue={props.onValue} />;
    case 'json':
      return <JsonEditor label={props.label} value={props.value ?? null} onValue={props.onValue} />;
  }
}

function Choice({ field, value, label, onValue }: ControlProps<FieldOf<'choice'>>) {
  return (
    <label>
      {label}
      <select value={String(value)} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
        {field.options.map((option) => (
          <option key={option} value={option}>
            {optionInWords(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Text({ value, label, onValue }: ControlProps) {
  return (
    <label>
      {label}
      <input
        value={typeof value === 'string' ? value : ''}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
    </label>
  );
}

type MeasureProps = ControlProps<FieldOf<'number' | 'seconds' | 'share'>>;

/** A number with its unit; one that may be null has a switch beside it. */
function Measure(props: MeasureProps) {
  const { field, value, before, label, onValue } = props;
  const words = t.value.rules.values;
  const startsAs = field.kind === 'share' ? undefined : field.startsAs;
  const [last, setLast] = useState<Json | undefined>(undefined);
  if (startsAs === undefined) return <Amount {...props} />;
  const isOn = typeof value === 'number';
  return (
    <fieldset>
      <legend>{label}</legend>
      <div class="row">
        <Switch
          label={isOn ? words.limited : words.noLimit}
          isOn={isOn}
          onSwitch={(on) => {
            setLast(value);
            onValue(on ? (last ?? before ?? startsAs) : null);
          }}
        />
        {isOn && <Amount {...props} isAlone />}
      </div>
    </fieldset>
  );
}

function Amount({ field, value, label, onValue, isAlone }: MeasureProps & { isAlone?: boolean }) {
  const amount = typeof value === 'number' ? value : 0;
  const named = isAlone ? { label } : { label, shown: label };
  if (field.kind === 'seconds')
    return <SecondsInput {...named} seconds={amount} from={field.from} to={field.to} onSeconds={onValue} />;
  if (field.kind === 'share') {
    // Whole numbers of a thousand: 0.07 × 100 is none of a hundred.
    const onShare = (percents: number) => onValue(Math.round(percents * 10) / 1000);
    const percents = Math.round(amount * 1000) / 10;
    return <NumberInput {...named} value={percents} from={0} to={100} isFraction suffix="%" onNumber={onShare} />;
  }
  const { from, to, unit, isFraction } = field;
  const suffix = t.value.rules.units[unit];
  const bounds = { from, to, isFraction: isFraction === true };
  return (
    <NumberInput
      {...named}
      value={amount}
      {...bounds}
      suffix={suffix}
      title={`${withUnit(from, unit)} – ${withUnit(to, unit)}`}
      onNumber={onValue}
    />
  );
}
