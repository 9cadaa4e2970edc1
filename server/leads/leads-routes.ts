/** Leads over HTTP: taken in, read, worked, given back, given to somebody. */
import { z } from 'zod';
import {
  leadStage,
  NAME_MAX,
  newActivity,
  newAssignment,
  newLead,
  newRelease,
  newStage,
} from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import type { LeadView } from '../../client-sdk/protocol/verdict.ts';
import { refusalMessage } from '../kernel/messages.ts';
import { type Http, idempotencyOf, type Role, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

type Idempotency = ReturnType<typeof idempotencyOf>;
type Refusal = { refused: string; owner?: { id: string; name: string | null } };

/** A lead in a blind offer: what its policy shows of it, and no more. */
type BlindLead = { id: string; blind: boolean };

export interface LeadsRoutesDeps {
  accept(
    lead: z.infer<typeof newLead>,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ leadId: string; created: boolean }>;
  /** What this speaker may see of the lead; null: no such lead, or none of this speaker's business. */
  view(leadId: string, speaker: Speaker): LeadView | BlindLead | null;
  list(
    speaker: Speaker,
    query: {
      cursor?: string | undefined;
      limit: number;
      status?: 'waiting' | 'offered' | 'owned' | 'finished' | undefined;
      repId?: string | undefined;
      team?: string | undefined;
      company?: string | undefined;
    },
  ): { items: (LeadView | BlindLead)[]; nextCursor: string | null };
  release(
    leadId: string,
    reason: string,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<Refusal | { atMs: number }>;
  assign(
    order: { leadId: string; repId: string; reason: string },
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<{ ok: true; ownershipId: string; atMs: number } | { ok: false; code: string }>;
  logActivity(
    leadId: string,
    activity: z.infer<typeof newActivity>,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<Refusal | { activityId: string; atMs: number; backDated: boolean; firstContact: boolean }>;
  setStage(
    leadId: string,
    stage: z.infer<typeof newStage>,
    speaker: Speaker,
    idempotency: Idempotency,
  ): Promise<Refusal | { atMs: number }>;
  /** Blanks what could name a person; false: no such lead. */
  forget(leadId: string, speaker: Speaker): Promise<boolean>;
  nowMs(): number;
}

const iso = (ms: number) => new Date(ms).toISOString();
const params = z.strictObject({ leadId: anId });
const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: anId.optional(),
  status: z.enum(['waiting', 'offered', 'owned', 'finished']).optional(),
  /** Those that this rep owns. */
  repId: anId.optional(),
  /** Those that reps of this team own. */
  team: z.string().min(1).max(NAME_MAX).optional(),
  /** A part of the company's name, among the newest leads. */
  company: z.string().trim().min(1).max(NAME_MAX).optional(),
});

/** A client's clock may be ahead by this much; what it logs then counts as now. */
const CLOCK_AHEAD_MS = 5_000;

const REFUSALS: Record<string, [status: number, detail: string, field?: string]> = {
  unknownLead: [404, 'There is no such lead.', 'leadId'],
  unknownRep: [404, 'There is no such active rep.', 'repId'],
  notOwner: [403, 'This lead is not yours.', 'leadId'],
  notOwned: [409, 'Nobody owns this lead.'],
  finished: [409, 'This lead is finished.'],
  sameOwner: [409, 'This rep owns the lead already.', 'repId'],
  sameStage: [409, 'The lead is at this stage already.', 'stage'],
  taken: [409, 'A colleague of your team pool was first.', 'leadId'],
  notReady: [409, refusalMessage('notReady', 'en')],
  inactive: [409, refusalMessage('inactive', 'en')],
  maxOpenLeads: [409, refusalMessage('maxOpenLeads', 'en')],
  weeklyAllowance: [409, refusalMessage('weeklyAllowance', 'en')],
  noRoom: [409, refusalMessage('maxOpenLeads', 'en')],
  changed: [409, 'The lead has changed hands meanwhile.'],
  busy: [503, 'A claim on this lead is being settled; ask again.'],
};

function refuse(code: string, owner?: Refusal['owner']): Problem {
  const [status, detail, field] = REFUSALS[code] ?? [409, 'Not possible now.'];
  return new Problem(status, code, detail, {
    ...(field ? { field } : {}),
    ...(owner ? { owner } : {}),
    ...(status === 503 ? { retryAfterSeconds: 1 } : {}),
  });
}

export function leadsRoutes(app: Http, deps: LeadsRoutesDeps): void {
  const tags = ['leads'];
  const readers: readonly Role[] = ['rep', 'manager', 'admin'];

  app.post(
    '/v1/leads',
    {
      config: { allow: ['source', 'admin'], limit: 'leads' },
      schema: { summary: 'Post a lead', tags, body: newLead },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const { leadId, created } = await deps.accept(request.body, speaker, idempotencyOf(request));
      const lead = deps.view(leadId, { ...speaker, role: 'admin' });
      reply.header('location', `/v1/leads/${leadId}`);
      return reply.code(created ? 201 : 200).send(lead);
    },
  );

  app.get(
    '/v1/leads',
    { config: { allow: readers }, schema: { summary: 'Leads you may see, newest first', tags, querystring: page } },
    async (request) => {
      return deps.list(speakerOf(request), request.query);
    },
  );

  app.get(
    '/v1/leads/:leadId',
    { config: { allow: readers }, schema: { summary: 'One lead', tags, params } },
    async (request) => {
      const lead = deps.view(request.params.leadId, speakerOf(request));
      if (lead === null) throw refuse('unknownLead');
      return lead;
    },
  );

  app.post(
    '/v1/leads/:leadId/releases',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'Give a lead back to the race', tags, params, body: newRelease },
    },
    async (request, reply) => {
      const { leadId } = request.params;
      const done = await deps.release(leadId, request.body.reason, speakerOf(request), idempotencyOf(request));
      if ('refused' in done) throw refuse(done.refused);
      return reply.code(201).send({ leadId, releasedAt: iso(done.atMs) });
    },
  );

  app.post(
    '/v1/leads/:leadId/assignments',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'Give a lead to a rep', tags, params, body: newAssignment },
    },
    async (request, reply) => {
      const { leadId } = request.params;
      const { repId, reason } = request.body;
      const done = await deps.assign({ leadId, repId, reason }, speakerOf(request), idempotencyOf(request));
      if (!done.ok) throw refuse(done.code);
      return reply.code(201).send({ id: done.ownershipId, leadId, repId, assignedAt: iso(done.atMs) });
    },
  );

  app.post(
    '/v1/leads/:leadId/activities',
    { config: { allow: ['rep'] }, schema: { summary: 'Log what you did', tags, params, body: newActivity } },
    async (request, reply) => {
      const { leadId } = request.params;
      const activity = request.body;
      if (activity.at !== undefined && Date.parse(activity.at) > deps.nowMs() + CLOCK_AHEAD_MS) {
        throw new Problem(400, 'validation', 'at: is in the future', {
          field: 'at',
          errors: [{ field: 'at', message: 'is in the future' }],
        });
      }
      const done = await deps.logActivity(leadId, activity, speakerOf(request), idempotencyOf(request));
      if ('refused' in done) throw refuse(done.refused, done.owner);
      const { activityId: id, atMs, backDated, firstContact } = done;
      return reply.code(201).send({
        id,
        leadId,
        kind: activity.kind,
        at: iso(Math.min(Date.parse(activity.at ?? iso(atMs)), atMs)),
        recordedAt: iso(atMs),
        backDated,
        firstContact,
      });
    },
  );

  app.post(
    '/v1/leads/:leadId/stages',
    { config: { allow: ['rep'] }, schema: { summary: 'Move a lead on', tags, params, body: newStage } },
    async (request, reply) => {
      const { leadId } = request.params;
      const { stage, revenue, reason } = request.body;
      if (revenue !== undefined && stage !== leadStage.enum.won) {
        throw new Problem(400, 'validation', 'revenue: goes with stage won', {
          field: 'revenue',
          errors: [{ field: 'revenue', message: 'goes with stage won' }],
        });
      }
      if (stage === 'disqualified' && reason === undefined) {
        throw new Problem(400, 'validation', 'reason: is needed to disqualify', {
          field: 'reason',
          errors: [{ field: 'reason', message: 'is needed to disqualify' }],
        });
      }
      const done = await deps.setStage(leadId, request.body, speakerOf(request), idempotencyOf(request));
      if ('refused' in done) throw refuse(done.refused, done.owner);
      return reply.code(201).send({ leadId, stage, at: iso(done.atMs) });
    },
  );

  app.delete(
    '/v1/leads/:leadId/contact',
    { config: { allow: ['admin'] }, schema: { summary: 'Forget the person behind a lead', tags, params } },
    async (request, reply) => {
      if (!(await deps.forget(request.params.leadId, speakerOf(request)))) throw refuse('unknownLead');
      return reply.code(204).send();
    },
  );
}
