/** What this device does at a new lead, whether the page is installed, and what is missing without HTTPS. */
import type { Signal } from '@preact/signals';
import { canStayAwake } from '../shared/stay-awake.ts';
import { canInstall, install } from './installing.ts';
import { preferences } from './preferences.ts';
import { t } from './words.ts';

export function Settings({ signOut }: { signOut(): void }) {
  const words = t.value.settings;
  return (
    <details class="card" data-testid="settings">
      <summary>{words.title}</summary>
      <div class="fields">
        <Choice name={words.sound} choice={preferences.sound} />
        {'vibrate' in navigator && <Choice name={words.vibration} choice={preferences.vibration} />}
        {canStayAwake && <Choice name={words.stayAwake} choice={preferences.stayAwake} />}
        {canInstall.value && (
          <button type="button" onClick={() => void install()}>
            {words.install}
          </button>
        )}
        <button type="button" onClick={signOut}>
          {t.value.signIn.signOut}
        </button>
        {!isSecureContext && <p class="soft">{words.insecure}</p>}
      </div>
    </details>
  );
}

function Choice({ name, choice }: { name: string; choice: Signal<boolean> }) {
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={choice.value}
        onChange={(event) => {
          choice.value = event.currentTarget.checked;
        }}
      />
      {name}
    </label>
  );
}
