/** Many reps at once, from a list: all of them, or none. */
import { newRepImport } from '../../client-sdk/protocol/http.ts';
import { OFFER_MEMBERS_MAX } from '../claims/limits.ts';
import { type Http, idempotencyOf, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';
import { type CsvError, type CsvRep, readReps } from './rep-csv.ts';

export interface ImportsRoutesDeps {
  /** Whether an e-mail is a rep's already. */
  knows(): (email: string) => boolean;
  mayManage(speaker: Speaker, team: string | null): boolean;
  addReps(
    rows: { line: number; rep: CsvRep }[],
    existing: number[],
    speaker: Speaker,
    idempotency: ReturnType<typeof idempotencyOf>,
  ): Promise<{ added: { id: string; line: number }[]; existing: number[] } | { refused: string }>;
}

/** A list of 5,000 in JSON, where each quote and line break takes two bytes. */
const BYTES_MAX = 1024 * 1024;
/** As many as somebody mends before looking again. */
const ERRORS_SHOWN = 200;

const said = ({ line, column, fault }: CsvError) => ({
  field: `line ${line}${column === null ? '' : `, ${column}`}`,
  message: fault,
});

/**
 * An e-mail that is a rep's already stays as it is, and is named. A dry run answers 200 with what would be added and all that
 * is wrong; without one, anything wrong is 400 and nothing is added.
 */
export function importsRoutes(app: Http, deps: ImportsRoutesDeps): void {
  app.post(
    '/v1/reps/imports',
    {
      bodyLimit: BYTES_MAX,
      config: { allow: ['admin', 'manager'] },
      schema: {
        summary: 'Add the reps of a list (CSV), all or none; a dry run shows them',
        tags: ['people'],
        body: newRepImport,
      },
    },
    async (request, reply) => {
      const speaker = speakerOf(request);
      const { csv, team, dryRun } = request.body;
      const { columns, ignored, rows, errors } = readReps(csv, OFFER_MEMBERS_MAX);
      const named = rows.map(({ line, rep }) => ({
        line,
        rep: rep.team === undefined && team !== undefined ? { ...rep, team } : rep,
      }));
      for (const { line, rep } of named) {
        if (!deps.mayManage(speaker, rep.team ?? null)) errors.push({ line, column: 'team', fault: 'otherTeam' });
      }
      const knows = deps.knows();
      const known = named.filter(({ rep }) => knows(rep.email));
      const fresh = named.filter(({ rep }) => !knows(rep.email));
      const emailAt = new Map(named.map(({ line, rep }) => [line, rep.email]));
      const withEmail = (lines: number[]) => lines.map((line) => ({ line, email: emailAt.get(line) }));
      const existing = known.map(({ line }) => line);
      const shown = errors.sort((a, b) => a.line - b.line).slice(0, ERRORS_SHOWN);
      if (dryRun === true) {
        const rowsShown = fresh.map(({ line, rep }) => ({ line, ...rep }));
        return {
          columns,
          ignored,
          rows: rowsShown,
          existing: withEmail(existing),
          errors: shown,
          errorCount: errors.length,
        };
      }
      if (errors.length > 0) {
        throw new Problem(400, 'validation', 'csv: has lines that cannot be read; nothing was added', {
          field: 'csv',
          errors: shown.map(said),
        });
      }
      const done = await deps.addReps(fresh, existing, speaker, idempotencyOf(request));
      if ('refused' in done) {
        throw new Problem(409, done.refused, `at most ${OFFER_MEMBERS_MAX} reps may be active at a time`, {
          field: 'csv',
          max: OFFER_MEMBERS_MAX,
        });
      }
      const added = done.added.map(({ id, line }) => ({ id, line, email: emailAt.get(line) }));
      return reply.code(201).send({ added, existing: withEmail(done.existing), ignored });
    },
  );
}
