/**
 * What a manager has changed and not switched on: kept on the device, with the version it was made from, so that a
 * reload loses nothing and a change that somebody else makes meanwhile is seen.
 */
import { signal } from '@preact/signals';
import { forget, recall, remember } from '../../shared/memory.ts';
import { isObject, isSame, type Json, rebased } from './document.ts';
import { fieldAt } from './fields.ts';

/** A version of the rules as it was read. */
export interface Base {
  version: number;
  etag: string;
  document: Json;
}

export interface Draft {
  base: Base;
  document: Json;
  /** What a manager and somebody else both changed, by the names of fields, since it was last rebased. */
  conflicts: string[];
}

const KEY = 'sambar:manage:policy-draft';

export const draft = signal<Draft | null>(recalled());

/** A draft that says what its base says is none. */
export function setDraft(next: Draft | null): void {
  const kept = next === null || isSame(next.base.document, next.document) ? null : next;
  draft.value = kept;
  if (kept === null) forget(KEY);
  else remember(KEY, JSON.stringify(kept));
}

/** @param shown the version to begin from when there is no draft */
export function changeDraft(shown: Base, change: (document: Json) => Json): void {
  const { base, document, conflicts } = draft.value ?? { base: shown, document: shown.document, conflicts: [] };
  setDraft({ base, document: change(document), conflicts });
}

/** The same changes, made to a version that has come meanwhile. */
export function rebaseDraft(newest: Base): void {
  if (draft.value === null) return;
  const { base, document: mine } = draft.value;
  const { document, conflicts } = rebased(base.document, mine, newest.document);
  const names = conflicts.map((path) => fieldAt(path.join('.'))?.name ?? path.join('.'));
  setDraft({ base: newest, document, conflicts: [...new Set(names)] });
}

function recalled(): Draft | null {
  const kept = recall(KEY);
  if (kept === null) return null;
  try {
    const draft = JSON.parse(kept) as Partial<Draft>;
    const isWhole = typeof draft.base?.etag === 'string' && isObject(draft.base.document) && isObject(draft.document);
    return isWhole && Array.isArray(draft.conflicts) ? (draft as Draft) : null;
  } catch {
    return null;
  }
}
