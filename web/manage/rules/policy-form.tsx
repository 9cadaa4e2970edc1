/** The form of the rules: its groups, each field with its default, what it was, and what the server says against it. */
import { number } from '../../shared/format.ts';
import { t } from '../words.ts';
import { Control } from './controls.tsx';
import { changedPaths, isObject, isSame, type Json, valueAt, withValueAt } from './document.ts';
import { type Field, fieldAt, GROUPS, type Group, pathOf } from './fields.ts';
import { JsonEditor } from './json-editor.tsx';
import type { FieldError } from './policy-view.ts';
import { valueInWords } from './shown-value.ts';

export interface Editing {
  document: Json;
  /** As it was in the version that the draft is of. */
  before: Json;
  /** The specification's own values; null: not loaded yet. */
  defaults: Json | null;
  errors: readonly FieldError[];
  onChange(change: (document: Json) => Json): void;
}

export function PolicyForm(editing: Editing) {
  const words = t.value.rules.draft;
  const others = editing.errors.filter(({ field }) => fieldAt(field) === undefined);
  return (
    <div class="policy-form" data-testid="policy-form">
      {GROUPS.map((group) => (
        <GroupOfFields key={group.group} group={group} editing={editing} />
      ))}
      <details data-testid="group-whole">
        <summary>{words.wholeText}</summary>
        <p class="soft">{words.wholeHelp}</p>
        <JsonEditor
          label={words.wholeText}
          value={editing.document}
          trouble={(value) => (isObject(value) ? null : words.notAnObject)}
          onValue={(value) => editing.onChange(() => value)}
        />
      </details>
      {others.length > 0 && (
        <div role="alert">
          <h4>{words.otherErrors}</h4>
          <Errors errors={others} isNamed />
        </div>
      )}
    </div>
  );
}

function GroupOfFields({ group: { group, fields }, editing }: { group: Group; editing: Editing }) {
  const words = t.value.rules;
  const { document, before, errors } = editing;
  const isShown = ({ name }: Field): boolean => {
    const above = pathOf(name).slice(0, -1);
    return above.length === 0 || isObject(valueAt(document, above));
  };
  const changed = fields.filter(
    ({ name }) => changedPaths(valueAt(before, pathOf(name)), valueAt(document, pathOf(name))).length > 0,
  );
  const wrong = errors.filter(({ field }) => fields.some(({ name }) => fieldAt(field)?.name === name));
  return (
    <details data-testid={`group-${group}`}>
      <summary>
        {words.groups[group]}
        {changed.length > 0 && <span class="badge changed">{words.draft.changed}</span>}
        {wrong.length > 0 && <span class="badge wrong">{words.draft.toMend(number(wrong.length))}</span>}
      </summary>
      <div class="group-fields">
        {fields.filter(isShown).map((field) => (
          <OneField key={field.name} field={field} editing={editing} />
        ))}
      </div>
    </details>
  );
}

function OneField({ field, editing }: { field: Field; editing: Editing }) {
  const words = t.value.rules;
  const path = pathOf(field.name);
  const value = valueAt(editing.document, path);
  const before = valueAt(editing.before, path);
  const isChanged = !isSame(value, before);
  const errors = editing.errors.filter((error) => fieldAt(error.field)?.name === field.name);
  const put = (next: Json | undefined) => editing.onChange((document) => withValueAt(document, path, next));
  const was = isChanged ? valueInWords(field, before) : null;
  return (
    <div class="field" data-testid={`field-${field.name}`} data-changed={isChanged}>
      <Control field={field} value={value} before={before} label={words.fields[field.name]} onValue={put} />
      <Hint field={field} defaults={editing.defaults} />
      {isChanged && (
        <p class="row was">
          {was !== null && <span>{words.draft.was(was)}</span>}
          <button type="button" class="quiet" onClick={() => put(before)}>
            {words.draft.undo}
            <span class="announcer">: {words.fields[field.name]}</span>
          </button>
        </p>
      )}
      <Errors errors={errors} />
    </div>
  );
}

/** The default, and the bounds of a number. */
function Hint({ field, defaults }: { field: Field; defaults: Json | null }) {
  const words = t.value.rules.draft;
  const byDefault = defaults === null ? undefined : valueAt(defaults, pathOf(field.name));
  const isKnown = byDefault !== undefined || field.kind === 'delays';
  const said = defaults !== null && isKnown ? valueInWords(field, byDefault) : null;
  const bounds = field.kind === 'number' ? words.bounds(number(field.from), number(field.to)) : null;
  const all = [said === null ? null : words.default(said), bounds].filter((part) => part !== null);
  return all.length === 0 ? null : <p class="soft hint">{all.join(' · ')}</p>;
}

function Errors({ errors, isNamed }: { errors: readonly FieldError[]; isNamed?: boolean }) {
  return errors.map(({ field, message }) => (
    <p class="trouble" key={`${field} ${message}`} data-testid="field-error" data-field={field}>
      {isNamed === true ? `${field} ` : ''}
      {message}
    </p>
  ));
}
