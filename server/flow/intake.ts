/** lead in → score → route → offer → alert. */
import type { NewLead } from '../../client-sdk/protocol/http.ts';
import type { LeadView } from '../../client-sdk/protocol/verdict.ts';
import { newId } from '../kernel/ids.ts';
import { leadView, type PrivateItems, type ShownRow } from '../leads/leads.ts';
import type { LeadRow } from '../leads/leads-store.ts';
import type { Idempotency } from '../ledger/group-commit.ts';
import { scoreLead } from '../scoring/scoring-rules.ts';
import { follow } from './following.ts';
import { committed } from './mixing.ts';
import { planNext, routableOf } from './offering.ts';
import type { World } from './world.ts';

/** A new lead's row, whole. */
export type ScoredRow = Omit<LeadRow, 'forgottenAt'>;

export interface Intake {
  /**
   * Takes a lead in. Resolves once it is on disk, and its offer with it.
   * `created` false: this source sent it before; `leadId` is the first one's.
   */
  accept(
    lead: NewLead,
    by: { sourceId: string; actor: string },
    idempotency?: Idempotency,
  ): Promise<{ leadId: string; created: boolean }>;
}

/** What may name a person, and every free text: for the private table alone. */
function privateItems(lead: NewLead): PrivateItems {
  const { name, email = null, phone = null } = lead.contact;
  const items: PrivateItems = { contact: { name, email, phone } };
  if (lead.interest !== undefined) items.interest = lead.interest;
  if (lead.attributes !== undefined) items.attributes = lead.attributes;
  return items;
}

/**
 * What the winner of a new lead is told of it is held with the offer, so that the commonest win reads nothing from
 * the file. Longer ones are read when they are won: ten thousand open offers hold 40 MB at most.
 */
const HELD_CHARACTERS_MAX = 4_000;

function held(row: ShownRow, own: PrivateItems): LeadView | null {
  const lead = leadView(row, own, null);
  return JSON.stringify(lead).length <= HELD_CHARACTERS_MAX ? lead : null;
}

export function createIntake(world: World): Intake {
  return {
    async accept(input, by, idempotency) {
      const nowMs = await world.arbiter.now();
      const leadId = newId('lead', nowMs, world.random);
      const scored = scoreLead(input, world.policy.at(nowMs).policy.scoring, nowMs);
      const { company, contact } = input;
      const { score, temperature, pool } = scored;
      const row = {
        id: leadId,
        sourceId: by.sourceId,
        externalId: input.externalId ?? null,
        source: input.source,
        type: scored.type ?? input.type ?? null,
        companyName: company.name,
        companySize: company.size ?? null,
        industry: company.industry ?? null,
        country: company.country ?? null,
        region: company.region ?? null,
        contactTitle: contact.title ?? null,
        dealValue: input.dealValue ?? null,
        signals: JSON.stringify(input.signals ?? []),
        score,
        temperature,
        pool,
        status: 'waiting' as const,
        stage: null,
        acceptedAt: nowMs,
      } satisfies ScoredRow;
      return takeIn(world, row, privateItems(input), by.actor, idempotency);
    },
  };
}

/** route → offer → alert, of a lead that is scored: accepted at `row.acceptedAt`, which is now. */
export async function takeIn(
  world: World,
  row: ScoredRow,
  own: PrivateItems,
  actor: string,
  idempotency?: Idempotency,
): Promise<{ leadId: string; created: boolean }> {
  const planned = planNext(world, { ...routableOf(row, own.interest ?? null), lead: held(row, own) }, row.acceptedAt);
  const { result, replayed } = await committed(
    world,
    planned,
    world.ledger.write('acceptLead', { lead: row, actor, private: own, next: planned.next }, idempotency),
  );
  if (replayed || !result.created) return { leadId: result.leadId, created: false };
  world.metrics.leadsAccepted();
  await follow(world, planned, result.openedSeq);
  return { leadId: row.id, created: true };
}
