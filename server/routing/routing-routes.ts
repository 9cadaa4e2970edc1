/** Accounts, time off and the ops queue: what routing is told by people, and what it could not do. */
import { z } from 'zod';
import { newAccount, newTimeOff } from '../../client-sdk/protocol/http.ts';
import { anId } from '../../client-sdk/protocol/up.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import type { AccountRow, TimeOffRow } from './routing-store.ts';

export interface RoutingRoutesDeps {
  isActiveRep(repId: string): boolean;
  /** Whether this speaker may manage the rep, or is the rep. */
  mayManage(speaker: Speaker, repId: string): boolean;
  /** Null: the company is nobody's. */
  setAccount(company: string, ownerId: string | null, speaker: Speaker): Promise<AccountRow | null>;
  accounts(cursor: string, limit: number): AccountRow[];
  addTimeOff(
    off: { repId: string; fromMs: number; untilMs: number },
    speaker: Speaker,
    idempotency: ReturnType<typeof idempotencyOf>,
  ): Promise<{ id: string }>;
  timeOff(id: string): TimeOffRow | undefined;
  timeOffOf(repId: string): TimeOffRow[];
  endTimeOff(row: TimeOffRow, speaker: Speaker): Promise<boolean>;
  /** The oldest leads that nobody can be offered, as views. */
  opsQueue(limit: number): { leadId: string }[];
}

const tags = ['routing'];
const params = z.strictObject({ id: anId });
const limit = z.coerce.number().int().min(1).max(500).default(100);
const accountList = z.strictObject({ limit, cursor: z.string().min(1).max(400).optional() });
const iso = (ms: number) => new Date(ms).toISOString();

function accountView({ company, repId, since }: AccountRow) {
  return { company, ownerId: repId, since: iso(since) };
}

function timeOffView({ id, repId, fromAt, untilAt }: TimeOffRow) {
  return { id, repId, from: iso(fromAt), until: iso(untilAt) };
}

export function routingRoutes(app: Http, deps: RoutingRoutesDeps): void {
  accountRoutes(app, deps);
  timeOffRoutes(app, deps);
  app.get(
    '/v1/ops/queue',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: 'Leads that nobody can be offered now, the oldest first, and why',
        tags,
        querystring: z.strictObject({ limit }),
      },
    },
    async (request) => ({ items: deps.opsQueue(request.query.limit), nextCursor: null }),
  );
}

function accountRoutes(app: Http, deps: RoutingRoutesDeps): void {
  app.put(
    '/v1/accounts',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'Say whose account a company is; ownerId null: nobody’s', tags, body: newAccount },
    },
    async (request) => {
      const { company, ownerId } = request.body;
      const speaker = speakerOf(request);
      if (ownerId !== null && (!deps.isActiveRep(ownerId) || !deps.mayManage(speaker, ownerId)))
        throw new Problem(409, 'unknownRep', 'ownerId: is no active rep of yours', { field: 'ownerId' });
      const row = await deps.setAccount(company, ownerId, speaker);
      return row === null ? { company, ownerId: null, since: null } : accountView(row);
    },
  );
  app.get(
    '/v1/accounts',
    {
      config: { allow: ['manager', 'admin'] },
      schema: { summary: 'Accounts by name', tags, querystring: accountList },
    },
    async (request) => {
      const { limit: most, cursor = '' } = request.query;
      const rows = deps.accounts(cursor, most + 1);
      const items = rows.slice(0, most);
      return { items: items.map(accountView), nextCursor: rows.length > most ? (items.at(-1)?.key ?? null) : null };
    },
  );
}

function timeOffRoutes(app: Http, deps: RoutingRoutesDeps): void {
  const unknown = (what: 'Rep' | 'TimeOff') =>
    new Problem(404, `unknown${what}`, `There is no such ${what === 'Rep' ? 'rep' : 'time off'}.`, { field: 'id' });

  app.post(
    '/v1/reps/:id/time-off',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'Time off of a rep: nothing is routed to it then', tags, params, body: newTimeOff },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const repId = request.params.id;
      if (!deps.mayManage(speaker, repId)) throw unknown('Rep');
      const fromMs = Date.parse(request.body.from);
      const untilMs = Date.parse(request.body.until);
      if (untilMs <= fromMs) {
        const errors = [{ field: 'until', message: 'is not after from' }];
        throw new Problem(400, 'validation', 'until: is not after from', { field: 'until', errors });
      }
      const { id } = await deps.addTimeOff({ repId, fromMs, untilMs }, speaker, idempotencyOf(request));
      return reply.code(201).send({ id, repId, from: iso(fromMs), until: iso(untilMs) });
    },
  );
  app.get(
    '/v1/reps/:id/time-off',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'Time off that is not over', tags, params },
    },
    async (request) => {
      if (!deps.mayManage(speakerOf(request), request.params.id)) throw unknown('Rep');
      return { items: deps.timeOffOf(request.params.id).map(timeOffView), nextCursor: null };
    },
  );
  app.delete(
    '/v1/time-off/:id',
    {
      config: { allow: ['rep', 'manager', 'admin'] },
      schema: { summary: 'Cancel time off, or end it now', tags, params },
    },
    async (request, reply) => {
      const row = deps.timeOff(request.params.id);
      if (row === undefined || !deps.mayManage(speakerOf(request), row.repId)) throw unknown('TimeOff');
      if (!(await deps.endTimeOff(row, speakerOf(request)))) throw unknown('TimeOff');
      return reply.code(204).send();
    },
  );
}
