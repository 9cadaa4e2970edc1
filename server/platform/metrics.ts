/** The counters behind `/metrics`, each declared once; prom-client is known to this file alone. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type GaugeName =
  | 'openOffers'
  | 'policyReviewDue'
  | 'sockets'
  | 'socketsBehind'
  | 'handshakesWaiting'
  | 'boardStreams'
  | 'ledgerBacklog'
  | 'loopLagMs';

export interface Metrics {
  claims(verdict: string): void;
  /** FAIR-20: how often each rule stopped a claim. */
  refusals(rule: string): void;
  verdictSeconds(seconds: number): void;
  badInput(where: 'http' | 'socket', code: string): void;
  /** Something let go under overload: what, and which bound said so. */
  shed(what: 'socket' | 'handshake' | 'intake' | 'claim', reason: string): void;
  alerts(count: number): void;
  leadsAccepted(): void;
  settlements(outcome: string): void;
  deadlinesFired(kind: string): void;
  /** A lead came to stand in the ops queue, by why. */
  opsQueued(reason: string): void;
  /** A rep stays in the lowest quota band and falls (COMP-37). */
  quotaSpirals(): void;
  watch(name: GaugeName, read: () => number): void;
  text(): Promise<string>;
  contentType: string;
}

export function createMetrics(options: { processMetrics: boolean }): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry, prefix: 'sambar_' });
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  /** For what is counted at each claim: prom-client puts the labels of a call into words each time. */
  function tallied(name: string, help: string, label: string): (value: string) => void {
    const tally = new Map<string, number>();
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of tally) this.inc({ [label]: value }, count);
      },
    });
    return (value) => void tally.set(value, (tally.get(value) ?? 0) + 1);
  }
  const claims = tallied('sambar_claims_total', 'Claims judged, by verdict', 'verdict');
  const refusals = tallied('sambar_refusals_total', 'Claims refused, by the rule that refused them', 'rule');
  const bad = counter('sambar_bad_input_total', 'Frames and requests refused as unreadable or not allowed', [
    'where',
    'code',
  ]);
  const shed = counter('sambar_shed_total', 'Let go under overload, by what it was and the bound that said so', [
    'what',
    'reason',
  ]);
  const alerts = counter('sambar_alerts_total', 'Reps alerted in the app');
  const accepted = counter('sambar_leads_accepted_total', 'Leads accepted');
  const settlements = tallied('sambar_settlements_total', 'Provisional wins settled, by outcome', 'outcome');
  const deadlines = counter('sambar_deadlines_fired_total', 'Deadlines fired, by kind', ['kind']);
  const opsQueued = counter('sambar_ops_queued_total', 'Leads that came to stand in the ops queue, by why', ['reason']);
  const spirals = counter('sambar_quota_spirals_total', 'Reps who fell for two months in the lowest quota band');
  const verdictSeconds = new Histogram({
    name: 'sambar_verdict_seconds',
    help: 'Claim received to verdict sent',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers,
  });
  const gaugeNames = {
    openOffers: ['sambar_open_offers', 'Offers open now'],
    policyReviewDue: ['sambar_policy_review_due', '1: nobody has looked the rules through this quarter'],
    sockets: ['sambar_sockets', 'Sockets connected now'],
    socketsBehind: ['sambar_sockets_behind', 'Sockets that do not keep up with what they are sent'],
    handshakesWaiting: ['sambar_handshakes_waiting', 'Newcomers in line'],
    boardStreams: ['sambar_board_streams', 'Leaderboards streamed now'],
    ledgerBacklog: ['sambar_ledger_backlog', 'Calls that wait to be on disk'],
    loopLagMs: ['sambar_loop_lag_ms', 'How late the event loop has lately been, at worst'],
  } as const;
  return {
    claims,
    refusals,
    verdictSeconds: (seconds) => verdictSeconds.observe(seconds),
    badInput: (where, code) => bad.inc({ where, code }),
    shed: (what, reason) => shed.inc({ what, reason }),
    alerts: (count) => alerts.inc(count),
    leadsAccepted: () => accepted.inc(),
    settlements,
    opsQueued: (reason) => opsQueued.inc({ reason }),
    quotaSpirals: () => spirals.inc(),
    deadlinesFired: (kind) => deadlines.inc({ kind }),
    watch(name, read) {
      const [metric, help] = gaugeNames[name];
      new Gauge({
        name: metric,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
