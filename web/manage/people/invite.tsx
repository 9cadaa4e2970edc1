import { signal } from '@preact/signals';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';
import type { RepView } from './rep-view.ts';

/** Shown once, to be handed to the rep; it is in no list. */
const newestInvite = signal<{ name: string; url: string } | null>(null);

export async function invite(
  { api }: Desk,
  { id, name }: Pick<RepView, 'id' | 'name'>,
  idempotencyKey: string,
): Promise<void> {
  const path = `/reps/${encodeURIComponent(id)}/invites`;
  const { url } = await api.post<{ url: string }>(path, undefined, { idempotencyKey });
  newestInvite.value = { name, url };
}

export function InviteLink() {
  const shown = newestInvite.value;
  if (shown === null) return null;
  return (
    <section class="card" data-testid="invite-link">
      <h3>
        {t.value.people.inviteLink}: {shown.name}
      </h3>
      <p class="invite-link">{shown.url}</p>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          newestInvite.value = null;
        }}
      >
        {t.value.dismiss}
      </button>
    </section>
  );
}
