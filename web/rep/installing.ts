/** The page as an app on the home screen, with a shell that opens without a network. */
import { signal } from '@preact/signals';

/** Chromium's offer to install, kept until the rep asks for it. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

let offer: InstallOffer | null = null;
export const canInstall = signal(false);
/** A newer build waits; it is taken up when the rep says so, never under a finger. */
export const isNewer = signal(false);

let waiting: ServiceWorker | null = null;

export async function install(): Promise<void> {
  await offer?.prompt();
  canInstall.value = false;
}

export function takeNewer(): void {
  waiting?.postMessage('takeOver');
}

export function keepShell(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as InstallOffer;
    canInstall.value = true;
  });
  // Without HTTPS there is none, and the page says so in its settings.
  if (!('serviceWorker' in navigator)) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (hadOne) location.reload();
  });
  void register();
}

async function register(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register('/rep/sw.js', { scope: '/rep/' });
    const look = (): void => {
      waiting = registration.waiting;
      isNewer.value = waiting !== null && navigator.serviceWorker.controller !== null;
    };
    look();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', look);
    });
  } catch {
    // A browser in private mode forbids it: the page works, only not without a network.
  }
}
