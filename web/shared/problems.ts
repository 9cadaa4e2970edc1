import { SambarProblem, SambarUnreachable } from '../../client-sdk/src/sambar-client.ts';
import { t } from './language.ts';

/** What went wrong, for a person: the server's own words where it has some, field by field. */
export function explain(error: unknown): string {
  if (error instanceof SambarUnreachable) return t.value.errors.unreachable;
  if (!(error instanceof SambarProblem)) return t.value.errors.problem(String(error));
  const fields = error.errors.map(({ field, message }) => `${field} ${message}`);
  return t.value.errors.problem(fields.length > 0 ? fields.join('; ') : error.message);
}
