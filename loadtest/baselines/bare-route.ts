/** A Fastify route behind the product's schema of a lead, and nothing behind the route. */
import Fastify from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { newLead } from '../../client-sdk/protocol/http.ts';
import { idOf } from './frames.ts';

const app = Fastify({ logger: false, bodyLimit: 64 * 1024 }).withTypeProvider<ZodTypeProvider>();
app.setValidatorCompiler(validatorCompiler);
let leads = 0;

app.post('/v1/leads', { schema: { body: newLead } }, (request, reply) => {
  const { source, company, contact } = request.body;
  return reply.code(201).send({
    id: idOf('lead', ++leads),
    externalId: null,
    source,
    type: null,
    status: 'offered',
    stage: null,
    company: { industry: null, country: null, region: null, ...company },
    contact: { email: null, phone: null, ...contact },
    interest: null,
    dealValue: null,
    signals: [],
    attributes: {},
    score: 40,
    temperature: 'cold',
    createdAt: new Date().toISOString(),
    claim: null,
  });
});

process.stdout.write(`listens on ${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);
