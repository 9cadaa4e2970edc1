/**
 * The server's HTTP side, typed by the caller. Every POST carries an `Idempotency-Key`, made once
 * a call and kept for its retries, so a call that was heard but not answered is not done twice.
 */
import {
  type ClientClock,
  type ClientFetch,
  type ClientRandom,
  createClientClock,
  createClientRandom,
  defaultFetch,
  newRequestId,
  sleep,
} from './platform.ts';

export interface ApiOptions {
  /** The server's address, without `/v1`. */
  url: string;
  /** Absent only for calls that need none, such as redeeming an invite. */
  token?: string | undefined;
  fetch?: ClientFetch | undefined;
  clock?: ClientClock | undefined;
  random?: ClientRandom | undefined;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface CallOptions {
  /** Pass one to keep it over several calls, such as a rep's second tap after no answer. */
  idempotencyKey?: string | undefined;
  ifMatch?: string | undefined;
  /** How often the call is made when the server cannot be reached or says 503. */
  attempts?: number | undefined;
  timeoutMs?: number | undefined;
}

export interface ApiAnswer<T> {
  status: number;
  body: T;
  etag: string | null;
}

export interface ProblemField {
  field: string;
  message: string;
}

/** The server said no, and why: RFC 9457, with a stable `code` and the fields that are wrong. */
export class SambarProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: ProblemField[];
  /** How long the server asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;
  /** All members of the answer, for a caller that knows more of them. */
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>, retryAfterMs?: number) {
    super(textOf(body.detail) ?? textOf(body.title) ?? textOf(body.message) ?? `HTTP ${status}`);
    this.name = 'SambarProblem';
    this.status = status;
    this.code = textOf(body.code) ?? `http${status}`;
    this.errors = fieldsOf(body.errors);
    this.retryAfterMs = retryAfterMs;
    this.body = body;
  }
}

/** No answer: the server could not be reached, or said nothing in time. */
export class SambarUnreachable extends Error {
  readonly code = 'unreachable';

  constructor(cause: unknown) {
    super('The server could not be reached.', { cause });
    this.name = 'SambarUnreachable';
  }
}

const TIMEOUT_MS = 15_000;
const ATTEMPTS = 3;
const PAUSE_MS = 400;
/** A server that asks for longer than this is not waited for: the caller hears its answer instead. */
const RETRY_AFTER_MAX_MS = 5000;

export class Api {
  readonly #base: string;
  readonly #token: string | undefined;
  readonly #fetch: ClientFetch;
  readonly #clock: ClientClock;
  readonly #random: ClientRandom;

  constructor({ url, token, fetch, clock, random }: ApiOptions) {
    this.#base = `${url.replace(/\/+$/, '')}/v1`;
    this.#token = token;
    this.#fetch = fetch ?? defaultFetch;
    this.#clock = clock ?? createClientClock();
    this.#random = random ?? createClientRandom();
  }

  /** `path` without `/v1`, such as `/me`. */
  async get<T>(path: string, options?: CallOptions): Promise<T> {
    return (await this.request<T>('GET', path, undefined, options)).body;
  }

  async post<T>(path: string, body?: unknown, options?: CallOptions): Promise<T> {
    return (await this.request<T>('POST', path, body, options)).body;
  }

  async put<T>(path: string, body: unknown, options?: CallOptions): Promise<T> {
    return (await this.request<T>('PUT', path, body, options)).body;
  }

  async patch<T>(path: string, body: unknown, options?: CallOptions): Promise<T> {
    return (await this.request<T>('PATCH', path, body, options)).body;
  }

  async delete(path: string, options?: CallOptions): Promise<void> {
    await this.request<undefined>('DELETE', path, undefined, options);
  }

  /** With status and ETag; rejects with `SambarProblem` or `SambarUnreachable`. */
  async request<T>(method: Method, path: string, body?: unknown, options: CallOptions = {}): Promise<ApiAnswer<T>> {
    const key = method === 'POST' ? (options.idempotencyKey ?? newRequestId(this.#random)) : null;
    const attempts = options.attempts ?? (method === 'PATCH' ? 1 : ATTEMPTS);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once<T>(method, path, body, { ...options, idempotencyKey: key });
      } catch (error) {
        const pauseMs = this.#pauseAfter(error, attempt);
        if (pauseMs === undefined || attempt >= attempts) throw error;
        await sleep(this.#clock, pauseMs);
      }
    }
  }

  async #once<T>(
    method: Method,
    path: string,
    body: unknown,
    { idempotencyKey, ifMatch, timeoutMs }: Sending,
  ): Promise<ApiAnswer<T>> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.#token !== undefined) headers.authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== null) headers['idempotency-key'] = idempotencyKey;
    if (ifMatch !== undefined) headers['if-match'] = ifMatch;
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    const answer = await this.#exchange(path, init, timeoutMs ?? TIMEOUT_MS);
    if (answer.ok) return { status: answer.status, body: answer.body as T, etag: answer.etag };
    throw new SambarProblem(answer.status, membersOf(answer.body), answer.retryAfterMs);
  }

  async #exchange(path: string, init: RequestInit, timeoutMs: number): Promise<Exchange> {
    const abort = new AbortController();
    const timer = this.#clock.after(timeoutMs, () => abort.abort());
    try {
      const response = await this.#fetch(this.#base + path, { ...init, signal: abort.signal });
      return {
        ok: response.ok,
        status: response.status,
        etag: response.headers.get('etag'),
        retryAfterMs: secondsToMs(response.headers.get('retry-after')),
        body: parsed(await response.text()),
      };
    } catch (cause) {
      throw new SambarUnreachable(cause);
    } finally {
      timer.cancel();
    }
  }

  /** Undefined: the same call again would get the same answer. */
  #pauseAfter(error: unknown, attempt: number): number | undefined {
    if (error instanceof SambarProblem) {
      if (error.status !== 503) return undefined;
      const askedMs = error.retryAfterMs ?? PAUSE_MS;
      return askedMs > RETRY_AFTER_MAX_MS ? undefined : askedMs * (1 + this.#random() / 2);
    }
    return PAUSE_MS * 2 ** (attempt - 1) * (0.5 + this.#random());
  }
}

type Sending = Omit<CallOptions, 'idempotencyKey' | 'attempts'> & { idempotencyKey: string | null };

interface Exchange {
  ok: boolean;
  status: number;
  etag: string | null;
  retryAfterMs: number | undefined;
  body: unknown;
}

/** A proxy's error page is no JSON: it becomes a problem without members. */
function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { detail: undefined, text };
  }
}

function membersOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldsOf(errors: unknown): ProblemField[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((entry: unknown) => {
    const members = membersOf(entry);
    return { field: textOf(members.field) ?? '', message: textOf(members.message) ?? '' };
  });
}

/** Only the form in seconds is used by the server; a date is left to the caller's own pause. */
function secondsToMs(header: string | null): number | undefined {
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
