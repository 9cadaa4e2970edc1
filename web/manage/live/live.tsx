/** What happens now. */
import { type Desk, type Page, usePolled } from '../desk.ts';
import { REPS_A_PAGE, type RepView } from '../people/rep-view.ts';
import { t } from '../words.ts';

export function Live({ desk }: { desk: Desk }) {
  const words = t.value.live;
  const reps = usePolled(desk, () => desk.api.get<Page<RepView>>(`/reps?limit=${REPS_A_PAGE}`));
  if (reps === null) return null;
  const there = reps.items.filter(({ online, active }) => online && active);
  return (
    <section aria-label={words.who} data-testid="who-is-on">
      <h2>{words.who}</h2>
      {reps.items.length === 0 && <p class="soft">{words.nobody}</p>}
      <ul class="row">
        {there.map(({ id, name, status }) => (
          <li key={id} class="badge" data-rep-id={id}>
            {name} · {status === 'ready' ? t.value.desk.ready : t.value.desk.onBreak}
          </li>
        ))}
      </ul>
    </section>
  );
}
