/** Pages of a browser for tests, which keep a list of everything that went wrong in them. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

export interface Device {
  context: BrowserContext;
  page: Page;
  /** Errors of the console, of scripts, of the content policy, and requests that failed. */
  troubles: string[];
}

export async function openDevice(browser: Browser, options: BrowserContextOptions = {}): Promise<Device> {
  const context = await browser.newContext({ locale: 'id-ID', timezoneId: 'Asia/Jakarta', ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      troubles.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => troubles.push(`request: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()}: ${response.url()}`);
  });
  await page.exposeFunction('noteViolation', (text: string) => void troubles.push(`content policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      const { noteViolation } = globalThis as unknown as { noteViolation(text: string): void };
      noteViolation(`${violatedDirective} ${blockedURI}`);
    });
  });
  return { context, page, troubles };
}

/** How far the page can be scrolled sideways; 0: everything fits. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
