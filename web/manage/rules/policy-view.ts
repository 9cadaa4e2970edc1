/** What the page knows of the server's answers about the rules. */

import type { JsonObject } from './document.ts';
import type { Base } from './draft.ts';
import type { SectionInWords } from './words-diff.ts';

export interface WarningInWords {
  rule: string | null;
  warning: string;
  message: string;
}

/** `GET /v1/policy`: the document, with what is said about it beside its keys. */
export type PolicyView = JsonObject & { version: number };

export interface Shown {
  base: Base;
  preset: string | undefined;
  scheduled: { version: number; effectiveAt: string }[];
  warnings: WarningInWords[];
}

export function shownOf({ body, etag }: { body: PolicyView; etag: string | null }): Shown {
  const { version, scheduled, warnings, ...document } = body;
  return {
    base: { version, etag: etag ?? '*', document },
    preset: typeof document.preset === 'string' ? document.preset : undefined,
    scheduled: (scheduled ?? []) as unknown as Shown['scheduled'],
    warnings: (warnings ?? []) as unknown as WarningInWords[],
  };
}

/** `POST /v1/policy/words`. */
export interface Spoken {
  /** Null: it has errors. */
  policy: JsonObject | null;
  sections: SectionInWords[];
  warnings: WarningInWords[];
  errors: FieldError[];
}

export interface FieldError {
  field: string;
  message: string;
}

/** One of `GET /v1/policy/versions`. */
export interface VersionView {
  version: number;
  effectiveAt: string;
  createdAt: string;
  by: string;
  byName: string | null;
  reason: string | null;
  preset: string | null;
  inForce: boolean;
}
