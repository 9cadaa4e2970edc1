/** Commits about what reps hold to be unfair (FAIR-22). */
import type { ComplaintRow } from '../../fairness/complaints-store.ts';
import type { Stores } from './stores.ts';

/** Under which lead its words are kept, so that they are forgotten with it; without one, under its own name. */
export function wordsOf({ id, leadId }: Pick<ComplaintRow, 'id' | 'leadId'>) {
  return { subject: leadId ?? `complaint:${id}`, text: `complaint:${id}`, answer: `complaint:${id}:answer` };
}

export function makeComplaint(stores: Stores, args: { row: ComplaintRow; text: string }): { id: string } {
  const { id, repId, category, leadId, at } = args.row;
  stores.complaints.insert(args.row);
  const data = { complaintId: id, category };
  stores.events.append({ at, kind: 'complaint.made', actor: `rep:${repId}`, repId, leadId, data });
  const { subject, text } = wordsOf(args.row);
  stores.leads.putPrivate(subject, text, args.text, at);
  return { id };
}

export function answerComplaint(
  stores: Stores,
  args: { id: string; text: string; actor: string; at: number },
): { id: string } | { refused: 'unknownComplaint' | 'answered' } {
  const { id, actor, at } = args;
  const row = stores.complaints.find(id);
  if (row === undefined) return { refused: 'unknownComplaint' };
  if (!stores.complaints.answer(id, at, actor)) return { refused: 'answered' };
  const { repId, leadId } = row;
  stores.events.append({ at, kind: 'complaint.answered', actor, repId, leadId, data: { complaintId: id } });
  const { subject, answer } = wordsOf(row);
  stores.leads.putPrivate(subject, answer, args.text, at);
  return { id };
}
