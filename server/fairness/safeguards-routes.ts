/** How often each safeguard has fired, for those who set the rules (FAIR-20). */
import { z } from 'zod';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';
import { Problem } from '../platform/problem.ts';

export interface SafeguardsRoutesDeps {
  /** Of the teams that this speaker may see. */
  fired(span: { fromMs: number; untilMs: number }, speaker: Speaker): Promise<object[]>;
  nowMs(): number;
}

const DAY_MS = 86_400_000;
const DAYS_BY_DEFAULT = 7;
/** A quarter. */
const DAYS_MAX = 92;
const moment = z.iso.datetime({ offset: true });

export function safeguardsRoutes(app: Http, deps: SafeguardsRoutesDeps): void {
  app.get(
    '/v1/safeguards',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: 'How often each rule refused a claim, by team: offers opened in a span, the last week by default',
        tags: ['fairness'],
        querystring: z.strictObject({ from: moment.optional(), until: moment.optional() }),
      },
    },
    async (request) => {
      const { from, until } = request.query;
      const untilMs = until === undefined ? deps.nowMs() : Date.parse(until);
      const fromMs = from === undefined ? untilMs - DAYS_BY_DEFAULT * DAY_MS : Date.parse(from);
      if (fromMs >= untilMs || untilMs - fromMs > DAYS_MAX * DAY_MS) {
        throw new Problem(400, 'badSpan', `A span begins before it ends, and is at most ${DAYS_MAX} days.`, {
          field: 'from',
        });
      }
      const items = await deps.fired({ fromMs, untilMs }, speakerOf(request));
      return { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString(), items, nextCursor: null };
    },
  );
}
