/** Who was offered a lead, who was not, and why, in the server's own words (CLAIM-11, FAIR-21). */
import { useSignal } from '@preact/signals';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { type Desk, usePolled } from '../desk.ts';
import { when } from '../when.ts';
import { t } from '../words.ts';

const REPS_MAX = 500;
/** So few names are shown at once. */
const NAMES_AT_ONCE = 6;

interface Told {
  waiting: { message: string } | null;
  decisions: { id: string; at: string; message: string }[];
  items: {
    repId: string;
    repName: string;
    lines: { decisionId: string | null; message: string; lifts: string | null }[];
    inTheWay: { rule: string; message: string }[];
  }[];
  nextCursor: string | null;
}

/** Reps of whom the same is said. */
interface Alike {
  message: string;
  lifts: string | null;
  names: string[];
}

export function Explanation({ desk, leadId }: { desk: Desk; leadId: string }) {
  const isOpen = useSignal(false);
  return (
    <details
      data-testid="explanation"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{t.value.leads.explained.open}</summary>
      {isOpen.value && <Reasons desk={desk} leadId={leadId} />}
    </details>
  );
}

function Reasons({ desk, leadId }: { desk: Desk; leadId: string }) {
  const words = t.value.leads.explained;
  const path = `/leads/${encodeURIComponent(leadId)}/explanation?lang=${language.value}&limit=${REPS_MAX}`;
  const told = usePolled(desk, () => desk.api.get<Told>(path), [path]);
  if (told === null) return <p class="soft">{words.loading}</p>;
  return (
    <div class="explained">
      {told.waiting !== null && <Decision title={told.waiting.message} groups={alike(told, null)} />}
      {told.decisions.map(({ id, at, message }) => (
        <Decision key={id} title={`${when(at, desk.nowMs.peek())} · ${message}`} groups={alike(told, id)} />
      ))}
      {told.items.some(({ inTheWay }) => inTheWay.length > 0) && (
        <Decision title={words.inTheWay} groups={inTheWayOf(told)} />
      )}
      {told.nextCursor !== null && <p class="soft">{words.more(number(told.items.length))}</p>}
    </div>
  );
}

function Decision({ title, groups }: { title: string; groups: Alike[] }) {
  return (
    <div class="card">
      <h4>{title}</h4>
      {groups.map(({ message, lifts, names }) => (
        <details key={message + lifts} open={names.length <= NAMES_AT_ONCE}>
          <summary>
            {message} <span class="badge">{number(names.length)}</span>
          </summary>
          <p>{names.join(', ')}</p>
          {lifts !== null && <p class="soft">{t.value.leads.explained.lifts(lifts)}</p>}
        </details>
      ))}
    </div>
  );
}

function alike({ items }: Told, decisionId: string | null): Alike[] {
  return grouped(
    items.flatMap(({ repName, lines }) => {
      const line = lines.find((one) => one.decisionId === decisionId);
      return line === undefined ? [] : [{ name: repName, message: line.message, lifts: line.lifts }];
    }),
  );
}

function inTheWayOf({ items }: Told): Alike[] {
  return grouped(
    items.flatMap(({ repName, inTheWay }) => inTheWay.map(({ message }) => ({ name: repName, message, lifts: null }))),
  );
}

function grouped(said: { name: string; message: string; lifts: string | null }[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const { name, message, lifts } of said) {
    const key = JSON.stringify([message, lifts]);
    const group = groups.get(key) ?? { message, lifts, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}
