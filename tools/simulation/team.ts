/** Makes the people and machines of a simulation over the public API, as an administrator would. */
import { Api } from '../../client-sdk/src/sambar-client.ts';

export interface Member {
  id: string;
  name: string;
  token: string;
}

export interface Credential {
  id: string;
  token: string;
}

export class Team {
  readonly #admin: Api;

  constructor(url: string, adminKey: string) {
    this.#admin = new Api({ url, token: adminKey });
  }

  /** `mailbox` makes the address, under a domain that is reserved for examples. */
  async rep(name: string, mailbox: string, more: { team?: string; timeZone?: string } = {}): Promise<Member> {
    const email = `${mailbox}@sales.example`;
    const { id } = await this.#admin.post<{ id: string }>('/reps', { name, email, ...more });
    return { id, name, token: await this.#token('reps', id) };
  }

  async manager(name: string, mailbox: string, teams: string[]): Promise<Credential> {
    const email = `${mailbox}@sales.example`;
    const { id } = await this.#admin.post<{ id: string }>('/managers', { name, email, teams });
    return { id, token: await this.#token('managers', id) };
  }

  screen(name: string): Promise<Credential> {
    return this.#admin.post<Credential>('/screens', { name });
  }

  async source(name: string): Promise<Credential> {
    const { id, key } = await this.#admin.post<{ id: string; key: string }>('/sources', { name });
    return { id, token: key };
  }

  async #token(kind: 'reps' | 'managers', id: string): Promise<string> {
    return (await this.#admin.post<{ token: string }>(`/${kind}/${id}/tokens`)).token;
  }
}
