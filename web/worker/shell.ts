/**
 * Keeps the rep's page on the device, so that it opens without a network and costs nothing the second time. Answers
 * of the API are never kept: an open lead of a minute ago is worse than none.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope;
/** Written in by the build: every file that the page needs. */
declare const SHELL: { url: string; revision: string | null }[];

precacheAndRoute(SHELL);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL('/rep/index.html'), { allowlist: [/^\/rep\/(\?|$)/] }));

self.addEventListener('message', ({ data }) => {
  if (data === 'takeOver') void self.skipWaiting();
});
