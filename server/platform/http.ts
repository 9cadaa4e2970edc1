/**
 * Fastify, set up once: bodies of JSON up to 64 KiB, zod schemas that also make the OpenAPI document,
 * who is speaking and whether they may, problems as RFC 9457, a log line of ids a request. It knows no
 * capability: who a token belongs to is asked of a function.
 */
import { isUtf8 } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { type Door, tooManySignIns } from './door.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { fieldProblems, Problem, problemBody } from './problem.ts';

export type Role = 'admin' | 'manager' | 'rep' | 'source' | 'screen';

/** Who is speaking; the directory's session, as far as this file needs it. */
export interface Speaker {
  role: Role;
  subjectId: string;
  tokenId: string;
  expiresAt: number | null;
  renewsForMs: number | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    speaker: Speaker | null;
    /** The body's own bytes, where there was a JSON body: what a sender has signed. */
    rawBody: Buffer | null;
  }
  interface FastifyContextConfig {
    /** The roles that may call this route; absent: anybody, signed in or not. */
    allow?: readonly Role[];
    /** `signIn`: a failure counts as a failed sign-in; `leads`: each call counts as a lead. */
    limit?: 'signIn' | 'leads';
  }
}

const DATA_ONLY = "default-src 'none'; frame-ancestors 'none'";
export const BODY_BYTES_MAX = 64 * 1024;
/**
 * A request whose head or body does not come in this time is answered 408: slow ones must not gather. Node looks at
 * its connections now and then, by itself every 30 s, so that much may come on top.
 */
const PATIENCE: Readonly<HttpPatience> = { headMs: 10_000, requestMs: 30_000, lookEveryMs: 2_000 };
/** Above every bound on sockets, with room for HTTP: beyond it the kernel's queue holds newcomers. */
const CONNECTIONS_MAX = 12_000;
/** 4xx that a well-meant request may get: a conflict, a precondition, too many attempts. */
const ANSWERS = new Set([409, 412, 429]);

export interface HttpDeps {
  log: Log;
  metrics: Metrics;
  authenticate(token: string): Speaker | null | Promise<Speaker | null>;
  door: Door;
  version: string;
  /** How long a slow sender is waited for; as in production unless a test is in a hurry. */
  patience?: HttpPatience;
}

export interface HttpPatience {
  headMs: number;
  requestMs: number;
  lookEveryMs: number;
}

/** The speaker of a route that has `allow`: always there behind the hook below. */
export function speakerOf(request: FastifyRequest): Speaker {
  if (request.speaker === null) throw new Problem(401, 'signInNeeded', 'Send Authorization: Bearer <token>.');
  return request.speaker;
}

function credentialOf(request: FastifyRequest): string {
  const { role, subjectId } = speakerOf(request);
  return `${role}:${subjectId}`;
}

/**
 * The idempotency claim of a POST that carries `Idempotency-Key`; undefined without one. The same key
 * by the same speaker with another route or body is a contradiction (422). Where nobody is signed in,
 * `credential` says whose key it is.
 */
export function idempotencyOf(request: FastifyRequest, credential = credentialOf(request)) {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Problem(400, 'badIdempotencyKey', 'Idempotency-Key must be 1 to 200 printable characters.', {
      field: 'Idempotency-Key',
    });
  }
  return idempotencyBy(request, credential, key);
}

/** The same under a key that came otherwise than by `Idempotency-Key`. */
export function idempotencyBy(request: FastifyRequest, credential: string, key: string) {
  const bodyHash = createHash('sha256')
    .update(JSON.stringify(request.body ?? null))
    .digest('hex');
  return { credential, key, route: `${request.method} ${request.url}`, bodyHash };
}

function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  const match = header === undefined ? null : /^Bearer ([A-Za-z0-9_.~+/=-]{1,400})$/i.exec(header);
  return match?.[1] ?? null;
}

function sendProblem(
  reply: FastifyReply,
  status: number,
  code: string,
  detail?: string,
  members: Record<string, unknown> = {},
): FastifyReply {
  const body = problemBody(status, code, detail, { instance: String(reply.request.id), ...members });
  return reply.code(status).header('content-type', 'application/problem+json').send(JSON.stringify(body));
}

/** Status and code of the errors that Fastify raises by itself. */
function ownCode(error: FastifyError): { status: number; code: string } | null {
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) return null;
  const codes: Record<number, string> = { 400: 'malformedJson', 413: 'tooLarge', 415: 'notJson' };
  return { status, code: codes[status] ?? 'badRequest' };
}

/** zod's issues as they are: what the provider makes of them has lost the paths. */
class WrongInput extends Error {
  readonly issues: z.core.$ZodIssue[];
  /** Set by Fastify: `body`, `querystring`, `params`. */
  validationContext?: string;

  constructor(issues: z.core.$ZodIssue[]) {
    super('The input is not what the schema says.');
    this.issues = issues;
  }
}

function readInput({ schema }: { schema: z.ZodType }) {
  return (input: unknown) => {
    const parsed = schema.safeParse(input);
    return parsed.success ? { value: parsed.data } : { error: new WrongInput(parsed.error.issues) };
  };
}

/** Why Node could not read a request, by its own codes; all else is no HTTP. */
const UNREAD: Record<string, [status: number, code: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'headersTooLarge'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'tooSlow'],
};

/** What is no HTTP at all never reaches a route: it is answered on the bare connection, and closed. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket, metrics: Metrics): void {
  // Who goes on sending after its answer is not answered, or counted, again.
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const [status, code] = UNREAD[error.code ?? ''] ?? [400, 'malformedHttp'];
  metrics.badInput('http', code);
  const body = JSON.stringify(problemBody(status, code, 'The request could not be read.'));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/**
 * Many clients say JSON and send nothing where a call needs no body: that is no body, not broken JSON.
 * The parser is Fastify's own, which refuses `__proto__` and a constructor with a prototype.
 */
function takeEmptyBodies(
  app: Pick<FastifyInstance, 'getDefaultJsonParser' | 'removeContentTypeParser' | 'addContentTypeParser'>,
): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = body;
    if (body.length === 0) return done(null, undefined);
    if (!isUtf8(body)) return done(new Problem(400, 'malformedJson', 'The body is not UTF-8.'));
    void parse(request, body.toString('utf8'), done);
  });
}

export function createHttp(deps: HttpDeps) {
  const { headMs, requestMs, lookEveryMs } = deps.patience ?? PATIENCE;
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    requestTimeout: requestMs,
    http: { headersTimeout: headMs, connectionsCheckingInterval: lookEveryMs },
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (error, socket) => refuseBytes(error, socket, deps.metrics),
    // A path that cannot be decoded reaches no route, and so not the handler of errors below.
    frameworkErrors(_error, _request, reply) {
      deps.metrics.badInput('http', 'malformedPath');
      return sendProblem(reply as FastifyReply, 400, 'malformedPath', 'The path cannot be decoded.');
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.server.maxConnections = CONNECTIONS_MAX;
  app.setValidatorCompiler(readInput);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('speaker', null);
  app.decorateRequest('rawBody', null);
  takeEmptyBodies(app);

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('x-frame-options', 'DENY');
    // An answer is data, nothing to run or to frame; pages have a policy of their own, and so has /docs.
    if (!request.url.startsWith('/docs')) reply.header('content-security-policy', DATA_ONLY);
    const { allow, limit } = request.routeOptions.config;
    if (limit === 'signIn') deps.door.mayTry(request.raw);
    if (allow === undefined) return;
    const token = bearerOf(request);
    request.speaker = token === null ? null : await deps.authenticate(token);
    if (request.speaker === null) {
      const waitMs = token === null ? 0 : deps.door.failed(request.raw);
      if (waitMs > 0) throw tooManySignIns(waitMs);
      throw new Problem(
        401,
        token === null ? 'signInNeeded' : 'tokenInvalid',
        'Send a valid token as Authorization: Bearer <token>.',
      );
    }
    if (!allow.includes(request.speaker.role)) {
      throw new Problem(403, 'forbidden', `A ${request.speaker.role} may not do this.`);
    }
    if (limit === 'leads' && request.speaker.role !== 'admin') deps.door.lead(request.raw, request.speaker.subjectId);
  });

  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.limit === 'signIn' && reply.statusCode === 401) deps.door.failed(request.raw);
    deps.log.debug('request', {
      requestId: String(request.id),
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    });
  });

  app.setNotFoundHandler((request, reply) => {
    deps.metrics.badInput('http', 'unknownRoute');
    return sendProblem(reply, 404, 'unknownRoute', `There is no ${request.method} of this path.`);
  });

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = (status: number, code: string, detail?: string, members?: Record<string, unknown>) => {
      // A lost race or a stale ETag is an answer; only what should not have been sent is counted.
      if (status < 500 && !ANSWERS.has(status)) deps.metrics.badInput('http', code);
      return sendProblem(reply, status, code, detail, members);
    };
    if (error instanceof Problem) {
      if (error.members.retryAfterSeconds !== undefined)
        reply.header('retry-after', String(error.members.retryAfterSeconds));
      return answer(error.status, error.code, error.message, error.members);
    }
    if (error instanceof WrongInput) {
      const errors = fieldProblems(error.issues, error.validationContext);
      const first = errors[0];
      return answer(400, 'validation', `${first?.field}: ${first?.message}`, { field: first?.field, errors });
    }
    const own = ownCode(error);
    if (own !== null) return answer(own.status, own.code, error.message);
    deps.log.error(
      'a request failed',
      { requestId: String(request.id), route: request.routeOptions.url ?? 'unknown' },
      error,
    );
    return answer(500, 'internal', 'The server failed; nothing was stored half.');
  });

  return app;
}

export type Http = ReturnType<typeof createHttp>;

/** `/openapi.json` and the page that shows it at `/docs`: before the routes it is to describe. */
export async function describeHttp(app: Http, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sambar',
        version,
        description: 'Leads in, one winner each, and what followed. Sockets: docs/events.md.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
