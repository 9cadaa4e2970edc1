/** The one document of rules: read with an ETag, replaced whole with If-Match. */
import { z } from 'zod';
import { newReview, newRollback } from '../../client-sdk/protocol/http.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { Mode } from './mode-rules.ts';
import type { ModeAdvice } from './mode-words.ts';
import type { PolicyVersion } from './policy.ts';
import { PRESET_NAMES, parsePolicy, resolvePreset } from './policy-rules.ts';
import type { SectionInWords } from './policy-words.ts';
import type { WarningInWords } from './warning-words.ts';

const REASON_MAX = 1000;
const iso = (ms: number) => new Date(ms).toISOString();
type Idempotency = ReturnType<typeof idempotencyOf>;

const versionList = z.strictObject({
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
const inLanguage = z.strictObject({ lang: z.enum(['id', 'en']).optional() });

export interface PolicyRoutesDeps {
  /** The rules in force as a person reads them; null: in the speaker's language. */
  words(language: 'id' | 'en' | null, speaker: Speaker): { language: 'id' | 'en'; sections: SectionInWords[] };
  /** A document that nobody has set, in words, with what is probably not meant in it. */
  draftWords(
    draft: PolicyVersion['policy'],
    language: 'id' | 'en' | null,
    speaker: Speaker,
  ): { language: 'id' | 'en'; sections: SectionInWords[]; warnings: WarningInWords[] };
  /** What is allowed and probably not meant in the newest document; null: in the speaker's language. */
  warnings(language: 'id' | 'en' | null, speaker: Speaker): WarningInWords[];
  /** COMP-12: what each mode is good for, and which ones the newest document uses. */
  modes(language: 'id' | 'en' | null, speaker: Speaker): ({ mode: Mode; inUse: boolean } & ModeAdvice)[];
  /** Somebody has looked the rules through; answers when. */
  reviewed(note: string | null, speaker: Speaker, idempotency?: Idempotency): Promise<number>;
  /** The name of a manager who set a version; null: an admin, the system, or somebody who is not known. */
  nameOf(actor: string): string | null;
  /** Whether a rep is in it. */
  isTeam(team: string): boolean;
  inForce(): PolicyVersion;
  latest(): PolicyVersion;
  /** Oldest first. */
  versions(): readonly PolicyVersion[];
  nowMs(): number;
  /** Null: somebody else has set a version since. */
  set(
    policy: PolicyVersion['policy'],
    options: { effectiveAtMs: number | null; expectedVersion: number | null; reason: string | null },
    speaker: Speaker,
    idempotency?: Idempotency,
  ): Promise<PolicyVersion | null>;
}

/** What waits changes the tag, and so does its start: whoever read something else is told. */
function etagOf({ inForce, latest }: Pick<PolicyRoutesDeps, 'inForce' | 'latest'>): string {
  const [now, newest] = [inForce().version, latest().version];
  return now === newest ? `"${now}"` : `"${now}.${newest}"`;
}

/** The newest version, which nobody may have changed since; null: whatever stands. */
function expectedVersion(header: string | undefined, deps: PolicyRoutesDeps): number | null {
  if (header === undefined)
    throw new Problem(428, 'ifMatchNeeded', 'Send If-Match with the ETag you read, or *.', { field: 'If-Match' });
  const tag = header.trim().replace(/^W\//, '');
  if (tag === '*') return null;
  if (!/^"\d+(\.\d+)?"$/.test(tag))
    throw new Problem(400, 'badIfMatch', 'If-Match must be an ETag of this policy, or *.', { field: 'If-Match' });
  if (tag !== etagOf(deps)) throw policyChanged();
  return deps.latest().version;
}

function policyChanged(): Problem {
  return new Problem(412, 'policyChanged', 'The policy has changed since you read it.', { field: 'If-Match' });
}

const wrong = (field: string, message: string) =>
  new Problem(400, 'validation', `${field}: ${message}`, { field, errors: [{ field, message }] });

function effectiveAtOf(said: unknown, nowMs: number): number | null {
  if (said === undefined) return null;
  const parsed = z.iso.datetime({ offset: true }).safeParse(said);
  if (!parsed.success) throw wrong('effectiveAt', 'must be an ISO 8601 time with a zone');
  const effectiveAtMs = Date.parse(parsed.data);
  if (effectiveAtMs < nowMs) throw wrong('effectiveAt', 'is in the past');
  return effectiveAtMs;
}

/** Takes off the body what is said about the rules and is none of them, and what GET adds to them. */
function splitBody(body: unknown, nowMs: number) {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { document: body, effectiveAtMs: null, reason: null };
  const {
    effectiveAt,
    reason,
    version: _,
    scheduled: __,
    warnings: ___,
    ...document
  } = body as Record<string, unknown>;
  const words = z.string().trim().min(1).max(REASON_MAX).optional().safeParse(reason);
  if (!words.success) throw wrong('reason', `must be a text of 1 to ${REASON_MAX} characters`);
  return { document, effectiveAtMs: effectiveAtOf(effectiveAt, nowMs), reason: words.data ?? null };
}

/** A whole document or `{preset}`, as it would stand beside what is in force. */
function readDocument(document: unknown, deps: PolicyRoutesDeps) {
  const parsed = parsePolicy(document, deps.latest().policy, deps.isTeam);
  if (parsed.ok) return { policy: parsed.policy, errors: [] };
  return { policy: null, errors: parsed.problems.map(({ path, message }) => ({ field: path || 'body', message })) };
}

export function policyRoutes(app: Http, deps: PolicyRoutesDeps): void {
  app.get(
    '/v1/policy',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'The rules in force', tags: ['policy'], querystring: inLanguage },
    },
    async (request, reply) => {
      const inForce = deps.inForce();
      const scheduled = deps
        .versions()
        .filter(({ version, effectiveAtMs }) => version > inForce.version && effectiveAtMs > deps.nowMs())
        // Of two that have come the newer is in force: one that a newer comes before, or with, never is.
        .filter(
          (one, _, all) =>
            !all.some((newer) => newer.version > one.version && newer.effectiveAtMs <= one.effectiveAtMs),
        )
        .map(({ version, effectiveAtMs }) => ({ version, effectiveAt: iso(effectiveAtMs) }));
      reply.header('etag', etagOf(deps));
      const speaker = speakerOf(request);
      // For those who set the rules.
      const warnings = speaker.role === 'rep' ? [] : deps.warnings(request.query.lang ?? null, speaker);
      const more = { ...(scheduled.length > 0 && { scheduled }), ...(warnings.length > 0 && { warnings }) };
      return { version: inForce.version, ...more, ...inForce.policy };
    },
  );

  app.put(
    '/v1/policy',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'Set the rules: a whole document or {preset}', tags: ['policy'], querystring: inLanguage },
    },
    async (request, reply) => {
      const expected = expectedVersion(request.headers['if-match'], deps);
      const { document, effectiveAtMs, reason } = splitBody(request.body, deps.nowMs());
      const { policy, errors } = readDocument(document, deps);
      if (policy === null) {
        throw new Problem(400, 'validation', `${errors[0]?.field}: ${errors[0]?.message}`, {
          field: errors[0]?.field,
          errors,
        });
      }
      const order = { effectiveAtMs, expectedVersion: expected, reason };
      const set = await deps.set(policy, order, speakerOf(request));
      if (set === null) throw policyChanged();
      reply.header('etag', etagOf(deps));
      const warnings = deps.warnings(request.query.lang ?? null, speakerOf(request));
      return { version: set.version, ...(warnings.length > 0 && { warnings }), ...set.policy };
    },
  );
  app.post(
    '/v1/policy/reviews',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: 'The rules were looked through, as they are to be each quarter',
        tags: ['policy'],
        body: newReview,
      },
    },
    async (request, reply) => {
      const note = request.body.note ?? null;
      const at = await deps.reviewed(note, speakerOf(request), idempotencyOf(request));
      return reply.code(201).send({ at: iso(at), note });
    },
  );
  spokenRoutes(app, deps);
  versionRoutes(app, deps);
}

/** What people read of the rules. */
function spokenRoutes(app: Http, deps: PolicyRoutesDeps): void {
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

  app.post(
    '/v1/policy/words',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: 'Rules that are not set, in words: a whole document or {preset}; nothing is stored',
        tags: ['policy'],
        querystring: inLanguage,
      },
    },
    async (request) => {
      const { policy, errors } = readDocument(splitBody(request.body, deps.nowMs()).document, deps);
      // A draft that is wrong is an answer, not a failure: somebody is still writing it.
      if (policy === null) return { policy, sections: [], warnings: [], errors };
      return { policy, ...deps.draftWords(policy, request.query.lang ?? null, speakerOf(request)), errors };
    },
  );

  app.get(
    '/v1/policy/warnings',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'What is probably not meant in the newest rules', tags: ['policy'], querystring: inLanguage },
    },
    async (request) => {
      const items = deps.warnings(request.query.lang ?? null, speakerOf(request));
      return { version: deps.latest().version, items, nextCursor: null };
    },
  );

  app.get(
    '/v1/policy/modes',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'What each mode of competition is good for', tags: ['policy'], querystring: inLanguage },
    },
    async (request) => ({ items: deps.modes(request.query.lang ?? null, speakerOf(request)), nextCursor: null }),
  );
}

function versionRoutes(app: Http, deps: PolicyRoutesDeps): void {
  const readers = ['rep', 'manager', 'admin'] as const;
  const view = ({ version, effectiveAtMs, createdAtMs, actor, reason, policy }: PolicyVersion) => ({
    version,
    effectiveAt: iso(effectiveAtMs),
    createdAt: iso(createdAtMs),
    by: actor,
    byName: deps.nameOf(actor),
    reason,
    preset: policy.preset ?? null,
    inForce: version === deps.inForce().version,
  });
  const found = (version: number) => {
    const one = deps.versions().find((other) => other.version === version);
    if (one === undefined) throw new Problem(404, 'unknownVersion', 'There is no such version.', { field: 'version' });
    return one;
  };

  app.get(
    '/v1/policy/versions',
    {
      config: { allow: [...readers] },
      schema: { summary: 'Every version of the rules: who, when and why', tags: ['policy'], querystring: versionList },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const older = deps.versions().filter(({ version }) => cursor === undefined || version < cursor);
      const page = older.slice(-limit).reverse();
      return { items: page.map(view), nextCursor: older.length > limit ? String(page.at(-1)?.version) : null };
    },
  );

  app.get(
    '/v1/policy/versions/:version',
    {
      config: { allow: [...readers] },
      schema: {
        summary: 'One version of the rules, whole',
        tags: ['policy'],
        params: z.strictObject({ version: z.coerce.number().int().min(0) }),
      },
    },
    async (request) => {
      const one = found(request.params.version);
      return { ...view(one), policy: one.policy };
    },
  );

  app.get(
    '/v1/policy/presets',
    { config: { allow: [...readers] }, schema: { summary: 'The presets, whole', tags: ['policy'] } },
    async () => ({
      items: PRESET_NAMES.map((preset) => ({ preset, policy: resolvePreset(preset) })),
      nextCursor: null,
    }),
  );

  app.post(
    '/v1/policy/rollbacks',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'Set the rules to those of an older version', tags: ['policy'], body: newRollback },
    },
    async (request, reply) => {
      const { version, reason, effectiveAt } = request.body;
      const expected = expectedVersion(request.headers['if-match'], deps);
      const effectiveAtMs = effectiveAtOf(effectiveAt, deps.nowMs());
      const order = { effectiveAtMs, expectedVersion: expected, reason };
      const set = await deps.set(found(version).policy, order, speakerOf(request), idempotencyOf(request));
      if (set === null) throw policyChanged();
      reply.header('etag', etagOf(deps));
      return reply.code(201).send({ ...view(set), rolledBackTo: version });
    },
  );
}
