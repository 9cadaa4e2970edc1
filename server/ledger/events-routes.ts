/** The public facts in commit order, for the systems beside this one: ids, codes and times alone. */
import { z } from 'zod';
import type { Http } from '../platform/http.ts';
import type { EventRow, EventsReader } from './events-reader.ts';

const KINDS = {
  'lead.claimed': 'claimed',
  'lead.released': 'released',
  'lead.assigned': 'assigned',
  'lead.contacted': 'contacted',
  'lead.stage': 'stage',
} as const;

/** Members of an event's data that are public, by kind. */
const PUBLIC: Record<string, string[]> = {
  'lead.claimed': ['claimSpeedMs'],
  'lead.assigned': ['via'],
  'lead.contacted': ['kind'],
  'lead.stage': ['from', 'stage', 'revenue'],
};

export function publicFact(row: EventRow) {
  const data = JSON.parse(row.data) as Record<string, unknown>;
  const shown = Object.fromEntries(
    (PUBLIC[row.kind] ?? []).map((name) => [name === 'kind' ? 'channel' : name, data[name]]),
  );
  return {
    id: row.seq,
    kind: KINDS[row.kind as keyof typeof KINDS],
    at: new Date(row.at).toISOString(),
    leadId: row.leadId,
    offerId: row.offerId,
    repId: row.repId,
    ...shown,
  };
}

export function eventsRoutes(app: Http, reader: EventsReader): void {
  app.get(
    '/v1/events',
    {
      config: { allow: ['source', 'admin'] },
      schema: {
        summary: 'The public facts in commit order',
        tags: ['events'],
        querystring: z.strictObject({
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      const rows = reader.after(after, Object.keys(KINDS), limit + 1);
      const items = rows.slice(0, limit).map(publicFact);
      return { items, nextCursor: rows.length > limit ? String(items.at(-1)?.id) : null };
    },
  );
}
