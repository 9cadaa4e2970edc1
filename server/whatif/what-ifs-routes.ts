/** What-ifs over HTTP: a POST starts one, a GET says how far it is and what came of it. */
import { z } from 'zod';
import type { DecidingHouse } from '../house.ts';
import { type Http, idempotencyOf, type Role, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import { parsePolicy } from '../policy/policy-rules.ts';
import type { TrialOutcome } from './outcome.ts';
import type { WhatIfJob, WhatIfs } from './what-ifs.ts';

const DAYS_MAX = 400;
const moment = z.iso.datetime({ offset: true });
const newWhatIf = z.strictObject({
  /** A whole document, or `{preset}`. */
  policy: z.record(z.string(), z.unknown()),
  from: moment,
  to: moment.optional(),
  generatedPerDay: z.number().int().min(1).max(1_000).optional(),
  seed: z.string().min(1).max(100).default('sambar'),
});

const tags = ['policy'];
const config = { allow: ['admin', 'manager'] } satisfies { allow: Role[] };

export function bindWhatIfs(app: Http, { world }: DecidingHouse, whatIfs: WhatIfs): void {
  /** A manager reads of the own teams' reps alone; the sums are of everybody. */
  function shown(job: WhatIfJob, speaker: Speaker): WhatIfJob {
    const teams = world.directory.teamsOf(speaker);
    if (teams === null || job.result === null) return job;
    const isOwn = ({ repId }: { repId: string }) => teams.includes(world.directory.rep(repId)?.team ?? '');
    const cut = (outcome: TrialOutcome) => ({ ...outcome, reps: outcome.reps.filter(isOwn) });
    const { inForce, tried, reps } = job.result;
    const own = { inForce: cut(inForce), tried: tried === null ? null : cut(tried), reps: reps.filter(isOwn) };
    return { ...job, result: { ...job.result, ...own } };
  }

  app.post(
    '/v1/what-ifs',
    {
      config,
      schema: { summary: 'Decide a span of the record, or made-up leads, under another policy', tags, body: newWhatIf },
    },
    async (request, reply) => {
      const { policy, from, to, generatedPerDay, seed } = request.body;
      const nowMs = world.clock.nowMs();
      const fromMs = Date.parse(from);
      const untilMs = to === undefined ? nowMs : Date.parse(to);
      if (fromMs >= untilMs) throw wrong('to', 'is not after from');
      if (untilMs - fromMs > DAYS_MAX * 86_400_000) throw wrong('to', `is more than ${DAYS_MAX} days after from`);
      const parsed = parsePolicy(policy, world.policy.at(fromMs).policy);
      if (!parsed.ok) {
        const [first] = parsed.problems;
        throw wrong(`policy.${first?.path ?? ''}`, first?.message ?? 'is none');
      }
      const order = { policy: parsed.policy, fromMs, untilMs, seed, generatedPerDay: generatedPerDay ?? null };
      const asked = idempotencyOf(request);
      const job = whatIfs.start(order, asked && `${asked.credential} ${asked.key} ${asked.bodyHash}`);
      if (job === null)
        throw new Problem(409, 'whatIfRunning', 'Another what-if is running; ask again when it is over.');
      return reply.code(202).header('location', `/v1/what-ifs/${job.id}`).send(job);
    },
  );

  app.get(
    '/v1/what-ifs/:id',
    {
      config,
      schema: {
        summary: 'How far a what-if is, and what came of it',
        tags,
        params: z.strictObject({ id: z.string().min(1).max(100) }),
      },
    },
    async (request) => {
      const job = whatIfs.find(request.params.id);
      if (job === undefined)
        throw new Problem(404, 'unknownWhatIf', 'There is no such what-if; only the last are kept.');
      return shown(job, speakerOf(request));
    },
  );
}

function wrong(field: string, message: string): Problem {
  return new Problem(400, 'validation', `${field}: ${message}`, { field, errors: [{ field, message }] });
}
