/** The one document of rules: read with an ETag, replaced whole with If-Match. */
import { z } from 'zod';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { PolicyVersion } from './policy.ts';
import { parsePolicy } from './policy-rules.ts';
import type { SectionInWords } from './policy-words.ts';

const etagOf = ({ version }: PolicyVersion) => `"${version}"`;

const inLanguage = z.strictObject({ lang: z.enum(['id', 'en']).optional() });

export interface PolicyRoutesDeps {
  /** The rules in force as a person reads them; null: in the speaker's language. */
  words(language: 'id' | 'en' | null, speaker: Speaker): { language: 'id' | 'en'; sections: SectionInWords[] };
  /** What is allowed and probably not meant in the newest document. */
  warnings(): { rule: string | null; warning: string; message: string }[];
  inForce(): PolicyVersion;
  latest(): PolicyVersion;
  nowMs(): number;
  /** Null: somebody else has set a version since. */
  set(
    policy: PolicyVersion['policy'],
    options: { effectiveAtMs: number | null; expectedVersion: number | null },
    speaker: Speaker,
  ): Promise<PolicyVersion | null>;
}

/** The version that `If-Match` names; null: whatever stands. */
function expectedVersion(header: string | undefined): number | null {
  if (header === undefined)
    throw new Problem(428, 'ifMatchNeeded', 'Send If-Match with the ETag you read, or *.', { field: 'If-Match' });
  if (header.trim() === '*') return null;
  const match = /^\s*(?:W\/)?"(\d+)"\s*$/.exec(header);
  if (match === null)
    throw new Problem(400, 'badIfMatch', 'If-Match must be an ETag of this policy, or *.', { field: 'If-Match' });
  return Number(match[1]);
}

/** Takes `effectiveAt` off the body: it says when the rules start, and is none of them. */
function splitEffectiveAt(body: unknown, nowMs: number): { document: unknown; effectiveAtMs: number | null } {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !('effectiveAt' in body))
    return { document: body, effectiveAtMs: null };
  const { effectiveAt, ...document } = body as Record<string, unknown>;
  const parsed = z.iso.datetime({ offset: true }).safeParse(effectiveAt);
  const wrong = (message: string) =>
    new Problem(400, 'validation', `effectiveAt: ${message}`, {
      field: 'effectiveAt',
      errors: [{ field: 'effectiveAt', message }],
    });
  if (!parsed.success) throw wrong('must be an ISO 8601 time with a zone');
  const effectiveAtMs = Date.parse(parsed.data);
  if (effectiveAtMs < nowMs) throw wrong('is in the past');
  return { document, effectiveAtMs };
}

export function policyRoutes(app: Http, deps: PolicyRoutesDeps): void {
  app.get(
    '/v1/policy',
    { config: { allow: ['rep', 'manager', 'admin'] }, schema: { summary: 'The rules in force', tags: ['policy'] } },
    async (_request, reply) => {
      const inForce = deps.inForce();
      reply.header('etag', etagOf(deps.latest()));
      return { version: inForce.version, ...inForce.policy };
    },
  );

  app.get(
    '/v1/policy/words',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'The rules in force in words', tags: ['policy'], querystring: inLanguage },
    },
    async (request) => {
      const { version } = deps.inForce();
      return { version, ...deps.words(request.query.lang ?? null, speakerOf(request)) };
    },
  );

  app.get(
    '/v1/policy/warnings',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'What is probably not meant in the newest rules', tags: ['policy'] },
    },
    async () => ({ version: deps.latest().version, items: deps.warnings(), nextCursor: null }),
  );

  app.put(
    '/v1/policy',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'Set the rules: a whole document or {preset}', tags: ['policy'] },
    },
    async (request, reply) => {
      const expected = expectedVersion(request.headers['if-match']);
      const changed = new Problem(412, 'policyChanged', 'The policy has changed since you read it.', {
        field: 'If-Match',
      });
      if (expected !== null && expected !== deps.latest().version) throw changed;
      const { document, effectiveAtMs } = splitEffectiveAt(withoutVersion(request.body), deps.nowMs());
      const parsed = parsePolicy(document, deps.latest().policy);
      if (!parsed.ok) {
        const errors = parsed.problems.map(({ path, message }) => ({ field: path || 'body', message }));
        throw new Problem(400, 'validation', `${errors[0]?.field}: ${errors[0]?.message}`, {
          field: errors[0]?.field,
          errors,
        });
      }
      const set = await deps.set(parsed.policy, { effectiveAtMs, expectedVersion: expected }, speakerOf(request));
      if (set === null) throw changed;
      reply.header('etag', etagOf(set));
      return { version: set.version, ...set.policy };
    },
  );
}

/** What GET answered may be sent back as it came. */
function withoutVersion(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { version: _, ...document } = body as Record<string, unknown>;
  return document;
}
