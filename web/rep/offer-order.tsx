/** Which of the open offers stand on the page, and in which order (CLAIM-13): a choice of this device. */
import { type Signal, signal } from '@preact/signals';
import { recall, remember } from '../shared/memory.ts';
import type { ShownOffer } from './offers-model.ts';
import { t } from './words.ts';

const ORDERS = ['newest', 'score', 'closing'] as const;
const TEMPERATURES = ['all', 'hot', 'warm', 'cold'] as const;

/** Fewer are seen at once. */
const SHOWN_FROM = 3;

const order = chosen('order', ORDERS);
const wanted = chosen('temperature', TEMPERATURES);

function chosen<T extends string>(name: string, choices: readonly [T, ...T[]]): Signal<T> {
  const key = `sambar:rep:${name}`;
  const kept = recall(key);
  const value = signal(choices.find((choice) => choice === kept) ?? choices[0]);
  value.subscribe((choice) => remember(key, choice));
  return value;
}

/**
 * The first is the one to look at first. What the rep has tapped stays whatever is wanted: its verdict is there to be
 * read. A blind offer has neither score nor temperature: it stands behind those that have, and only among all.
 */
export function inOrder(offers: readonly ShownOffer[]): readonly ShownOffer[] {
  const shown = offers
    .filter(({ card, tap }) => wanted.value === 'all' || tap !== null || card.temperature === wanted.value)
    .toReversed();
  if (order.value === 'score') return shown.toSorted((a, b) => (b.card.score ?? -1) - (a.card.score ?? -1));
  if (order.value === 'closing') return shown.toSorted((a, b) => closesAt(a) - closesAt(b));
  return shown;
}

const closesAt = ({ card }: ShownOffer) => Date.parse(card.closesAt);

export function OfferOrder({ offers }: { offers: readonly ShownOffer[] }) {
  const words = t.value.offers;
  if (offers.length < SHOWN_FROM) return null;
  const isHiding = inOrder(offers).length === 0;
  return (
    <>
      <div class="offer-order">
        <Choice label={words.order} choice={order} names={words.orders} />
        <Choice label={words.temperature} choice={wanted} names={{ all: words.all, ...t.value.temperature }} />
      </div>
      {isHiding && <p class="soft">{words.noneWanted}</p>}
    </>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  choice: Signal<T>;
  names: Record<T, string>;
}

function Choice<T extends string>({ label, choice, names }: ChoiceProps<T>) {
  return (
    <select
      aria-label={label}
      value={choice.value}
      onChange={(event) => {
        choice.value = event.currentTarget.value as T;
      }}
    >
      {(Object.keys(names) as T[]).map((name) => (
        <option key={name} value={name}>
          {names[name]}
        </option>
      ))}
    </select>
  );
}
