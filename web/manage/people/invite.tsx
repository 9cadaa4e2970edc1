import { signal } from '@preact/signals';
import { QrCode } from '../../shared/qr.tsx';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';

interface Person {
  id: string;
  name: string;
}

/** Shown once, to be handed to whom it is for; it is in no list. */
const newestInvite = signal<{ name: string; url: string } | null>(null);

export async function invite({ api }: Desk, { id, name }: Person, idempotencyKey: string): Promise<void> {
  const path = `/reps/${encodeURIComponent(id)}/invites`;
  const { url } = await api.post<{ url: string }>(path, undefined, { idempotencyKey });
  newestInvite.value = { name, url };
}

export async function inviteManager({ api }: Desk, { id, name }: Person, idempotencyKey: string): Promise<void> {
  const path = `/managers/${encodeURIComponent(id)}/invites`;
  const { url } = await api.post<{ url: string }>(path, undefined, { idempotencyKey });
  newestInvite.value = { name, url };
}

/** The phone is gone: whoever has it is out, and its owner gets a new way in. */
export async function lockOut({ api }: Desk, { id, name }: Person, idempotencyKey: string): Promise<void> {
  const path = `/reps/${encodeURIComponent(id)}/lockouts`;
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
      <QrCode text={shown.url} label={`${t.value.people.inviteLink}: ${shown.name}`} />
      <p class="invite-link">{shown.url}</p>
      <HereOnly url={shown.url} />
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

/** A phone cannot open a link to this very machine; better said before forty of them are printed. */
export function HereOnly({ url }: { url: string }) {
  const isHereOnly = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
  return isHereOnly ? <p class="warn">{t.value.people.hereOnly}</p> : null;
}
