/** Binds what is signed instead of signed in: posts of sources, and links that claim. */
import { keyFor } from './app-secret.ts';
import { readLink, signLink } from './claims/claim-links.ts';
import { claimLinkRoutes } from './claims/claim-links-routes.ts';
import { placeOf } from './distribution/open-offers.ts';
import type { EdgeDeps } from './edges.ts';
import { offerCard } from './flow/alerting.ts';
import { leadFor } from './flow/claim-record.ts';
import { newId } from './kernel/ids.ts';
import type { LeadsRoutesDeps } from './leads/leads-routes.ts';
import { FIRST_SIGNING, liveSecrets, type SigningState, signingSecret } from './leads/signed-intake.ts';
import { signedIntakeRoutes } from './leads/signed-intake-routes.ts';
import type { Http } from './platform/http.ts';
import { stored } from './stored.ts';

const iso = (ms: number) => new Date(ms).toISOString();
/** Where the ledger keeps which secrets of a source are live. */
const signingCell = (sourceId: string) => `signing:${sourceId}`;

/** The first secret of a source, shown with its key. */
export function firstSigningSecret(appSecret: string, sourceId: string): string {
  return signingSecret(keyFor(appSecret, 'intake'), sourceId, FIRST_SIGNING.version);
}

export function bindSignedIntake(app: Http, deps: EdgeDeps, accept: LeadsRoutesDeps['accept']): void {
  const { world } = deps.house;
  const key = keyFor(deps.appSecret, 'intake');
  const nowMs = () => world.clock.nowMs();
  const stateOf = (sourceId: string): SigningState => {
    const text = world.events.cellValue(signingCell(sourceId));
    return text === null ? FIRST_SIGNING : (JSON.parse(text) as SigningState);
  };
  signedIntakeRoutes(app, {
    // A source whose key was revoked signs for nothing: one revocation ends both.
    secretsOf: (id) =>
      world.directory.tokensOf(id).some(({ role }) => role === 'source')
        ? liveSecrets(key, id, stateOf(id), nowMs())
        : [],
    async rotate(sourceId, idempotency) {
      if (world.directory.source(sourceId) === undefined) return null;
      const next: SigningState = { version: stateOf(sourceId).version + 1, rotatedAtMs: nowMs() };
      const cell = { key: signingCell(sourceId), value: JSON.stringify(next) };
      await stored(world.ledger.write('setCell', cell, idempotency));
      return signingSecret(key, sourceId, stateOf(sourceId).version);
    },
    accept,
    view: (leadId) => leadFor(world, leadId, true),
    count: deps.door.lead,
    nowMs,
  });
}

export function bindClaimLinks(app: Http, deps: EdgeDeps): void {
  const { house, claims, publicUrl } = deps;
  const { world } = house;
  const { directory, offers } = world;
  const key = keyFor(deps.appSecret, 'claim-links');

  claimLinkRoutes(app, {
    mint(leadId, repId, speaker) {
      if (world.leads.row(leadId) === undefined) return 'unknownLead';
      const rep = directory.rep(repId);
      const teams = directory.teamsOf(speaker);
      const isForeign = teams !== null && (rep?.team == null || !teams.includes(rep.team));
      if (rep === undefined || !rep.active || isForeign) return 'unknownRep';
      const offer = offers.ofLead(leadId);
      if (offer === undefined || placeOf(offer, repId) === null) return 'notInOffer';
      const link = { offerId: offer.offerId, repId, expiresAtMs: offer.closesAtMs };
      const token = signLink(key, link);
      return { token, url: `${publicUrl()}/v1/claim-links/${token}`, link };
    },
    read(token) {
      const link = readLink(key, token, world.clock.nowMs());
      if (typeof link === 'string') return link;
      // Whoever has left has no links any more.
      return directory.rep(link.repId)?.active === true ? link : 'bad';
    },
    card({ offerId, repId, expiresAtMs }) {
      const offer = offers.get(offerId);
      const place = offer === undefined ? null : placeOf(offer, repId);
      const nowMs = world.clock.nowMs();
      const claimConfirm = world.policy.at(nowMs).policy.claim.confirmMode;
      const about = { offerId, expiresAt: iso(expiresAtMs), asOf: iso(nowMs), claimConfirm };
      if (offer === undefined || place === null) return { ...about, state: 'ended' };
      const { seq, sentAtMs, opensAtMs } = place;
      if (seq === null || sentAtMs === null) return { ...about, state: 'upcoming', opensAt: iso(opensAtMs) };
      return { ...about, state: 'open', ...offerCard(offer, { seq, opensAtMs, sentAtMs }) };
    },
    leadOf: (offerId) => offers.get(offerId)?.leadId ?? world.offersOnFile.find(offerId)?.offer.leadId ?? null,
    language: (repId) =>
      directory.language({ role: 'rep', subjectId: repId, tokenId: '', expiresAt: null, renewsForMs: null }),
    claim: claims.claim,
    newRequestId: () => newId('act', world.clock.nowMs(), world.random),
  });
}
