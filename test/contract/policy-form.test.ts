/**
 * The desk's form of the rules against the document it edits: the form knows every key, what it writes the document
 * takes, and it touches nothing but the field that was changed, whatever else stands in the document.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLIND_DEFAULT } from '../../server/policy/blind-policy.ts';
import { MIX_DEFAULT } from '../../server/policy/mix-policy.ts';
import { DEFAULT_ONBOARDING } from '../../server/policy/onboarding-policy.ts';
import { parsePolicy, resolvePreset } from '../../server/policy/policy-rules.ts';
import { DEFAULT_PRIORITY_WINDOWS } from '../../server/policy/priority-windows-policy.ts';
import { QUOTA_BANDS } from '../../server/policy/quota-policy.ts';
import {
  changedPaths,
  isObject,
  isSame,
  type Json,
  type JsonObject,
  rebased,
  valueAt,
  withValueAt,
} from '../../web/manage/rules/document.ts';
import { FIELDS, type Field, fieldAt, pathOf } from '../../web/manage/rules/fields.ts';
import { compared } from '../../web/manage/rules/words-diff.ts';

const preset = (name: 'open' | 'tiered' | 'fair-mix' | 'fast-tiered' | 'balanced') =>
  JSON.parse(JSON.stringify(resolvePreset(name))) as JsonObject;

/** With every section on, and keys of which neither form nor server knows anything. */
const WHOLE: JsonObject = {
  ...preset('fair-mix'),
  quotaAllocation: QUOTA_BANDS as unknown as Json,
  speedBoard: { contact: 'any', fastSeconds: 300, okSeconds: 3600, streakBelowSeconds: 600 },
};
const STRANGE: JsonObject = {
  ...WHOLE,
  later: { rule: [1, { deep: null }] },
  blind: { ...(WHOLE.blind as JsonObject), shareOfRest: 0.5 },
  teams: { 'Tim A.B': { timeZone: 'Asia/Jayapura', rules: { competition: { dailyCap: null } } } },
};

function valueFor(field: Field): fc.Arbitrary<Json> {
  switch (field.kind) {
    case 'switch':
      return fc.boolean();
    case 'share':
      return fc.integer({ min: 0, max: 1000 }).map((mille) => mille / 1000);
    case 'number':
    case 'seconds': {
      const amount = fc.integer({ min: field.from, max: field.to });
      return field.startsAs === undefined ? amount : fc.oneof(amount, fc.constant(null));
    }
    case 'choice':
      return fc.constantFrom(...field.options);
    case 'several':
      return fc.subarray([...field.options], { minLength: 1 });
    case 'texts':
      return fc.uniqueArray(fc.stringMatching(/^[a-z]{1,20}$/), { maxLength: 5 });
    case 'delays':
      return fc.array(fc.option(fc.integer({ min: 0, max: 604_800 })), { maxLength: 5 }).map((rest) => [0, ...rest]);
    case 'section':
      return fc.constantFrom(null, field.startsAs);
    default:
      return fc.json().map((text) => JSON.parse(text) as Json);
  }
}

const edits = fc.constantFrom(...FIELDS).chain((field) => fc.tuple(fc.constant(field), valueFor(field)));

describe('the form of the rules', () => {
  test('a change of any field changes exactly its path, whatever else stands there', () => {
    fc.assert(
      fc.property(fc.constantFrom(WHOLE, STRANGE, preset('open')), edits, (document, [field, value]) => {
        const before = structuredClone(document);
        const path = pathOf(field.name);
        // A field under a section that is off is not shown.
        if (!isObject(valueAt(document, path.slice(0, -1)))) return;
        const after = withValueAt(document, path, value);
        expect(document).toEqual(before);
        expect(valueAt(after, path)).toEqual(value);
        expect(changedPaths(before, after).filter((at) => !path.every((key, index) => at[index] === key))).toEqual([]);
        expect(withValueAt(after, path, valueAt(before, path))).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  test('the form has a field for every key of the document, and every field is a key of it', () => {
    const leaves = changedPaths({}, WHOLE).flatMap(([key = '']) =>
      isObject(WHOLE[key]) ? leavesOf(WHOLE[key], [key]) : [[key]],
    );
    const without = leaves.map((path) => path.join('.')).filter((path) => fieldAt(path) === undefined);
    expect(without).toEqual(['preset']);
    const strange = FIELDS.filter(({ name }) => valueAt(WHOLE, pathOf(name)) === undefined).map(({ name }) => name);
    expect(strange.filter((name) => !/^competition\.delays\.\w+\.(hot|warm|cold)$/.test(name))).toEqual([]);
    expect(new Set(FIELDS.map(({ name }) => name)).size).toBe(FIELDS.length);
  });

  /** What depends on its neighbours: the server names the field. */
  const TOGETHER = /^(competition\.tiers\.t\dPct|mix\.|speedBoard\.|scoring\.(hotAbove|warmFrom))/;

  test('within the bounds that the form shows the document takes every value', () => {
    const alone = FIELDS.filter(({ name, kind }) => !TOGETHER.test(name) && !/^(text|json|bands|teams)$/.test(kind));
    expect(alone.length).toBeGreaterThan(60);
    const one = fc.constantFrom(...alone).chain((field) => fc.tuple(fc.constant(field), valueFor(field)));
    fc.assert(
      fc.property(one, ([field, value]) => {
        const parsed = parsePolicy(withValueAt(WHOLE, pathOf(field.name), value));
        expect([field.name, value, parsed.ok ? [] : parsed.problems]).toEqual([field.name, value, []]);
      }),
      { numRuns: 150 },
    );
  });

  test('one beyond the bounds is refused, and the error is shown at the field', () => {
    for (const field of FIELDS) {
      if (field.kind !== 'number' && field.kind !== 'seconds') continue;
      for (const value of [field.from - 1, field.to + 1]) {
        const parsed = parsePolicy(withValueAt(WHOLE, pathOf(field.name), value));
        const names = parsed.ok ? [] : parsed.problems.map(({ path }) => fieldAt(path)?.name);
        expect([field.name, value, names.includes(field.name)]).toEqual([field.name, value, true]);
      }
    }
  });

  test('a section is switched on with the values of the specification', () => {
    const startsAs = (name: string) =>
      FIELDS.flatMap((field) => (field.name === name && field.kind === 'section' ? [field.startsAs] : []))[0];
    expect(startsAs('priorityWindows')).toEqual(DEFAULT_PRIORITY_WINDOWS);
    expect(startsAs('blind')).toEqual(BLIND_DEFAULT);
    expect(startsAs('mix')).toEqual(MIX_DEFAULT);
    expect(startsAs('onboarding')).toEqual(DEFAULT_ONBOARDING);
    expect(startsAs('quotaAllocation')).toEqual(QUOTA_BANDS);
    for (const field of FIELDS) {
      if (field.kind !== 'section') continue;
      const parsed = parsePolicy(withValueAt(preset('open'), pathOf(field.name), field.startsAs));
      expect([field.name, parsed.ok]).toEqual([field.name, true]);
    }
  });
});

function leavesOf(value: Json, path: string[]): string[][] {
  if (!isObject(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

describe('a draft and a version that came meanwhile', () => {
  const many = fc.array(edits, { maxLength: 4 });
  const edited = (document: Json, changes: readonly [Field, Json][]) =>
    changes.reduce<Json>((at, [field, value]) => {
      const path = pathOf(field.name);
      return isObject(valueAt(at, path.slice(0, -1))) ? withValueAt(at, path, value) : at;
    }, document);

  test('every change of mine stands, and every other one of theirs', () => {
    fc.assert(
      fc.property(many, many, (ours, others) => {
        const [mine, theirs] = [edited(WHOLE, ours), edited(WHOLE, others)];
        const { document, conflicts } = rebased(WHOLE, mine, theirs);
        const myPaths = changedPaths(WHOLE, mine);
        for (const path of myPaths) expect(isSame(valueAt(document, path), valueAt(mine, path))).toBe(true);
        const mineToo = (path: readonly string[]) =>
          myPaths.some(
            (other) => other.every((key, at) => path[at] === key) || path.every((key, at) => other[at] === key),
          );
        for (const path of changedPaths(WHOLE, theirs)) {
          if (!mineToo(path)) expect(isSame(valueAt(document, path), valueAt(theirs, path))).toBe(true);
        }
        if (conflicts.length > 0) expect(changedPaths(WHOLE, theirs).some(mineToo)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('nobody else changed anything: it stays; I changed nothing: it is theirs; both the same: no conflict', () => {
    const mine = withValueAt(WHOLE, ['competition', 'dailyCap'], 3);
    expect(rebased(WHOLE, mine, WHOLE)).toEqual({ document: mine, conflicts: [] });
    expect(rebased(WHOLE, WHOLE, mine)).toEqual({ document: mine, conflicts: [] });
    expect(rebased(WHOLE, mine, mine)).toEqual({ document: mine, conflicts: [] });
    const theirs = withValueAt(WHOLE, ['competition', 'dailyCap'], 4);
    expect(rebased(WHOLE, mine, theirs)).toEqual({ document: mine, conflicts: [['competition', 'dailyCap']] });
  });
});

describe('two texts compared', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });

  test('what stays and what comes is the new text, what stays and what goes the old one; the same has no change', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const [section] = compared(
          [{ section: 's', title: 'S', lines: before }],
          [{ section: 's', title: 'S', lines: after }],
        );
        const linesBut = (is: string) => section?.lines.filter((line) => line.is !== is).map((line) => line.text);
        expect(linesBut('removed')).toEqual(after);
        expect(linesBut('added')).toEqual(before);
        expect(section?.isChanged).toBe(before.join() !== after.join());
      }),
    );
  });
});
