/** Claiming by a signed link: one card, one button, no signing in (CLAIM-03). Opening it changes nothing. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { ClaimLink, type LeadView, type LinkedOffer, SambarProblem } from '../../client-sdk/src/sambar-client.ts';
import { countdown } from '../shared/format.ts';
import { deviceStorage } from '../shared/memory.ts';
import { isOnline } from '../shared/network.ts';
import { PageHeader } from '../shared/page-header.tsx';
import { explain } from '../shared/problems.ts';
import { ticking } from '../shared/ticking.ts';
import { ClaimButton } from './claim-button.tsx';
import { Contact } from './contact.tsx';
import { OfferFacts } from './offer-facts.tsx';
import { isOut, type Tap, tapped } from './tap.ts';
import { tapText, verdictClass, verdictName } from './verdict-words.ts';
import { t } from './words.ts';

/** There is no socket: what others do to the offer is asked for. */
const LOOK_EVERY_MS = 3000;

export interface LinkModel {
  offer: Signal<LinkedOffer | null>;
  tap: Signal<Tap | null>;
  won: Signal<LeadView | null>;
  trouble: Signal<string | null>;
  now: ReadonlySignal<number>;
  claim(): Promise<void>;
  stop(): void;
}

/** The token behind `#claim=`, taken out of the address bar at once; null: the page was opened without one. */
export function takeClaimToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('claim');
  if (token !== null) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

export function createLinkModel(token: string): LinkModel {
  const link = new ClaimLink({ url: location.origin, token, storage: deviceStorage });
  const clock = ticking(() => link.serverNowMs());
  const model: LinkModel = {
    offer: signal(null),
    tap: signal(null),
    won: signal(null),
    trouble: signal(null),
    now: clock.now,
    claim: async () => {
      const verdict = await tapped(
        (onUnsure) => link.claim(onUnsure),
        (tap) => {
          model.tap.value = tap;
        },
      );
      if (verdict?.verdict === 'won') model.won.value = verdict.lead;
      await look();
    },
    stop: () => {
      clock.stop();
      clearInterval(timer);
    },
  };
  const look = async (): Promise<void> => {
    try {
      model.offer.value = await link.look();
      model.trouble.value = null;
    } catch (error) {
      // A link that is no good will not become one.
      if (error instanceof SambarProblem && error.status < 500) clearInterval(timer);
      model.trouble.value = explainLink(error);
    }
    if (model.offer.value?.state === 'ended') clearInterval(timer);
  };
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void look();
  }, LOOK_EVERY_MS);
  void look();
  return model;
}

function explainLink(error: unknown): string {
  const words = t.value.link;
  if (!(error instanceof SambarProblem)) return explain(error);
  if (error.code === 'linkExpired') return words.expired;
  return error.code === 'linkInvalid' ? words.invalid : explain(error);
}

export function ClaimByLink({ model }: { model: LinkModel }) {
  const words = t.value.link;
  const offer = model.offer.value;
  const won = model.won.value;
  const trouble = model.trouble.value;
  return (
    <div class="rep-page">
      <PageHeader title={words.title} />
      <main>
        {offer === null && trouble === null && <p class="soft">{words.loading}</p>}
        {trouble !== null && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
        {won !== null && (
          <article class="card" data-testid="link-won">
            <h2>{t.value.verdict.won}</h2>
            <h3>{won.company.name}</h3>
            <Contact lead={won} from={null} />
          </article>
        )}
        {offer !== null && won === null && <Linked model={model} offer={offer} />}
        <p class="soft">
          <a href="/rep/">{words.signIn}</a>
        </p>
      </main>
    </div>
  );
}

function Linked({ model, offer }: { model: LinkModel; offer: LinkedOffer }) {
  const tap = model.tap.value;
  const now = model.now.value;
  const wait = isOut(tap);
  const isOver = offer.state === 'ended';
  return (
    <section class={`card offer-card by-link${isOver && !wait ? ' ended' : ''}`} data-testid="offer-card">
      {offer.state === 'open' && <OfferFacts card={offer} now={now} isOver={false} />}
      {offer.state === 'upcoming' && (
        <p class="countdown">{t.value.offers.opensIn(countdown(Date.parse(offer.opensAt) - now))}</p>
      )}
      <p
        class={`verdict ${verdictClass(tap)}`}
        data-testid="verdict"
        data-verdict={verdictName(tap)}
        aria-live="assertive"
      >
        {tap === null ? (isOver ? t.value.offers.over : '') : tapText(tap, now)}
      </p>
      {(!isOver || wait) && (
        <ClaimButton
          confirm={offer.claimConfirm}
          isBusy={wait}
          isCutOff={!isOnline.value}
          onClaim={() => void model.claim()}
        />
      )}
    </section>
  );
}
