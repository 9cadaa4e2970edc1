/** What a rule of the oracle is: a name, what it means here, and a judgement over what is known. */
import type { Verification } from '../../server/ledger/verify.ts';
import type { Feeds } from './feeds.ts';
import type { Line, Mark } from './line.ts';
import type { OfferOnFile, OnFile } from './on-file.ts';
import type { RedisFacts } from './on-redis.ts';
import type { Stories, Story } from './stories.ts';

/** The history lacks what the rule needs: said, so that it never passes for sound. */
export class Unjudged {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** All that the rules may look at. */
export interface Run {
  stories: Stories;
  feeds: Feeds;
  file: OnFile;
  /** The auditor's own findings about the file. */
  audit: Verification;
  /** Null: no Redis was given. */
  redis: RedisFacts | null;
  accepted: readonly string[];
  marks: readonly Mark[];
  ledgers: readonly (Line & { kind: 'ledger' })[];
  usage: readonly (Line & { kind: 'usage' })[];
  boards: readonly (Line & { kind: 'board' })[];
  /** Monotonic; null: nobody said that everything is whole again. */
  calmAt: number | null;
  winsSeen: number;
  /** Nobody will say anything any more: what is owed can be asked for. */
  isOver: boolean;
  /** How far the arbiter's clock may be from the clients'; null: they cannot be compared. */
  skewMs: number | null;
}

interface Named {
  /** Of the catalogue: S1 to S14 (safety), L1 to L5 (liveness), C and V (the rest of the contract). */
  id: string;
  /** What it means for Sambar as it is built. */
  says: string;
}

/** Judged offer by offer, so that an offer that is over can be judged and forgotten. */
export interface OfferRule extends Named {
  ofOffer(story: Story, onFile: OfferOnFile | undefined, run: Run): string[];
}

/** Judged over the whole. */
export interface RunRule extends Named {
  ofRun(run: Run): string[] | Unjudged;
}
