/** Claims in every order of their steps, on the arbiter of the process itself. */
import { claimOrders } from '../support/claim-orders-suite.ts';
import { embeddedSeat } from '../support/ordered-seats.ts';

claimOrders({
  orders: 200,
  ordersWithWrongArbiter: 100,
  crashes: { minLength: 0, maxLength: 2 },
  least: {
    won: 1,
    lost: 1,
    retry: 1,
    committed: 0.5,
    reopened: 0.5,
    crash: 0.3,
    'crash, claim on its way': 0.1,
    'crash, judgement on its way': 0.1,
    'crash, commit on its way': 0.02,
    'crash, committed on its way': 0.02,
    'crash, settle on its way': 0.02,
    'crash, notice at 0 on its way': 0.01,
    'crash, notice at 1 on its way': 0.01,
  },
  judged: ['L1', 'L2'],
  seat: () => embeddedSeat,
});
