/** Every probe of the contract, for the suite and for the mutants. */
import type { Probe } from './arbiter-bench.ts';
import { controlProbes } from './control-probes.ts';
import { holdProbes } from './hold-probes.ts';
import { judgementProbes } from './judgement-probes.ts';
import { openOfferProbes } from './open-offer-probes.ts';
import { settlementProbes } from './settlement-probes.ts';

export const contractProbes: readonly Probe[] = [
  ...judgementProbes,
  ...openOfferProbes,
  ...controlProbes,
  ...settlementProbes,
  ...holdProbes,
];
