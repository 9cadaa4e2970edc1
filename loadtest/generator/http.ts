/** HTTP as the generator speaks it: kept connections, many requests under way, nothing retried. */
import { Agent, request } from 'node:http';
import type { Subject } from '../bench.ts';

export interface Reply {
  status: number;
  body: string;
}

export class HttpError extends Error {
  readonly code = 'unexpectedAnswer';
}

/** Requests of one subject share these connections. */
const CONNECTIONS = 32;

export class Http implements Disposable {
  readonly #subject: Pick<Subject, 'url' | 'key'>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, noDelay: true });

  constructor(subject: Pick<Subject, 'url' | 'key'>) {
    this.#subject = subject;
  }

  /** @param token whose; left out: the admin's */
  ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: string, token = this.#subject.key): Promise<Reply> {
    const { hostname, port } = new URL(this.#subject.url);
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      const asked = request(
        { agent: this.#agent, host: hostname, port: Number(port || 80), method, path: `/v1${path}`, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
          });
          response.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** The parsed body. @throws HttpError for anything but 2xx */
  async post<T>(path: string, body: unknown): Promise<T> {
    const { status, body: text } = await this.ask('POST', path, JSON.stringify(body));
    if (status >= 300) throw new HttpError(`POST ${path}: ${status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Runs `task` for 0 to `count - 1`, so many side by side. */
export async function sideBySide(count: number, width: number, task: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}

/** The lead that every scenario posts, and the baselines' frames carry. */
export const LEAD = {
  source: 'web form',
  company: { name: 'PT Uji Beban', size: 120 },
  contact: { name: 'Dewi', title: 'IT Manager' },
};
