/** Liveness, readiness and metrics: for machines that keep this one running. */
import type { Http } from './http.ts';
import type { Metrics } from './metrics.ts';

export function operationsRoutes(app: Http, deps: { metrics: Metrics; ready(): boolean | string[] }): void {
  app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'alive' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready = deps.ready();
    return reply.code(ready === true ? 200 : 503).send({ status: ready === true ? 'ready' : 'not ready' });
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', deps.metrics.contentType).send(await deps.metrics.text()),
  );
}
