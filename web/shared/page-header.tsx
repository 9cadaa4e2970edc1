import type { ComponentChildren } from 'preact';
import type { ConnectionState } from '../../client-sdk/src/sambar-client.ts';
import { chooseLanguage, language, t } from './language.ts';

export function PageHeader({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="page-header">
      <h1>{title}</h1>
      {children}
      <LanguageSwitch />
    </header>
  );
}

function LanguageSwitch() {
  const other = language.value === 'id' ? 'en' : 'id';
  return (
    <button type="button" class="quiet" lang={other} onClick={() => chooseLanguage(other)}>
      {other === 'en' ? 'English' : 'Bahasa'}
    </button>
  );
}

export function ConnectionBadge({ state }: { state: ConnectionState }) {
  const words = t.value.connection;
  const text = state.kind === 'refused' ? words.refused(state.reason) : words[state.kind];
  return (
    <span class={`badge connection-${state.kind}`} data-testid="connection-state" data-state={state.kind} role="status">
      {text}
    </span>
  );
}
