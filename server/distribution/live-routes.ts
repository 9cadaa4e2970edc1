/** What a manager watches, over HTTP: offers in flight, and leads that wait for their first contact (DASH-08). */
import { z } from 'zod';
import { type Http, type Speaker, speakerOf } from '../platform/http.ts';

export interface LiveRoutesDeps {
  offers(speaker: Speaker, query: { cursor?: string | undefined; limit: number }): object;
  uncontacted(speaker: Speaker, query: { cursor?: string | undefined; limit: number }): object;
}

const tags = ['live'];
const limit = z.coerce.number().int().min(1).max(200).default(50);
/** When it closes or falls due, ms since 1970, and which: one that is on the list no more keeps its place. */
const place = z.string().regex(/^\d{15}\.[\w-]{1,64}$/, 'is none that a list has answered');

export function liveRoutes(app: Http, deps: LiveRoutesDeps): void {
  app.get(
    '/v1/ops/offers',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: 'Offers open now, the soonest to close first, with their lanes and how many each has reached',
        tags,
        querystring: z.strictObject({ limit, cursor: place.optional() }),
      },
    },
    async (request) => deps.offers(speakerOf(request), request.query),
  );
  app.get(
    '/v1/ops/uncontacted',
    {
      config: { allow: ['manager', 'admin'] },
      schema: {
        summary: 'Leads that somebody owns and has not contacted, the soonest due first; due 30 days ago or later',
        tags,
        querystring: z.strictObject({ limit, cursor: place.optional() }),
      },
    },
    async (request) => deps.uncontacted(speakerOf(request), request.query),
  );
}
