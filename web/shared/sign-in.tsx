import type { TargetedEvent } from 'preact';
import { t } from './language.ts';
import { PageHeader } from './page-header.tsx';
import type { Session } from './session.ts';

export function SignIn({ session, help }: { session: Session; help: string }) {
  const words = t.value.signIn;
  const submit = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    if (typeof token === 'string' && token.trim() !== '') session.signIn(token.trim());
  };
  return (
    <>
      <PageHeader title="Sambar" />
      <main class="narrow">
        <h2>{words.title}</h2>
        <p>{session.isRedeeming.value ? words.redeeming : help}</p>
        {session.trouble.value !== null && (
          <p class="trouble" role="alert">
            {session.trouble.value}
          </p>
        )}
        <form class="fields" onSubmit={submit}>
          <label>
            {words.token}
            <input name="token" type="password" autocomplete="current-password" required />
          </label>
          <button type="submit" class="primary">
            {words.submit}
          </button>
        </form>
      </main>
    </>
  );
}
