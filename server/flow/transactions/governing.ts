/** Commits about people, keys, the policy, and what must be forgotten. */
import { OFFER_MEMBERS_MAX } from '../../claims/limits.ts';
import type { DeadlineKind, NewDeadlineRow } from '../../deadlines/deadlines-store.ts';
import { changeOnRecord } from '../../people/change-rules.ts';
import type {
  InviteRow,
  ManagerRow,
  NewRepRow,
  RepRow,
  ScreenRow,
  SourceRow,
  TokenRow,
} from '../../people/people-store.ts';
import type { Stores } from './stores.ts';
import { moveByHand } from './tiering.ts';

interface By {
  actor: string;
  at: number;
}

function changed(
  stores: Stores,
  by: By,
  what: string,
  id: string,
  extra: Record<string, string | number | boolean | null> = {},
): number {
  return stores.events.append({
    at: by.at,
    kind: 'people.changed',
    actor: by.actor,
    repId: what === 'rep' ? id : null,
    data: { what, id, ...extra },
  });
}

/** Every active rep must have a place in an offer: asked and taken in one transaction, so two at once do not pass the bound. */
function hasRoomForRep(stores: Stores): boolean {
  return stores.people.activeReps() < OFFER_MEMBERS_MAX;
}

/** Answers the row without what names a person: answers are kept for a while, beside the people's tables. */
export function addRep(
  stores: Stores,
  args: By & { row: NewRepRow },
): { rep: Omit<RepRow, 'name' | 'email'> } | { refused: 'emailTaken' | 'tooManyReps' } {
  if (args.row.active !== false && !hasRoomForRep(stores)) return { refused: 'tooManyReps' };
  const inserted = stores.people.insertRep(args.row);
  if (inserted === null) return { refused: 'emailTaken' };
  const { name: _, email: __, ...rep } = inserted;
  changed(stores, args, 'rep', rep.id, { tier: rep.tier });
  return { rep };
}

/**
 * Many reps at once, all or none: there is room for all of them or for none. Whose e-mail is taken stays as it is. `lines`
 * says of each row where it stood, and `existing` where those stood that were known before.
 */
export function addReps(
  stores: Stores,
  args: By & { rows: NewRepRow[]; lines: number[]; existing: number[] },
): { added: { num: number; id: string; line: number }[]; existing: number[] } | { refused: 'tooManyReps' } {
  if (stores.people.activeReps() + args.rows.length > OFFER_MEMBERS_MAX) return { refused: 'tooManyReps' };
  const added: { num: number; id: string; line: number }[] = [];
  const existing = [...args.existing];
  args.rows.forEach((row, index) => {
    const line = args.lines[index] ?? 0;
    const rep = stores.people.insertRep(row);
    if (rep === null) existing.push(line);
    else {
      changed(stores, args, 'rep', rep.id, { tier: rep.tier });
      added.push({ num: rep.num, id: rep.id, line });
    }
  });
  return { added, existing: existing.sort((a, b) => a - b) };
}

/** Answers as `addRep` does: a rep's own change is asked under a key. */
export function changeRep(
  stores: Stores,
  args: By & { repId: string; change: Partial<NewRepRow> },
): { rep: Omit<RepRow, 'name' | 'email'> } | { refused: 'unknownRep' | 'tooManyReps' } {
  const before = stores.people.findRep(args.repId);
  const comesBack = args.change.active === true && before?.active === false;
  if (comesBack && !hasRoomForRep(stores)) return { refused: 'tooManyReps' };
  const rep = stores.people.updateRep(args.repId, args.change);
  if (before === undefined || rep === undefined) return { refused: 'unknownRep' };
  const { name: _, email: __, ...answered } = rep;
  const { tier, active, status } = rep;
  changed(stores, args, 'rep', rep.id, { tier, active, status, ...changeOnRecord(before, rep) });
  if (tier !== before.tier) moveByHand(stores, { repId: rep.id, team: rep.team, from: before.tier, tier }, args);
  return { rep: answered };
}

export function addManager(stores: Stores, args: By & { row: ManagerRow }): { refused: 'emailTaken' } | { id: string } {
  if (!stores.people.insertManager(args.row)) return { refused: 'emailTaken' };
  changed(stores, args, 'manager', args.row.id);
  return { id: args.row.id };
}

/** A machine that posts leads, or a screen, with its one token. */
export function addMachine(
  stores: Stores,
  args: By & ({ source: SourceRow } | { screen: ScreenRow }) & { token: TokenRow },
): { id: string; tokenId: string } {
  const row = 'source' in args ? args.source : args.screen;
  if ('source' in args) stores.people.insertSource(row);
  else stores.people.insertScreen(row);
  stores.people.insertToken(args.token);
  changed(stores, args, 'source' in args ? 'source' : 'screen', row.id);
  return { id: row.id, tokenId: args.token.id };
}

export function addToken(
  stores: Stores,
  args: By & { token: TokenRow; expiry: NewDeadlineRow | null },
): { id: string; expiresAt: number | null } {
  stores.people.insertToken(args.token);
  if (args.expiry !== null) stores.deadlines.insert([args.expiry]);
  changed(stores, args, 'token', args.token.id, { role: args.token.role, subjectId: args.token.subjectId });
  return { id: args.token.id, expiresAt: args.token.expiresAt };
}

function noteRevoked(stores: Stores, { at, actor }: By, id: string, deadlineId: string | null): void {
  stores.events.append({ at, kind: 'people.changed', actor, data: { what: 'tokenRevoked', id }, deadlineId });
}

/** Every token and open invite of a subject ends; with `invite` there is one new way in. */
export function endAccess(
  stores: Stores,
  args: By & { subjectId: string; invite: InviteRow | null },
): { ended: string[]; expiresAt: number | null } {
  const ended = stores.people.revokeTokensOf(args.subjectId, args.at);
  for (const tokenId of ended) {
    stores.deadlines.removeOfSubject(tokenId);
    noteRevoked(stores, args, tokenId, null);
  }
  stores.people.endInvites(args.subjectId, args.at);
  if (args.invite !== null) addInvite(stores, { row: args.invite, actor: args.actor, at: args.at });
  return { ended, expiresAt: args.invite?.expiresAt ?? null };
}

/** Somebody hands on all that a rep has open; answers which leads those were, whenever it is asked again. */
export function noteHandover(
  stores: Stores,
  args: By & { repId: string; toRepId: string | null; leaves: boolean; leadIds: string[] },
): { leadIds: string[] } {
  const { repId, toRepId, leaves, leadIds } = args;
  changed(stores, args, 'handover', repId, { toRepId, leaves, leads: leadIds.length });
  return { leadIds };
}

export function revokeToken(
  stores: Stores,
  args: By & { tokenId: string; deadlineId: string | null },
): { revoked: boolean } {
  const revoked = stores.people.revokeToken(args.tokenId, args.at);
  if (revoked) {
    stores.deadlines.removeOfSubject(args.tokenId);
    noteRevoked(stores, args, args.tokenId, args.deadlineId);
  } else if (args.deadlineId !== null) {
    stores.deadlines.remove(args.deadlineId);
  }
  return { revoked };
}

/** A device session renews itself in use: its expiry and the timer that enforces it move together. */
export function renewToken(stores: Stores, args: { tokenId: string; expiresAt: number; expiry: NewDeadlineRow }): null {
  stores.people.renewToken(args.tokenId, args.expiresAt);
  stores.deadlines.removeOfSubject(args.tokenId);
  stores.deadlines.insert([args.expiry]);
  return null;
}

export function addInvite(stores: Stores, args: By & { row: InviteRow }): { id: string; expiresAt: number } {
  stores.people.insertInvite(args.row);
  changed(stores, args, 'invite', args.row.id, { subjectId: args.row.subjectId });
  return { id: args.row.id, expiresAt: args.row.expiresAt };
}

/** Takes an invite and opens its session in one step: of two who follow the link, one gets in. */
export function openSession(
  stores: Stores,
  args: { inviteHash: string; at: number; token: Omit<TokenRow, 'role' | 'subjectId'>; expiry: NewDeadlineRow },
): { refused: 'inviteInvalid' } | { token: TokenRow } {
  const invite = stores.people.useInvite(args.inviteHash, args.at);
  if (invite === undefined) return { refused: 'inviteInvalid' };
  const token = { ...args.token, role: invite.role, subjectId: invite.subjectId };
  stores.people.insertToken(token);
  stores.deadlines.insert([args.expiry]);
  changed(stores, { actor: `${invite.role}:${invite.subjectId}`, at: args.at }, 'session', token.id);
  return { token };
}

export function setPolicy(
  stores: Stores,
  args: By & {
    document: string;
    effectiveAt: number;
    expectedVersion: number | null;
    start: NewDeadlineRow | null;
    /** Why, in the author's words; null: nothing was said. */
    reason: string | null;
  },
): { version: number } | { refused: 'versionChanged' } {
  if (args.expectedVersion !== null && stores.policies.latestVersion() !== args.expectedVersion) {
    return { refused: 'versionChanged' };
  }
  const { document, effectiveAt, at, actor, reason } = args;
  const version = stores.policies.insert({ document, effectiveAt, createdAt: at, actor, reason });
  if (args.start !== null) stores.deadlines.insert([{ ...args.start, subjectId: String(version) }]);
  stores.events.append({ at, kind: 'policy.set', actor, data: { version, effectiveAt } });
  return { version };
}

/** Somebody looked the rules through (ROUTE-20). */
export function reviewPolicy(stores: Stores, { at, actor, note }: By & { note: string | null }): { at: number } {
  stores.policies.insertReview({ at, actor, note });
  stores.events.append({ at, kind: 'policy.reviewed', actor });
  return { at };
}

/** A timer with no effect on any table but its own going: kept as an event, so that it is one. */
export function fireTimer(
  stores: Stores,
  args: { deadlineId: string; at: number; kind: string; nextDeadline: NewDeadlineRow | null },
): { fired: boolean } {
  if (!stores.deadlines.remove(args.deadlineId)) return { fired: false };
  if (args.nextDeadline !== null) stores.deadlines.insert([args.nextDeadline]);
  stores.events.append({
    at: args.at,
    kind: 'timer.fired',
    actor: 'system',
    data: { timer: args.kind },
    deadlineId: args.deadlineId,
  });
  return { fired: true };
}

/** Blanks what could name a person; the race record stays (UU 27/2022). */
export function forgetLead(stores: Stores, args: By & { leadId: string }): { forgotten: boolean } {
  if (!stores.leads.forget(args.leadId, args.at)) return { forgotten: false };
  stores.events.append({ at: args.at, kind: 'lead.forgotten', actor: args.actor, leadId: args.leadId });
  return { forgotten: true };
}

/** Answers are kept for a day, then the same key is a new request. */
export function dropOldAnswers(stores: Stores, args: { before: number; limit: number }): { dropped: number } {
  return { dropped: stores.events.dropIdempotencyBefore(args.before, args.limit) };
}

export function setCell(stores: Stores, args: { key: string; value: string }): null {
  stores.events.setCell(args.key, args.value);
  return null;
}

export function addRaceNotes(stores: Stores, args: { notes: { offerId: string; notes: string }[] }): null {
  for (const { offerId, notes } of args.notes) stores.owners.addNotes(offerId, notes);
  return null;
}

export function setTimer(stores: Stores, args: { timer: NewDeadlineRow }): null {
  stores.deadlines.insert([args.timer]);
  return null;
}

/**
 * Of a kind of which there is one: the timer in the place of the one before, or none any more. One that is due already
 * stays: its effect is owed, and it sets the next itself.
 */
export function replaceTimer(
  stores: Stores,
  { kind, timer, at }: { kind: DeadlineKind; timer: NewDeadlineRow | null; at: number },
): null {
  const isOwed = stores.deadlines.removeLaterOfKind(kind, at);
  if (timer !== null && !isOwed) stores.deadlines.insert([timer]);
  return null;
}
