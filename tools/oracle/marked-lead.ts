/** Leads that a history is about. */
import { CONTACT_MARK } from './line.ts';

/** A lead whose contact details all carry the mark; `n` tells it from the others. */
export function markedLead(n: number, source = 'web form') {
  const mark = `${CONTACT_MARK}-${n}`;
  return {
    source,
    company: { name: `PT ${n}`, size: 100 },
    contact: { name: mark, email: `${mark}@example.com`, phone: `+62 ${mark}` },
  };
}
