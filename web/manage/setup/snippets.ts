/**
 * What somebody copies to connect a form. A key must never be in a page that visitors load: whoever reads it there could post
 * any lead. So the page's form goes to a small relay on the form's own server, which knows the key. Pure text.
 */

/** Where the relay listens; the web server of the form passes the path on to it. */
export const RELAY_PATH = '/kirim-lead';
const RELAY_PORT = 8787;

const shellText = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** One lead from a terminal, to see that the key works. */
export function curlSnippet(url: string, key: string, source: string): string {
  const lead = JSON.stringify({
    source,
    company: { name: 'PT Contoh' },
    contact: { name: 'Dewi Lestari', phone: '+62 811 0000 0001' },
  });
  return [
    `curl -X POST ${shellText(`${url}/v1/leads`)} \\`,
    `  -H ${shellText(`authorization: Bearer ${key}`)} \\`,
    "  -H 'content-type: application/json' \\",
    `  -d ${shellText(lead)}`,
  ].join('\n');
}

/** For the public page: no key in it. `website` is for robots, which fill in all they find; people do not see it. */
export function formSnippet(words: {
  name: string;
  company: string;
  phone: string;
  email: string;
  send: string;
}): string {
  const field = (label: string, name: string, more: string): string =>
    `  <label>${label} <input name="${name}" ${more}></label>`;
  return [
    `<form method="post" action="${RELAY_PATH}">`,
    field(words.name, 'name', 'required autocomplete="name"'),
    field(words.company, 'company', 'required autocomplete="organization"'),
    field(words.phone, 'phone', 'type="tel" autocomplete="tel"'),
    field(words.email, 'email', 'type="email" autocomplete="email"'),
    '  <input name="website" tabindex="-1" autocomplete="off" hidden>',
    `  <button>${words.send}</button>`,
    '</form>',
  ].join('\n');
}

/**
 * The relay: Node 18 or newer, no packages. It takes the form, posts the lead with the key from its environment, and sends the
 * visitor on; the same form sent twice by one click is one lead.
 */
export function relaySnippet(url: string, source: string): string {
  return `// relay.mjs — SAMBAR_KEY=... THANKS=/terima-kasih node relay.mjs
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const { SAMBAR_KEY, SAMBAR_URL = ${JSON.stringify(url)}, THANKS = '/', PORT = '${RELAY_PORT}' } = process.env;

createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) if ((text += chunk).length > 20000) return request.destroy();
  const form = Object.fromEntries(new URLSearchParams(text));
  const done = (status) => response.writeHead(status, { location: THANKS }).end();
  if (request.method !== 'POST' || !form.name || !form.company) return done(400);
  if (form.website) return done(303); // a robot
  const contact = { name: form.name };
  if (form.phone) contact.phone = form.phone;
  if (form.email) contact.email = form.email;
  const lead = { source: ${JSON.stringify(source)}, company: { name: form.company }, contact };
  const minute = Math.floor(Date.now() / 60000);
  const key = createHash('sha256').update(text + minute).digest('hex');
  const answer = await fetch(SAMBAR_URL + '/v1/leads', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + SAMBAR_KEY, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(lead),
  }).catch(() => null);
  done(answer?.ok ? 303 : 502);
}).listen(Number(PORT), '127.0.0.1');
`;
}
